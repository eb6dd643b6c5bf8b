"""The import commands as the command line sees them."""

import json
import stat
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from accounts.models import Area, AuditEvent
from conftest import resident_id
from households import identity
from households.models import Household, Member
from households.sheets import read_sheet
from households.tests.workbooks import every_row, person, write_xlsx
from ledger.models import LedgerRow
from visits import tasks
from visits.models import IncomeEntry

pytestmark = pytest.mark.django_db

NUMBER = "13063010190100001"
INCOME = {"户编号": NUMBER, "月份": "2022-05", "项目": "W01", "金额": 1200}


@pytest.fixture
def run():
    """``run("import_roster", path, "--dry-run")``: exit code, standard output and error, JSON of the last line."""

    def run(*args):
        out, err, code = StringIO(), StringIO(), 0
        try:
            call_command(*map(str, args), "--json", stdout=out, stderr=err)
        except CommandError as error:
            code = error.returncode
        return code, out.getvalue(), err.getvalue(), json.loads(out.getvalue().splitlines()[-1])

    return run


@pytest.fixture
def roster(tmp_path, village):
    return write_xlsx(tmp_path / "roster.xlsx", [person(NUMBER, 1), person(NUMBER, 2, "配偶")], above=[["标题"], []])


def test_areas(run, tmp_path):
    path = tmp_path / "areas.csv"
    path.write_text("code,name\n130630101901,柳沟村\n130630000000,涞源县\n130630101000,银坊镇\n", encoding="utf-8-sig")
    code, _, _, result = run("import_areas", path)
    assert (code, result["rows"], result["created"], result["errors"]) == (0, 3, 3, 0)
    assert list(Area.objects.order_by("code").values_list("code", "level", "parent")) == [
        ("130630", "county", None),
        ("130630101", "township", "130630"),
        ("130630101901", "village", "130630101"),
    ]
    before = every_row()
    _, out, _, result = run("import_areas", path)
    assert (result["unchanged"], "没有变化" in out) == (3, True)
    assert every_row() == before
    path.write_text("code,name\n130630101,银坊乡\n", encoding="gb18030")
    assert run("import_areas", path)[3]["updated"] == 1
    assert Area.objects.get(code="130630101").name == "银坊乡"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("1306301,某地", "第 2 行 code：“1306301” 应为 6、9 或 12 位数字"),
        ("1.3063E+11,某地", "第 2 行 code：“1.3063E+11” 应为 6、9 或 12 位数字"),
        ("130630101,某地", "第 2 行 code：“130630101” 缺少上级区划 130630，请一并写入文件"),
        ("130630,", "第 2 行 name：不能为空"),
        ("130630,甲\n130630000000,乙", "第 3 行 code：“130630” 与第 2 行重复，名称却不同"),
    ],
)
def test_areas_that_are_refused(run, tmp_path, lines, message):
    path = tmp_path / "areas.csv"
    path.write_text(f"code,name\n{lines}\n", encoding="utf-8")
    code, _, err, result = run("import_areas", path)
    assert (code, result["errors"], result["messages"]) == (1, 1, [message])
    assert message in err
    assert not Area.objects.exists()


def test_from_roster_to_ledger(run, roster, tmp_path):
    assert run("import_roster", roster)[0] == 0
    prior = {"户编号": NUMBER} | dict.fromkeys(("工资性收入", "生产经营性收入", "财产性收入"), 0)
    prior |= {"转移性收入": 23000, "生产经营性支出": 0, "家庭人口数": 2}
    code, _, _, result = run("import_prior_income", write_xlsx(tmp_path / "p.xlsx", [prior]), "--year", 2021)
    assert (code, result["created"]) == (0, 1)
    code, _, _, result = run("import_income", write_xlsx(tmp_path / "i.xlsx", [INCOME]))
    assert (code, result["created"]) == (0, 1)
    # 2022's window has begun on the business day, that of 2023 has not.
    row = LedgerRow.objects.get()
    assert (row.year, row.months_missing, row.per_capita) == (2022, 8, 800)
    assert [event.subject for event in AuditEvent.objects.order_by("pk")] == ["人员名册", "上年收入", "月收入"]
    assert AuditEvent.objects.first().detail["created"] == 1


