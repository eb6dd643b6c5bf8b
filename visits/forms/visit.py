"""The form of a visit: what was typed, checked and turned into canonical content (``visits.content``)."""

import re
from datetime import date, timedelta

from django import forms

from households.choices import Cause, Labour
from households.widgets import AmountWidget, CellError, masked
from visits.content import GUARANTEES, JUDGEMENTS, LISTS, TEXTS, entry_key
from visits.models import IncomeClass, MemberChange, Visit, WorkAway
from visits.months import add_months

# What a month of a village household does not reach without somebody looking twice, in fen by class.
USUAL_MOST = {IncomeClass.WAGE: 30_000_00}
USUAL_MOST_ELSE = 100_000_00
# More than this is a slip of the finger, not an income.
MOST = 99_999_999_99
AMOUNT_HINT = "金额要写数字，如 1200 或 1200.50。"
DISPUTE_LENGTH = 200
BASES = ("口述", "工资条", "银行流水", "存折", "票据", "记账本", "电话", "估算")
YES, NO = "yes", "no"
# A member's id in one spelling only, so that two names never mean the same amount; 0 is the household.
KEY = "(0|[1-9][0-9]{0,29})"
ENTRY = re.compile(rf"(amount|basis|dispute)-([A-Z][0-9]{{2}})-{KEY}")
CHANGE = re.compile(rf"change-(kind|labour|note)-{KEY}")
WORK = re.compile(rf"work-(place|employer|industry|started_on|ended_on|channel)-{KEY}")
# No database keeps a NUL in a text, and nobody types one.
NUL = "\0"
UNREADABLE = "里面有存不下的字符，请删去重写。"


class YesNoField(forms.TypedChoiceField):
    """Yes, no, or ``None`` where nothing was ticked."""

    def __init__(self, label):
        choices = [(YES, "是"), (NO, "否")]
        super().__init__(label=label, choices=choices, coerce=YES.__eq__, empty_value=None, required=False)


class TextField(forms.CharField):
    """Text as it was typed, with one kind of line break, never longer than the column."""

    def __init__(self, name, length=1000):
        field = Visit._meta.get_field(name)
        most = field.max_length or length
        messages = {"max_length": f"最多 {most} 个字。", "null_characters_not_allowed": UNREADABLE}
        super().__init__(label=field.verbose_name, max_length=most, required=False, error_messages=messages)

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


class CodesField(forms.MultipleChoiceField):
    """Ticked codes, as one text in the order of the choices."""

    def __init__(self, name, choices):
        super().__init__(label=Visit._meta.get_field(name).verbose_name, choices=choices, required=False)

    def clean(self, value):
        ticked = set(super().clean(value))
        return ",".join(code for code, _ in self.choices if code in ticked)


class ScalarForm(forms.Form):
    """The fields that stand once on the form."""

    visited_on = forms.DateField(
        label="走访日期", error_messages={"required": "填上走访是哪一天。", "invalid": "日期要写成 2022-07-08 这样。"}
    )
    way = forms.ChoiceField(
        label="走访方式", choices=Visit.Way.choices, error_messages={"required": "选一种走访方式。"}
    )
    policies = CodesField("policies", Visit.Policy.choices)
    need_kinds = CodesField("need_kinds", Visit.Need.choices)
    risk_kinds = CodesField("risk_kinds", Cause.choices)

    def __init__(self, data, *, day):
        super().__init__(data)
        self.day = day
        for name in (*GUARANTEES, *JUDGEMENTS):
            self.fields[name] = YesNoField(Visit._meta.get_field(name).verbose_name)
        for name in TEXTS:
            self.fields[name] = TextField(name)

    def clean_visited_on(self):
        visited_on = self.cleaned_data["visited_on"]
        if visited_on > self.day:
            raise forms.ValidationError(f"走访日期不能晚于今天（{self.day.month} 月 {self.day.day} 日）。")
        if visited_on.year < 2014:
            raise forms.ValidationError("年份不对，请再看一下。")
        return visited_on


