"""The roster: the national system's person export, one row a person."""

from collections import defaultdict
from itertools import chain

from import_export.results import RowResult

from accounts.models import Area, User
from households import identity
from households.choices import HEAD, RELATIONS, SCHOOLING, STUDENT_STATUS, Cause, Health, Kind, Labour, MonitorKind, Sex
from households.models import Household, Member
from households.names import pinyin
from households.places import Places
from households.resources.base import BAD, Change, Column, SheetResource, fetch, say
from households.services import Table, create_rows, next_ids, update_rows
from households.widgets import (
    ChoicesWidget,
    ChoiceWidget,
    CodeWidget,
    CountWidget,
    DayWidget,
    FlagWidget,
    IdNumberWidget,
    NameWidget,
    TextWidget,
)
from sumyuan.fields import decrypt, encrypt


def _meanings(choices, **aliases):
    """Word -> stored value: the labels of ``choices`` and further words in use for them."""
    words = {str(label): value for value, label in choices.choices}
    return words | {word: choices[name].value for name, line in aliases.items() for word in line.split()}


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


def _words(words, **aliases):
    return {word: word for word in words} | aliases


# A missing word here is the roster's way to say "not at school" or "no such post".
STUDENTS = _words(STUDENT_STATUS) | {"非在校生": "", "非在校": "", "无": ""}

HOUSEHOLD_LABELS = {
    "kind": dict(Kind.choices),
    "monitor_kind": dict(MonitorKind.choices),
    **{f"cause_{number}": dict(Cause.choices) for number in range(1, 6)},
}
MEMBER_LABELS = {"labour": dict(Labour.choices)}


