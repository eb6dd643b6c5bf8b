"""The income items of the collection form."""

from django.db import migrations

ITEMS = {
    "wage": "W01 务工工资,W02 公益岗位工资,W03 帮扶车间工资,W09 其他工资性收入",
    "business": "B01 种植业收入,B02 养殖业收入,B03 林果业收入,B09 其他生产经营收入",
    "property": "P01 土地流转收入,P02 资产收益分红,P03 光伏收益,P09 其他财产性收入",
    "transfer": (
        "T01 低保金,T02 特困供养金,T03 养老保险金,T04 计划生育金,T05 生态补偿金,T06 残疾人两项补贴,T07 农业补贴,"
        "T08 高龄津贴,T09 赡养费,T10 教育资助,T11 临时救助金,T12 防贫保险金,T19 其他转移性收入"
    ),
    "business_cost": "C01 种植业支出,C02 养殖业支出,C03 林果业支出,C09 其他生产经营支出",
    "claim": "X01 理赔收入",
    "rigid_cost": "R01 合规自付医疗支出,R02 教育支出,R03 住房及灾害支出,R09 其他大额刚性支出",
}
RHYTHMS = {"T11": "once", "T12": "once"} | dict.fromkeys(("B01", "B03", "C01", "C03", "T07"), "seasonal")


def add(apps, schema_editor):
    item = apps.get_model("visits", "IncomeItem")
    item.objects.bulk_create(
        [
            item(code=code, name=name, income_class=income_class, rhythm=RHYTHMS.get(code, "monthly"))
            for income_class, line in ITEMS.items()
            for code, name in (pair.split() for pair in line.split(","))
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("visits", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
