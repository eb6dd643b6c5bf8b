"""The six lines of plan 二(三), their departments, and the catalogue of measures."""

from django.db import migrations

# Number, name, what the plan asks, lead departments (the first is accountable), responsible ones besides the townships.
LINES = [
    (
        1,
        "产业收益分配",
        "完善“龙头企业+合作社+基地+农户”模式；规范资产收益分配；有劳动能力和弱半劳动能力的引导参加生产劳动或公益岗位；"
        "整户无劳动能力的实行差异化收益分配；变股东。",
        "乡村振兴局 农业农村局",
        "",
    ),
    (
        2,
        "外出务工就业",
        "分类建档立卡、动态管理；落实就业补助和帮扶车间政策；公益岗位优先弱半劳动力；加大技能培训和劳务输出。",
        "人社局",
        "",
    ),
    (
        3,
        "小额信贷",
        "符合条件的应贷尽贷；政策宣传和需求排查全覆盖；解决没有意愿、项目、技能、平台、销路的困难。",
        "金融办",
        "人社局 工商联",
    ),
    (
        4,
        "资助惠民",
        "分层分类社会救助；低保、特困；重残重病参照“单人户”；专项救助、临时救助；雨露计划、教育资助、医疗救助、防贫保险、两项补贴。",
        "民政局 残联 乡村振兴局 教体局 医保局 人保财险",
        "",
    ),
    (
        5,
        "扶志扶智",
        "孝亲敬老、履行赡养义务；村规民约、文明乡风、良好家风；自强不息典型；实用技术培训。",
        "宣传部 乡村振兴局 妇联",
        "",
    ),
    (
        6,
        "驻村、结对帮扶",
        "驻村工作队和第一书记协调；优化调整帮扶责任人；责任人全程参与排查，因户落实措施。",
        "组织部",
        "",
    ),
]

DEVELOPMENT, TRAINING, ASSISTANCE = "development", "training", "assistance"