class RosterResource(SheetResource):
    """Households and members from a person export. Persons and households that it lacks stay as they are."""

    reason = "导入人员名册"

    county = Column("county", "县", NameWidget(60), is_required=True)
    township = Column("township", "乡", NameWidget(60), is_required=True)
    village = Column("village", "村", NameWidget(60), is_required=True)
    number = Column("number", "户编号", CodeWidget(20), is_required=True)
    name = Column("name", "姓名", NameWidget(60), is_required=True)
    id_number = Column("id_number", "证件号码", IdNumberWidget(), is_required=True)
    relation = Column("relation", "与户主关系", ChoiceWidget(_words(RELATIONS, 其它="其他")), is_required=True)
    person_number = Column("person_number", "人口编号", CodeWidget(30))
    sex = Column("sex", "性别", ChoiceWidget(_meanings(Sex, MALE="男性", FEMALE="女性")))
    birth_date = Column("birth_date", "出生日期", DayWidget())
    ethnicity = Column("ethnicity", "民族", NameWidget(20))
    phone = Column("phone", "户联系电话", CodeWidget(20))
    schooling = Column("schooling", "文化程度", ChoiceWidget(_words(SCHOOLING, 文盲="文盲或半文盲", 本科="本科及以上")))
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

    # Said once a household: rows of one household must not disagree about them.
    HOUSEHOLD_FIELDS = [
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

    def prepare(self):
        self.places = Places()
        self.households, self.members = Table(Household), Table(Member)

    def check(self):
        self._group()
        self._find_villages()
        self._consolidate()
        self._load()
        self._check_persons()
        self._check_heads()

    def plan(self):
        self._plan_households()
        self._plan_members()
        self._note_missing()

    def write(self):
        for table, created, updated in (
            (self.households, self.new_households, self.changed_households),
            (self.members, self.new_members, []),
        ):
            if table is self.members:
                # Whoever stops being head goes first: no household may have two at any moment.
                relation = table.at["relation"]
                for last in (False, True):
                    rows = [row for row in self.changed_members if (row[relation] == HEAD) is last]
                    update_rows(table, rows, user=self.user, reason=self.reason)
            update_rows(table, updated, user=self.user, reason=self.reason)
            create_rows(table, created, user=self.user, reason=self.reason)

    # Checking

    def _group(self):
        """Rows by household, wherever in the sheet they stand."""
        self.rows_of = defaultdict(list)
        for index, number in enumerate(self.values["number"]):
            if number is not BAD:
                self.rows_of[number].append(index)

    def _find_villages(self):
        """The village code of each row, from the three names."""
        visible = None
        if self.user is not None:
            areas = Area.objects.visible_to(self.user).filter(level=Area.Level.VILLAGE)
            visible = set(areas.values_list("code", flat=True))
        found, self.village_codes = {}, []
        names = zip(self.values["county"], self.values["township"], self.values["village"], strict=True)
        for index, triple in enumerate(names):
            if BAD in triple:
                self.village_codes.append(BAD)
                continue
            if triple not in found:
                found[triple] = self.places.village(*triple)
                code = found[triple].code
                if code and visible is not None and code not in visible:
                    found[triple] = found[triple].outside()
            place = found[triple]
            if place.code is None:
                self.fail(index, place.column, place.reason, self.see(index, place.column))
            self.village_codes.append(place.code or BAD)

    def _consolidate(self):
        """One value a household of each household column; rows that contradict it are errors.

        An empty cell contradicts nothing, but that of 监测对象类别 says "not monitored".
        """
        self.told = {}
        for name in ["village", *self.HOUSEHOLD_FIELDS]:
            if not self.has(name):
                continue
            values = self.village_codes if name == "village" else self.values[name]
            blank = MonitorKind.NONE.value if name == "monitor_kind" else None
            column = self.fields[name].column_name
            told = self.told[name] = {}
            for number, indexes in self.rows_of.items():
                for index in indexes:
                    value = blank if values[index] is None else values[index]
                    if value is None or value is BAD:
                        continue
                    first = told.setdefault(number, (value, index))
                    if first[0] != value:
                        where = f"与本户第 {self.numbers[first[1]]} 行的“{self.see(first[1], column) or '空'}”不一致"
                        self.fail(index, column, where, self.see(index, column))

    def _load(self):
        """Stored households and members of the file, and where else its persons are."""
        table = self.households
        rows = chain.from_iterable(map(table.load, fetch(Household.objects, "number", self.rows_of)))
        self.stored = {row[table.at["number"]]: row for row in rows}
        self.id_keys = [None if number is BAD else Member.key_of(number) for number in self.values["id_number"]]
        at = self.members.at
        ids = [row[table.at["id"]] for row in self.stored.values()]
        self.stored_members = defaultdict(dict)
        # Persons who left the very household that the file still has them in.
        self.gone = set()
        for row in chain.from_iterable(map(self.members.load, fetch(Member.objects, "household_id", ids))):
            if row[at["left_on"]] is None:
                self.stored_members[row[at["household_id"]]][row[at["id_key"]]] = row
            else:
                self.gone.add((row[at["household_id"]], row[at["id_key"]]))
        self.elsewhere, self.left_last = {}, {}
        keys = {key for key in self.id_keys if key}
        for queryset in fetch(Member.objects, "id_key", keys):
            places = queryset.order_by("left_on").values_list("id_key", "left_on", "household__number", "household_id")
            for key, left_on, number, household_id in places:
                if left_on is None:
                    self.elsewhere[key] = (number, household_id)
                else:
                    self.left_last[key] = left_on
        if self.user is not None:
            in_scope = set()
            for queryset in fetch(Household.objects.visible_to(self.user), "number", self.stored):
                in_scope.update(queryset.values_list("number", flat=True))
            for number in self.stored.keys() - in_scope:
                self.fail(self.rows_of[number][0], "户编号", "不在您的辖区", number)

    def _check_persons(self):
        first_row = {}
        for index, key in enumerate(self.id_keys):
            if key is None:
                continue
            first = first_row.setdefault(key, index)
            shown = identity.mask(self.values["id_number"][index])
            if first != index:
                self.fail(index, "证件号码", f"与第 {self.numbers[first]} 行是同一人", shown)
                continue
            place = self.elsewhere.get(key)
            number = self.values["number"][index]
            if place and number is not BAD and place[0] != number:
                where = f"（户编号 {place[0]}）" if self._may_name(place[1]) else ""
                self.fail(index, "证件号码", f"已在另一户{where}，请先在原户登记离开", shown)

    def _may_name(self, household_id):
        return self.user is None or Household.objects.visible_to(self.user).filter(pk=household_id).exists()

    def _check_heads(self):
        """Each household of the file has exactly one head, those counted who are stored and not in the file."""
        at = self.members.at
        self.head_names = {}
        for number, indexes in self.rows_of.items():
            household = self.stored.get(number)
            household_id = household[self.households.at["id"]] if household else None
            relations = [self.values["relation"][index] for index in indexes]
            heads = [
                index
                for index, relation in zip(indexes, relations, strict=True)
                if relation == HEAD and (household_id, self.id_keys[index]) not in self.gone
            ]
            in_file = {self.id_keys[index] for index in indexes}
            staying = [
                row
                for key, row in self.stored_members.get(household_id, {}).items()
                if key not in in_file and row[at["relation"]] == HEAD
            ]
            for extra in heads[1:]:
                self.fail(extra, "与户主关系", f"本户第 {self.numbers[heads[0]]} 行已有户主，一户只能有一个", HEAD)
            # A number that cannot be read may well be that of the stored head.
            if heads and staying and None not in in_file:
                reason = "库中本户已有户主，但文件里没有这个人；请在文件中补上此人并改正与户主关系"
                self.fail(heads[0], "与户主关系", reason, HEAD)
            if not heads and not staying and BAD not in relations:
                self.fail(indexes[0], "与户主关系", f"户 {number} 没有户主")
            self.head_names[number] = self.values["name"][heads[0]] if heads else None

    # Planning

    def _plan_households(self):
        at = self.households.at
        helpers = self._helpers()
        unlinked = {}
        self.new_households, self.changed_households = [], []
        self.household_changes = defaultdict(list)
        fields = [name for name in self.HOUSEHOLD_FIELDS if self.has(name)]
        blank = self.households.blank()
        labels = {name: self.fields[name].column_name for name in fields} | {
            "village_id": "村",
            "head_name": "户主姓名",
        }
        for number in self.rows_of:
            old = self.stored.get(number)
            row = list(old or blank)
            row[at["number"]] = number
            row[at["village_id"]] = self.told["village"][number][0]
            for name in fields:
                told = self.told[name].get(number)
                if told is not None:
                    row[at[name]] = told[0]
                elif name != "kind":
                    row[at[name]] = blank[at[name]]
            head = self.head_names[number]
            if head is not None:
                row[at["head_name"]], row[at["head_pinyin"]] = head, pinyin(head)
            if "helper_phone" in fields:
                phone = row[at["helper_phone"]]
                if phone in helpers:
                    row[at["helper_id"]] = helpers[phone]
                elif old is None or phone != old[at["helper_phone"]]:
                    row[at["helper_id"]] = None
                if phone and row[at["helper_id"]] is None:
                    unlinked[phone] = row[at["helper_name"]]
            if old is None:
                self.new_households.append(row)
            elif row != old:
                self.changed_households.append(row)
                self.household_changes[number] = [
                    Change(f"户 {number}", column, self._say(name, old[at[name]]), self._say(name, row[at[name]]))
                    for name, column in labels.items()
                    if old[at[name]] != row[at[name]]
                ]
        for row, key in zip(self.new_households, next_ids(Household, len(self.new_households)), strict=True):
            row[at["id"]] = key
        self.keys = {row[at["number"]]: row[at["id"]] for row in chain(self.stored.values(), self.new_households)}
        created, updated = len(self.new_households), len(self.changed_households)
        self.result.parts["households"] = {
            "created": created,
            "updated": updated,
            "unchanged": len(self.rows_of) - created - updated,
        }
        self.result.household_ids.update(row[at["id"]] for row in self.new_households + self.changed_households)
        if unlinked:
            lines = [f"{name or '（无姓名）'} {identity.mask_phone(phone)}" for phone, name in sorted(unlinked.items())]
            self.result.notes.append(("电话没有对应账号的帮扶责任人", lines))

    def _helpers(self):
        """Phone -> account; where several have it, that of a helper."""
        users = User.objects.filter(is_active=True).exclude(phone="").values_list("phone", "role", "pk")
        ranked = sorted(users, key=lambda user: (user[1] == User.Role.HELPER, -user[2]))
        return {phone: key for phone, _, key in ranked}

    def _say(self, name, value):
        if name == "village_id":
            return self.places.name_of(value)
        if name in ("phone", "helper_phone"):
            return say(identity.mask_phone(value))
        return say(value, HOUSEHOLD_LABELS.get(name))

    def _plan_members(self):
        at = self.members.at
        self.new_members, self.changed_members = [], []
        returned = []
        blank = self.members.blank()
        columns = [
            (at[name], self.values[name], blank[at[name]], name) for name in self.MEMBER_FIELDS if self.has(name)
        ]
        shown_households = set()
        for index, (number, key) in enumerate(zip(self.values["number"], self.id_keys, strict=True)):
            household_id = self.keys[number]
            old = self.stored_members.get(household_id, {}).get(key)
            if old is None and (household_id, key) in self.gone:
                returned.append(f"第 {self.numbers[index]} 行 {self.values['name'][index]}")
                self.count(RowResult.IMPORT_TYPE_SKIP)
                continue
            row = list(old or blank)
            for position, values, empty, _ in columns:
                value = values[index]
                row[position] = empty if value is None else value
            self._set_identity(row, old, key, self.values["id_number"][index])
            if old is None:
                row[at["household_id"]] = household_id
                row[at["joined_on"]] = self.left_last.get(key)
                self.new_members.append(row)
                self.count(RowResult.IMPORT_TYPE_NEW)
            elif row != old:
                self.changed_members.append(row)
                self.count(RowResult.IMPORT_TYPE_UPDATE)
                self._note_changes(index, old, row, columns)
            else:
                self.count(RowResult.IMPORT_TYPE_SKIP)
            if self.household_changes and number not in shown_households and number in self.household_changes:
                shown_households.add(number)
                self.row_result(index).changes[:0] = self.household_changes[number]
        for row, key in zip(self.new_members, next_ids(Member, len(self.new_members)), strict=True):
            row[at["id"]] = key
        created, updated = len(self.new_members), len(self.changed_members)
        self.result.parts["members"] = {
            "created": created,
            "updated": updated,
            "unchanged": len(self.dataset) - created - updated,
        }
        self.result.household_ids.update(row[at["household_id"]] for row in self.new_members + self.changed_members)
        if returned:
            self.result.notes.append(("系统已登记离开、文件仍有的人员（未恢复）", returned))

    def _set_identity(self, row, old, key, number):
        """What follows from the certificate number and the name; the number's own data fill what is not told."""
        at = self.members.at
        if old is None or decrypt(old[at["id_number"]]) != number:
            row[at["id_number"]] = encrypt(number)
            row[at["id_key"]] = key
            row[at["disability_kind"]], row[at["disability_grade"]] = identity.disability(number)
        row[at["sex"]] = row[at["sex"]] or identity.sex(number)
        row[at["birth_date"]] = row[at["birth_date"]] or identity.birth_date(number)
        row[at["pinyin"]] = pinyin(row[at["name"]])

    def _note_changes(self, index, old, row, columns):
        at = self.members.at
        subject = f"户 {self.values['number'][index]} {row[at['name']]}"
        result = self.row_result(index)
        result.import_type = result.IMPORT_TYPE_UPDATE
        for position, _, _, name in columns:
            if old[position] == row[position]:
                continue
            if name == "health":
                labels = dict(Health.choices)
                before, after = (
                    say("、".join(labels[code] for code in side[position].split(",") if code)) for side in (old, row)
                )
            else:
                before, after = (say(side[position], MEMBER_LABELS.get(name)) for side in (old, row))
            result.changes.append(Change(subject, self.fields[name].column_name, before, after))
        if old[at["id_number"]] != row[at["id_number"]]:
            # The first 18 characters are the person and the same; what changed is the card behind them.
            before, after = (decrypt(side[at["id_number"]]) for side in (old, row))
            sides = [f"{identity.mask(number)}（{len(number)} 位）" for number in (before, after)]
            result.changes.append(Change(subject, "证件号码", *sides))

    def _note_missing(self):
        """Persons and households that the file lacks, of the villages and households in it."""
        villages = {code for code, _ in self.told["village"].values()}
        at = self.households.at
        lines = []
        for queryset in fetch(Household.objects.filter(left_on=None), "village_id", villages):
            rows = queryset.order_by("village_id", "number").values_list("number", "head_name", "village__name")
            lines += [f"{village} 户 {number} {head}" for number, head, village in rows if number not in self.rows_of]
        if lines:
            self.result.notes.append(("文件中没有的户（保持不变）", lines))
        in_file = {key for key in self.id_keys if key}
        lines = []
        for row in self.stored.values():
            for key, member in self.stored_members.get(row[at["id"]], {}).items():
                if key not in in_file:
                    person = member[self.members.at["name"]]
                    shown = identity.mask(decrypt(member[self.members.at["id_number"]]))
                    lines.append(f"户 {row[at['number']]} {person} {shown}")
        if lines:
            self.result.notes.append(("文件中没有的人（保持不变）", lines))