class VisitForm:
    """One delivered form. ``errors`` maps field names to sentences; "" is the form as a whole.

    ``members`` (of the household, whoever ever was one) and ``items`` (code -> ``IncomeItem``) are what keys
    may name. ``to_confirm`` holds the names of amounts so large that the person has to say they are right.
    """

    def __init__(self, data, *, members, items, day):
        self.data = data
        self.members = {member.pk: member for member in members}
        self.items = items
        self.day = day
        self.errors = {}
        self.to_confirm = []
        self.content = None
        self._read()

    @property
    def is_valid(self):
        return not self.errors

    def _read(self):
        scalars = ScalarForm(self.data, day=self.day)
        for name, problems in scalars.errors.items():
            self.errors.setdefault(name, []).extend(problems)
        values = scalars.cleaned_data
        content = {name: values.get(name) for name in ("way", *GUARANTEES, *LISTS, *JUDGEMENTS, *TEXTS)}
        visited_on = values.get("visited_on")
        content["visited_on"] = visited_on and visited_on.isoformat()
        content["entries"] = self._entries()
        content["changes"] = self._changes()
        content["work"] = self._work()
        if self.is_valid:
            self.content = content

    def _fail(self, name, sentence):
        self.errors.setdefault(name, []).append(sentence)

    def _lines(self, pattern):
        """Rest of the key -> {part: text} of the fields whose name fits, as far as something is typed."""
        lines = {}
        for name in self.data:
            found = pattern.fullmatch(name)
            text = found and self.data.get(name, "").strip()
            if text and NUL in text:
                self._fail(name, UNREADABLE)
            elif text:
                part, *key = found.groups()
                lines.setdefault(tuple(key), {})[part] = text
        return lines

    def _member(self, key, name):
        """Whether the key names the household (0) or one of its members."""
        if int(key) == 0 or int(key) in self.members:
            return True
        self._fail(name, "这个人不在本户，请刷新页面再填。")
        return False

    def _entries(self):
        entries = {}
        confirmed = set(self.data.getlist("confirm"))
        for (code, member), line in sorted(self._lines(ENTRY).items()):
            name = f"amount-{code}-{member}"
            if code not in self.items:
                self._fail("", f"没有代码是 {code} 的收入项目，请回到名单重新打开这一户。")
                continue
            if not self._member(member, name):
                continue
            if "amount" not in line:
                if "dispute" in line:
                    self._fail(name, "写上您了解到的金额，再说明哪里不同。")
                continue
            amount = self._amount(name, line["amount"])
            if amount is None:
                continue
            if amount > USUAL_MOST.get(self.items[code].income_class, USUAL_MOST_ELSE) and name not in confirmed:
                self.to_confirm.append(name)
                self._fail(name, f"{amount / 100:,.2f} 元一个月，比平常大得多。确实这么多，就勾上“没有写错”再上报。")
            basis, dispute = line.get("basis", ""), line.get("dispute", "")
            if basis and basis not in BASES:
                self._fail(name, "依据请从表里选。")
            if len(dispute) > DISPUTE_LENGTH:
                self._fail(f"dispute-{code}-{member}", f"说明最多 {DISPUTE_LENGTH} 个字。")
            dispute = dispute.replace("\r\n", "\n")
            entries[entry_key(code, int(member))] = {"amount": amount, "basis": basis, "dispute": dispute}
        return entries

    def _amount(self, name, text):
        try:
            amount = AmountWidget().clean(text)
        except CellError as error:
            reason = "不能是负数；支出也写正数" if "负" in error.reason else error.reason
            self._fail(name, f"“{masked(text)}”{reason}。{AMOUNT_HINT}")
            return None
        if amount is not None and amount > MOST:
            self._fail(name, f"“{masked(text)}”太大了，多半是多按了几个零。{AMOUNT_HINT}")
            return None
        return amount

    def _changes(self):
        changes = {}
        for (member,), line in sorted(self._lines(CHANGE).items()):
            name = f"change-kind-{member}"
            if not self._member(member, name):
                continue
            kind, labour, note = (line.get(part, "") for part in ("kind", "labour", "note"))
            is_new = int(member) == 0
            if not kind:
                self._fail(name, "选一下是什么变化。")
            elif kind not in MemberChange.Kind.values:
                self._fail(name, "变化请从表里选。")
            elif is_new != (kind == MemberChange.Kind.JOINED):
                self._fail(name, "新增成员填在“不在册的人”一行，其余变化填在成员名下。")
            elif is_new and not note:
                self._fail(f"change-note-{member}", "写上新成员的姓名和原因，如“王小宝，6 月出生”。")
            elif kind == MemberChange.Kind.LABOUR and labour not in Labour.values:
                self._fail(f"change-labour-{member}", "选一下现在的劳动技能。")
            if len(note) > 200:
                self._fail(f"change-note-{member}", "说明最多 200 个字。")
            labour = labour if kind == MemberChange.Kind.LABOUR else ""
            changes[str(int(member))] = {"kind": kind, "labour": labour, "note": note.replace("\r\n", "\n")}
        return changes

    def _work(self):
        work = {}
        for (member,), line in sorted(self._lines(WORK).items()):
            name = f"work-place-{member}"
            if int(member) == 0 or not self._member(member, name):
                continue
            if "place" not in line:
                self._fail(name, "写上在哪里务工，到县，如“保定市徐水区”。")
            for part in ("place", "employer", "industry"):
                most = WorkAway._meta.get_field(part).max_length
                if len(line.get(part, "")) > most:
                    self._fail(f"work-{part}-{member}", f"最多 {most} 个字。")
            if line.get("channel", "") not in ("", *WorkAway.Channel.values):
                self._fail(f"work-channel-{member}", "渠道请从表里选。")
            days = {part: self._day(f"work-{part}-{member}", line.get(part)) for part in ("started_on", "ended_on")}
            if days["started_on"] and days["ended_on"] and days["ended_on"] < days["started_on"]:
                self._fail(f"work-ended_on-{member}", "结束日期不能早于开始日期。")
            work[str(int(member))] = {
                **{part: line.get(part, "") for part in ("place", "employer", "industry", "channel")},
                **days,
            }
        return work

    def _day(self, name, text):
        if not text:
            return None
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            self._fail(name, "日期要写成 2022-07-08 这样。")
            return None

    @property
    def filling(self):
        """(seconds, copied values) of how the form was filled, as far as the script told."""
        return tuple(_count(self.data.get(name), most) for name, most in (("seconds", 2**31 - 1), ("copied", 32767)))

    @property
    def base_version(self):
        return _count(self.data.get("base_version"), 2**31 - 1) or 0