# Line, code, name, department, nature, income item in which it must show ("" none), what is done.
CATALOGUE = [
    (1, "planting", "种植产业带动", "农业农村局", DEVELOPMENT, "B01", "龙头企业、合作社订单带动种植，提供种苗、技术、保底收购。"),
    (1, "livestock", "养殖产业带动", "农业农村局", DEVELOPMENT, "B02", "龙头企业、合作社带动养殖，代种代养、统一防疫和销售。"),
    (1, "orchard", "林果产业带动", "农业农村局", DEVELOPMENT, "B03", "林果提质增效，合作社统一管护和收购。"),
    (1, "differentiated_dividend", "差异化收益分配", "乡村振兴局", ASSISTANCE, "P02", "整户无劳动能力的，资产收益向其倾斜，按村评议、每年调整。"),
    (1, "asset_labour", "资产收益劳动分配", "乡村振兴局", DEVELOPMENT, "W09", "参加村集体力所能及的生产劳动，用资产收益支付报酬。"),
    (1, "solar_dividend", "光伏收益分配", "乡村振兴局", ASSISTANCE, "P03", "村级光伏收益用于特殊困难户。"),
    (1, "shareholding", "集体资产股份分红", "农业农村局", DEVELOPMENT, "P02", "集体产权改革，量化股份到户，变股东分红。"),
    (2, "public_post", "乡村公益性岗位", "人社局", DEVELOPMENT, "W02", "护林、保洁、护路、护水等岗位，优先弱半劳动力；一人一岗，70 岁及以上不安排。"),
    (2, "workshop", "帮扶车间就业", "人社局", DEVELOPMENT, "W03", "就近进帮扶车间，照顾家庭和务工两不误。"),
    (2, "labour_export", "劳务输出", "人社局", DEVELOPMENT, "W01", "市场化对接岗位，组织外出务工。"),
    (2, "stable_work", "稳岗就业服务", "人社局", DEVELOPMENT, "W01", "分类建档、逐月回访，失业的及时转岗，提高就业质量。"),
    (2, "travel_subsidy", "跨县务工交通补助", "人社局", ASSISTANCE, "T19", "到县外务工的，按县标准补助交通费。"),
    (2, "skills_training", "职业技能培训", "人社局", TRAINING, "W01", "按意愿和岗位需要培训，训后推荐上岗。"),
    (3, "small_loan", "脱贫人口小额信贷", "金融办", DEVELOPMENT, "B02", "5 万元以内、3 年以内，免担保免抵押、财政贴息，用于发展生产。"),
    (3, "loan_survey", "小额信贷宣传和需求排查", "金融办", TRAINING, "", "上门宣传，查清没有意愿、项目、技能、平台还是销路，逐项解决。"),
    (3, "sales", "产销对接", "工商联", DEVELOPMENT, "B01", "发挥社会力量推介，畅通线上线下销售，解决卖难。"),
    (4, "low_income_allowance", "农村低保", "民政局", ASSISTANCE, "T01", "无法通过产业就业获得稳定收入的，按规定纳入低保。"),
    (4, "destitute_support", "特困人员救助供养", "民政局", ASSISTANCE, "T02", "无劳动能力、无生活来源、无法定赡养抚养人的，按规定供养。"),
    (4, "single_person_allowance", "重残重病单人户低保", "民政局", ASSISTANCE, "T01", "低收入家庭的重残、重病人员参照“单人户”纳入低保。"),
    (4, "relief_increase", "社会救助金", "民政局", ASSISTANCE, "T19", "已享受低保、特困仍困难的，复核待遇，加大救助。"),
    (4, "special_relief", "专项救助", "民政局", ASSISTANCE, "T19", "刚性支出较大、基本生活严重困难的低收入人口，给予专项救助。"),
    (4, "temporary_assistance", "临时救助", "民政局", ASSISTANCE, "T11", "突发困难的，按困难类型及时救助。"),
    (4, "disability_subsidies", "残疾人两项补贴", "残联", ASSISTANCE, "T06", "困难残疾人生活补贴、重度残疾人护理补贴。"),
    (4, "rain_dew", "雨露计划", "乡村振兴局", ASSISTANCE, "T10", "中职、高职高专、技师学院在校生，每学期补助。"),
    (4, "safe_housing", "住房安全保障", "乡村振兴局", ASSISTANCE, "", "协调住建部门鉴定、改造或搬迁。"),
    (4, "safe_water", "饮水安全保障", "乡村振兴局", ASSISTANCE, "", "协调水利部门解决水量、水质或取水困难。"),
    (4, "education_aid", "教育资助", "教体局", ASSISTANCE, "T10", "学前至大学在校生按学段落实资助。"),
    (4, "compulsory_education", "义务教育保障", "教体局", ASSISTANCE, "", "控辍保学，劝返复学、送教上门。"),
    (4, "medical_aid", "医疗救助", "医保局", ASSISTANCE, "", "基本医保、大病保险、医疗救助依次报销，减少自付。"),
    (4, "medical_insurance", "医保缴费资助", "医保局", ASSISTANCE, "", "未参保的动员参保，按规定资助缴费。"),
    (4, "insurance", "防贫保险", "人保财险", ASSISTANCE, "T12", "因病、因学、因灾支出超过预警线的，入户核算理赔。"),
    (5, "motivation", "扶志引导", "宣传部", TRAINING, "", "内生动力不足的，村规民约、文明乡风、良好家风引导，增强自主发展信心。"),
    (5, "role_model", "自强典型培育", "宣传部", TRAINING, "", "培育宣传自强不息典型，激发自主创业热情。"),
    (5, "practical_training", "实用技术培训", "乡村振兴局", TRAINING, "B01", "种植、养殖、林果实用技术，到村到户。"),
    (5, "filial_support", "孝亲敬老", "妇联", TRAINING, "T09", "传承孝亲敬老美德，教育引导子女履行赡养义务。"),
    (6, "pair_helper", "落实结对帮扶", "组织部", TRAINING, "", "没有帮扶责任人的，安排干部结对。"),
    (6, "adjust_helper", "调整帮扶责任人", "组织部", TRAINING, "", "责任人离岗的及时调整，做好交接。"),
    (6, "helper_follow", "帮扶责任人全程参与", "组织部", TRAINING, "", "责任人全程参与收入排查，因户落实增收措施。"),
    (6, "village_team", "驻村第一书记包联", "组织部", TRAINING, "", "驻村工作队和第一书记协调各项帮扶政策落地。"),
]


def add(apps, schema_editor):
    departments = {row.name: row for row in apps.get_model("accounts", "Department").objects.all()}
    line_model = apps.get_model("measures", "MeasureLine")
    part_model = apps.get_model("measures", "LineDepartment")
    measure_model = apps.get_model("measures", "Measure")
    line_model.objects.bulk_create(
        [line_model(number=number, name=name, summary=summary) for number, name, summary, _, _ in LINES]
    )
    part_model.objects.bulk_create(
        [
            part_model(line_id=number, department=departments[name], part=part, order=order)
            for number, _, _, leads, responsible in LINES
            for part, names in (("lead", leads), ("responsible", responsible))
            for order, name in enumerate(names.split(), start=1)
        ]
    )
    measure_model.objects.bulk_create(
        [
            measure_model(
                line_id=line,
                code=code,
                name=name,
                department=departments[department],
                nature=nature,
                effect_item_id=item or None,
                description=description,
                clause=f"二(三){line}",
                order=order,
            )
            for order, (line, code, name, department, nature, item, description) in enumerate(CATALOGUE, start=1)
        ]
    )


class Migration(migrations.Migration):
    dependencies = [
        ("measures", "0001_initial"),
        ("accounts", "0002_departments"),
        ("visits", "0002_income_items"),
    ]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
