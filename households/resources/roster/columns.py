"""The words that the columns of a roster may hold, and whether they tell of a household or of a person."""

from households.choices import RELATIONS, SCHOOLING, STUDENT_STATUS, Cause, Health, Kind, Labour, MonitorKind, Sex


def _meanings(choices, **aliases):
    """Word -> stored value: the labels of ``choices`` and further words in use for them."""
    words = {str(label): value for value, label in choices.choices}
    return words | {word: choices[name].value for name, line in aliases.items() for word in line.split()}


def _words(words, **aliases):
    """Word -> stored word, for what is kept in the export's own words."""
    return {word: word for word in words} | aliases


KINDS = _meanings(Kind, LIFTED="一般脱贫户 低保脱贫户 特困供养脱贫户", ORDINARY="一般农户")
MONITOR_KINDS = _meanings(MonitorKind, SUDDEN="严重困难户", NONE="无 否")
CAUSES = _meanings(
    Cause,
    DISASTER="因灾 自然灾害",
    ACCIDENT="因意外 意外事故",
    BUSINESS_FAILED="因产业失败 产业失败 产业项目失败",
    UNSTABLE_WORK="因务工不稳 务工就业不稳",
    NO_LABOUR="缺劳力 因缺劳动力",
    HOUSING="因住房 安全住房 住房安全",
    WATER="因饮水 安全饮水 饮水安全",
    OTHER="其它",
)
HEALTH = _meanings(Health, CHRONIC="慢性病", SERIOUS="大病 重病", DISABLED="残疾人")
LABOUR = _meanings(
    Labour, SKILLED="技能劳动者", WEAK="弱劳动力 半劳动力 弱半劳动力", LOST="丧失劳动能力", NONE="无劳动能力"
)
SEXES = _meanings(Sex, MALE="男性", FEMALE="女性")
RELATION_WORDS = _words(RELATIONS, 其它="其他")
SCHOOLING_WORDS = _words(SCHOOLING, 文盲="文盲或半文盲", 本科="本科及以上")
# 在校生状况 of whoever is not at school is empty.
STUDENTS = _words(STUDENT_STATUS) | {"非在校生": "", "非在校": "", "无": ""}

# Said once a household: rows of one household must not disagree about them.
HOUSEHOLD_FIELDS = [
    "hamlet",
    "kind",
    "monitor_kind",
    "risk_eliminated",
    "identified_on",
    "cause_1",
    "cause_2",
    "cause_3",
    "cause_4",
    "cause_5",
    "phone",
    "is_dangerous_house",
    "has_safe_water",
    "helper_name",
    "helper_phone",
]
MEMBER_FIELDS = [
    "person_number",
    "name",
    "relation",
    "sex",
    "birth_date",
    "ethnicity",
    "health",
    "labour",
    "schooling",
    "student_status",
    "work_place",
    "employer",
    "work_months",
    "public_post",
    "has_resident_medical",
    "has_employee_medical",
    "has_illness_insurance",
    "has_low_income_allowance",
    "has_destitute_support",
]