def test_a_department_s_list(run, roster, tmp_path):
    run("import_roster", roster)
    rows = [
        {"证件号码": resident_id(1), "月份": "2022-05", "金额": 350},
        {"证件号码": resident_id(900), "月份": "2022-05", "金额": 9},
    ]
    path = write_xlsx(tmp_path / "feed.xlsx", rows, above=[["五月低保金"], []])
    command = ("import_feed", path, "--item", "T01", "--department", "民政局")
    before = every_row()
    code, out, _, result = run(*command, "--dry-run")
    assert (code, result["created"], result["not_on_register"], result["dry_run"]) == (0, 1, 1, True)
    assert every_row() == before
    code, out, _, result = run(*command)
    assert (code, result["rows"], result["created"], result["errors"]) == (0, 2, 1, 0)
    assert f"不在册（没有写入）：1\n  第 5 行 {identity.mask(resident_id(900))} 2022-05" in out
    # A fee of one month: transfer income of the window, and the month is collected.
    row = LedgerRow.objects.get()
    assert (row.transfer, row.months_missing) == (350, 8)
    event = AuditEvent.objects.first()
    assert (event.subject, event.detail["department"], event.detail["item"]) == ("部门发放名单", "民政局", "T01")
    before = every_row()
    _, out, _, result = run(*command)
    assert (result["created"], result["updated"], result["unchanged"], "没有变化" in out) == (0, 0, 1, True)
    assert every_row() == before


def test_a_department_s_list_that_is_refused(run, roster, tmp_path):
    run("import_roster", roster)
    rows = [{"证件号码": resident_id(1), "月份": "2022-05", "金额": amount} for amount in ("abc", 3)]
    path = write_xlsx(tmp_path / "feed.xlsx", rows)
    before = every_row()
    for item, department, message in (
        ("W01", "民政局", "民政局不能报“W01”。可以报：低保金（T01）、"),
        ("T01", "气象局", "没有“气象局”这个部门。"),
    ):
        code, _, err, result = run("import_feed", path, "--item", item, "--department", department)
        assert (code, result["created"], result["messages"][0][:15]) == (1, 0, message[:15])
        assert message in err
    out = tmp_path / "out.xlsx"
    command = ("import_feed", path, "--item", "T01", "--department", "民政局", "--errors", out)
    code, stdout, err, result = run(*command)
    assert (code, result["rows"], result["errors"]) == (1, 2, 2)
    assert "第 2 行 金额：“abc” 不是数字" in err
    assert resident_id(1) not in stdout + err
    rejected = read_sheet(out, key_column="证件号码")
    assert [row[0] for row in rejected.rows] == [resident_id(1)] * 2
    assert every_row() == before
    missing = run("import_feed", tmp_path / "none.xlsx", "--item", "T01", "--department", "民政局")[3]
    assert (missing["rows"], missing["errors"], missing["not_on_register"]) == (0, 1, 0)


def test_a_dry_run_writes_nothing_and_ends_as_the_import_would(run, roster, tmp_path):
    before = every_row()
    code, out, _, result = run("import_roster", roster, "--dry-run")
    assert (code, result["members"]["created"], result["households"]["created"]) == (0, 2, 1)
    assert "只检查，不写入" in out
    bad = write_xlsx(tmp_path / "bad.xlsx", [person(NUMBER, 1, 劳动技能="?")])
    assert run("import_roster", bad, "--dry-run")[0] == 1
    assert every_row() == before


def test_a_refused_roster_counts_households_and_members_as_any_other(run, tmp_path, village):
    nothing = {"created": 0, "updated": 0, "unchanged": 0}
    letter = tmp_path / "letter.xlsx"
    letter.write_text("not a workbook")
    for path in (write_xlsx(tmp_path / "bad.xlsx", [person(NUMBER, 1, 劳动技能="?")]), letter):
        code, _, _, result = run("import_roster", path)
        assert (code, result["errors"]) == (1, 1)
        assert result["households"] == result["members"] == nothing