def _count(text, most):
    try:
        return min(max(int(text), 0), most)
    except (TypeError, ValueError):
        return None


def fields_of(content):
    """Field name -> list of texts: how a content stands in the form."""
    fields = {name: [content[name]] for name in ("visited_on", "way", *TEXTS)}
    for name in LISTS:
        fields[name] = [code for code in content[name].split(",") if code]
    for name in (*GUARANTEES, *JUDGEMENTS):
        fields[name] = [] if content[name] is None else [YES if content[name] else NO]
    for key, line in content["entries"].items():
        name = key.replace("/", "-")
        fields[f"amount-{name}"] = [plain_amount(line["amount"])]
        fields[f"basis-{name}"], fields[f"dispute-{name}"] = [line["basis"]], [line["dispute"]]
    for table, prefix in (("changes", "change"), ("work", "work")):
        for key, line in content[table].items():
            fields |= {f"{prefix}-{part}-{key}": [text or ""] for part, text in line.items()}
    return fields


def plain_amount(fen):
    """Fen as somebody would type it: 1200 or 1200.50."""
    return str(fen // 100) if fen % 100 == 0 else f"{fen // 100}.{fen % 100:02d}"


def blank_fields(sheet, user, day):
    """What a new form holds before anything is typed: who, when and how, and what seldom changes.

    No amount is ever filled in. Policies and work away are those of the last visit, or the register's.
    """
    month_end = add_months(sheet.month, 1) - timedelta(days=1)
    previous = sheet.previous
    fields = {
        "visited_on": [min(day, month_end).isoformat()],
        "way": [Visit.Way.HOME.value],
        "visitors": [previous.visitors if previous and previous.visitors else user.name],
        "policies": [code for code in previous.policies.split(",") if code] if previous else _policies(sheet),
    }
    for member in sheet.present:
        if member.work_place:
            fields[f"work-place-{member.pk}"] = [member.work_place[:60]]
            fields[f"work-employer-{member.pk}"] = [member.employer[:60]]
    if previous:
        present = {member.pk for member in sheet.present}
        rows = [row for row in previous.work.all() if row.member_id in present and row.ended_on is None]
        for row in rows:
            for part in ("place", "employer", "industry", "channel", "started_on"):
                value = getattr(row, part)
                text = value.isoformat() if isinstance(value, date) else value
                fields[f"work-{part}-{row.member_id}"] = [text or ""]
    return fields


def _policies(sheet):
    """What the register says of policies enjoyed."""
    people = sheet.present
    known = {
        Visit.Policy.ALLOWANCE: any(member.has_low_income_allowance for member in people),
        Visit.Policy.DESTITUTE: any(member.has_destitute_support for member in people),
        Visit.Policy.PUBLIC_POST: any(member.public_post for member in people),
    }
    return [policy.value for policy, holds in known.items() if holds]
