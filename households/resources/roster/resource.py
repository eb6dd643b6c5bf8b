"""The columns of a roster and the order in which it is checked, planned and written."""

from households.choices import HEAD
from households.places import Places
from households.resources.base import Column, SheetResource
from households.resources.roster.checks import check_heads, check_persons, check_scope
from households.resources.roster.columns import (
    CAUSES,
    HEALTH,
    KINDS,
    LABOUR,
    MONITOR_KINDS,
    RELATION_WORDS,
    SCHOOLING_WORDS,
    SEXES,
    STUDENTS,
)
from households.resources.roster.households import plan_households
from households.resources.roster.members import plan_members
from households.resources.roster.preview import note_missing
from households.resources.roster.reading import read_roster
from households.resources.roster.stored import Stored
from households.services import create_rows, update_rows
from households.widgets import (
    ChoicesWidget,
    ChoiceWidget,
    CodeWidget,
    CountWidget,
    DayWidget,
    FlagWidget,
    HouseholdNumberWidget,
    IdNumberWidget,
    NameWidget,
    TextWidget,
)


class RosterResource(SheetResource):
    """Households and members from a person export. Persons and households that it lacks stay as they are."""

    reason = "导入人员名册"
    part_names = ("households", "members")

    county = Column("county", "县", NameWidget(60), is_required=True)
    township = Column("township", "乡", NameWidget(60), is_required=True)
    village = Column("village", "村", NameWidget(60), is_required=True)
    number = Column("number", "户编号", HouseholdNumberWidget(), is_required=True)
    name = Column("name", "姓名", NameWidget(60), is_required=True)
    id_number = Column("id_number", "证件号码", IdNumberWidget(), is_required=True)
    relation = Column("relation", "与户主关系", ChoiceWidget(RELATION_WORDS), is_required=True)
    hamlet = Column("hamlet", "自然村", NameWidget(30), alias="村民小组")
    person_number = Column("person_number", "人口编号", CodeWidget(30))
    sex = Column("sex", "性别", ChoiceWidget(SEXES))
    birth_date = Column("birth_date", "出生日期", DayWidget())
    ethnicity = Column("ethnicity", "民族", NameWidget(20))
    phone = Column("phone", "户联系电话", CodeWidget(20))
    schooling = Column("schooling", "文化程度", ChoiceWidget(SCHOOLING_WORDS))
    student_status = Column("student_status", "在校生状况", ChoiceWidget(STUDENTS))
    health = Column("health", "健康状况", ChoicesWidget(HEALTH))
    labour = Column("labour", "劳动技能", ChoiceWidget(LABOUR))
    kind = Column("kind", "户类型", ChoiceWidget(KINDS))
    monitor_kind = Column("monitor_kind", "监测对象类别", ChoiceWidget(MONITOR_KINDS))
    risk_eliminated = Column("risk_eliminated", "风险是否已消除", FlagWidget())
    identified_on = Column("identified_on", "识别监测时间", DayWidget(month_is_enough=True))
    cause_1 = Column("cause_1", "致贫/返贫风险1", ChoiceWidget(CAUSES))
    cause_2 = Column("cause_2", "致贫/返贫风险2", ChoiceWidget(CAUSES))
    cause_3 = Column("cause_3", "致贫/返贫风险3", ChoiceWidget(CAUSES))
    cause_4 = Column("cause_4", "致贫/返贫风险4", ChoiceWidget(CAUSES))
    cause_5 = Column("cause_5", "致贫/返贫风险5", ChoiceWidget(CAUSES))
    work_place = Column("work_place", "务工所在地", TextWidget(100))
    employer = Column("employer", "务工企业名称", TextWidget(100))
    work_months = Column("work_months", "务工时间（月）", CountWidget(0, 12))
    public_post = Column("public_post", "公益性岗位", TextWidget(40))
    has_illness_insurance = Column("has_illness_insurance", "是否参加大病保险", FlagWidget())
    has_resident_medical = Column("has_resident_medical", "是否参加城乡居民基本医疗保险", FlagWidget())
    has_employee_medical = Column("has_employee_medical", "是否参加城镇职工基本医疗保险", FlagWidget())
    has_low_income_allowance = Column("has_low_income_allowance", "是否享受低保", FlagWidget())
    has_destitute_support = Column("has_destitute_support", "是否特困供养人员", FlagWidget())
    is_dangerous_house = Column("is_dangerous_house", "是否危房户", FlagWidget())
    has_safe_water = Column("has_safe_water", "是否解决安全饮用水", FlagWidget())
    helper_name = Column("helper_name", "帮扶责任人", NameWidget(40))
    helper_phone = Column("helper_phone", "帮扶责任人电话", CodeWidget(20))

    def prepare(self):
        self.places = Places()

    def check(self):
        self.roster = read_roster(self, self.places)
        self.stored = Stored(self.roster)
        check_scope(self, self.roster, self.stored)
        check_persons(self, self.roster, self.stored)
        self.heads = check_heads(self, self.roster, self.stored)

    def plan(self):
        self.households = plan_households(self, self.roster, self.heads, self.stored, self.places)
        self.members = plan_members(self, self.roster, self.stored, self.households)
        self._tell("households", self.households, len(self.roster.rows_of), "id")
        self._tell("members", self.members, len(self.dataset), "household_id")
        note_missing(self, self.roster, self.stored)

    def _tell(self, part, plan, total, household):
        """Count what the plan does out of ``total``; ``household`` is the column that holds a household's key."""
        created, updated = len(plan.created), len(plan.updated)
        unchanged = total - created - updated
        self.result.parts[part] = {"created": created, "updated": updated, "unchanged": unchanged}
        position = plan.table.at[household]
        self.result.household_ids.update(row[position] for row in plan.created + plan.updated)

    def write(self):
        history = {"user": self.user, "reason": self.reason}
        update_rows(self.households.table, self.households.updated, **history)
        create_rows(self.households.table, self.households.created, **history)
        # Whoever stops being head goes first: no household may have two at any moment.
        relation = self.members.table.at["relation"]
        for is_head in (False, True):
            rows = [row for row in self.members.updated if (row[relation] == HEAD) is is_head]
            update_rows(self.members.table, rows, **history)
        create_rows(self.members.table, self.members.created, **history)