@pytest.mark.parametrize(
    ("command", "rows", "options"),
    [
        ("import_income", [{**INCOME, "户编号": resident_id(1)}], ()),
        (
            "import_prior_income",
            [
                {"户编号": resident_id(1)}
                | dict.fromkeys(("工资性收入", "生产经营性收入", "财产性收入"), 0)
                | {"转移性收入": 0, "生产经营性支出": 0, "家庭人口数": 2}
            ]
            * 2,
            ("--year", 2021),
        ),
        ("import_roster", [person(resident_id(1), 1, "配偶")], ()),
    ],
)
def test_an_id_in_the_column_beside_it_is_masked(run, tmp_path, village, command, rows, options):
    code, out, err, result = run(command, write_xlsx(tmp_path / "shifted.xlsx", rows), *options)
    assert (code, result["errors"] > 0) == (1, True)
    assert resident_id(1) not in out + err
    assert identity.mask(resident_id(1)) in out


def test_one_bad_row_and_nothing_is_written(run, roster, tmp_path):
    run("import_roster", roster)
    path = write_xlsx(tmp_path / "i.xlsx", [INCOME, INCOME | {"月份": "2022-06", "金额": "abc"}])
    before = every_row()
    events = AuditEvent.objects.count()
    code, _, err, result = run("import_income", path, "--errors", tmp_path / "out.xlsx")
    assert code == 1
    assert {key: result[key] for key in ("rows", "created", "updated", "unchanged", "errors")} == {
        "rows": 2,
        "created": 0,
        "updated": 0,
        "unchanged": 0,
        "errors": 1,
    }
    assert "第 3 行 金额：“abc” 不是数字" in err.splitlines()
    assert every_row() == before
    assert AuditEvent.objects.count() == events
    out = tmp_path / "out.xlsx"
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    rejected = read_sheet(out)
    assert rejected.rows == [[NUMBER, "2022-06", "W01", "abc", "金额：“abc” 不是数字"]]
    # Corrected, the rejected workbook can be sent as it is: the column 错误 is nobody's concern.
    fixed = dict(zip(rejected.headers, rejected.rows[0], strict=True)) | {"金额": "7"}
    code, _, _, result = run("import_income", write_xlsx(out, [fixed]))
    assert (code, result["created"], result["unknown_columns"]) == (0, 1, [])


def test_rejected_persons_are_whole_while_messages_are_masked(run, roster, tmp_path):
    path = write_xlsx(tmp_path / "bad.xlsx", [person(NUMBER, 1), person(NUMBER, 1, "配偶")])
    code, out, err, _ = run("import_roster", path, "--errors", tmp_path / "out.xlsx")
    assert code == 1
    assert resident_id(1) not in out + err
    assert resident_id(1) in read_sheet(tmp_path / "out.xlsx").rows[0]


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"hello", "不是 Excel 工作簿"), (b"PK\x03\x04hello", "打不开"), (None, "找不到文件")],
)
def test_files_that_cannot_be_read(run, tmp_path, content, message):
    path = tmp_path / "a.xlsx"
    if content is not None:
        path.write_bytes(content)
    code, _, err, result = run("import_roster", path)
    assert (code, result["rows"], result["errors"]) == (1, 0, 1)
    assert message in err


def test_the_folder_of_the_rejected_rows_must_exist(run, roster, tmp_path):
    with pytest.raises(CommandError, match="文件夹不存在"):
        call_command("import_roster", str(roster), "--errors", str(tmp_path / "no" / "out.xlsx"))
    assert not Household.objects.exists()


def test_what_breaks_after_the_rows_takes_them_back(roster, monkeypatch):
    def fail(**kwargs):
        raise IntegrityError("broken")

    monkeypatch.setattr(tasks, "refresh_ledger", fail)
    before = every_row()
    with pytest.raises(IntegrityError):
        call_command("import_roster", str(roster))
    assert every_row() == before
    assert not Member.objects.exists()


def test_the_command_line_sees_every_village(run, roster, tmp_path, far_village):
    far = person("13063010290100001", 5, 乡="走马驿镇", 村="河滩村")
    assert run("import_roster", write_xlsx(tmp_path / "far.xlsx", [far]))[0] == 0
    assert not IncomeEntry.objects.exists()
