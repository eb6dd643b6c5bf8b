"""What an export writes for whom: scope, ID numbers, zip, errors, audit, number of queries."""

import io
import os
import stat
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from accounts.models import AuditEvent
from ledger.digest import rows_digest
from ledger.models import LedgerRow, PolicyYear
from ledger.services import rebuild_ledger
from reports import workbook
from reports.services import ExportError, export_ledger

DAY = date(2022, 7, 10)


@pytest.fixture
def write(tmp_path):
    def make(area, name="out.xlsx", **options):
        return export_ledger(year=2022, area=area.code, output=tmp_path / name, day=DAY, **options)

    return make


def cells(path_or_file):
    book = openpyxl.load_workbook(path_or_file)
    return {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}


@pytest.mark.parametrize(
    ("who", "place", "households"),
    [
        ("cadre", "village", 4),
        ("township", "village", 4),
        ("township", "township", 5),
        ("other_township", "far_village", 1),
        ("county", "county", 6),
        ("auditor", "county", 6),
        ("auditor", "far_village", 1),
    ],
)
def test_area_roles_export_what_they_see(small_county, people, request, write, who, place, households):
    result = write(request.getfixturevalue(place), user=people[who])
    assert result["households"] == households


@pytest.mark.parametrize(
    ("who", "place"),
    [
        ("cadre", "next_village"),
        ("cadre", "township"),
        ("next_cadre", "village"),
        ("township", "county"),
        ("township", "far_village"),
        ("other_township", "village"),
        ("nobody", "village"),
        ("helper", "village"),
        ("civil", "village"),
        ("system", "county"),
    ],
)
def test_nobody_exports_beyond_their_scope(small_county, people, request, write, tmp_path, who, place):
    small_county["rich"].helper = people["helper"]
    small_county["rich"].save()
    with pytest.raises(ExportError):
        write(request.getfixturevalue(place), user=people[who])
    assert list(tmp_path.iterdir()) == []


def test_a_closed_account_exports_nothing(small_county, people, county, write):
    people["county"].is_active = False
    with pytest.raises(ExportError):
        write(county, user=people["county"])


def test_ids_are_masked_and_none_for_the_auditor(small_county, people, county, write, tmp_path):
    numbers = {member.id_number for home in small_county.values() for member in home.members.all()}
    write(county, user=people["county"])
    seen = cells(tmp_path / "out.xlsx")
    assert sum("********" in text for text in seen) == len(small_county)
    assert not any(number in text for number in numbers for text in seen)
    write(county, user=people["auditor"])
    seen = cells(tmp_path / "out.xlsx")
    assert "赵富" in seen
    assert not any("********" in text for text in seen)


def test_a_zip_holds_one_workbook_a_village(small_county, county, make_household, write, tmp_path):
    result = write(county, "out.zip", split="village")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.namelist() == ["130630101901柳沟村.xlsx", "130630101902石坡村.xlsx", "130630102901河滩村.xlsx"]
        for file in result["files"]:
            book = openpyxl.load_workbook(io.BytesIO(archive.read(file["name"])))
            assert book.sheetnames == ["台账"]
            assert any(file["digest"] in str(row[0].value) for row in book["台账"].iter_rows())
    assert [file["households"] for file in result["files"]] == [4, 1, 1]
    assert (result["households"], result["digest"]) == (6, None)


def test_a_zip_of_a_township_stays_in_it(small_county, township, people, write, tmp_path):
    write(township, "out.zip", split="village", user=people["township"])
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.namelist() == ["130630101901柳沟村.xlsx", "130630101902石坡村.xlsx"]


def test_a_village_of_the_zip_is_its_own_export(small_county, county, village, write):
    alone = write(village)["digest"]
    assert write(county, "out.zip", split="village")["files"][0]["digest"] == alone


def test_names_of_areas_are_safe_file_names(small_county, village, write, tmp_path):
    village.name = "../柳/沟:村\n"
    village.save()
    write(village, "out.zip", split="village")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.namelist() == ["130630101901.._柳_沟_村_.xlsx"]


def test_the_digest_is_that_of_the_rows(small_county, township, write):
    before = write(township)["digest"]
    assert before == rows_digest(LedgerRow.objects.within(township.code))
    assert write(township)["digest"] == before
    LedgerRow.objects.filter(household=small_county["far"]).update(cause="别处")
    assert write(township)["digest"] == before
    LedgerRow.objects.filter(household=small_county["next"]).update(cause="本镇")
    assert write(township)["digest"] != before


def test_every_export_is_written_down(small_county, people, village, write):
    result = write(village, user=people["cadre"])
    event = AuditEvent.objects.get()
    assert (event.user, event.action, event.subject) == (people["cadre"], "导出台账", "柳沟村 2022 年度")
    assert event.detail == {
        "year": 2022,
        "area": village.code,
        "split": None,
        "households": 4,
        "digest": result["digest"],
    }


@pytest.mark.parametrize("split", [None, "village"])
def test_queries_do_not_grow_with_households(
    small_county, county, village, make_household, earn, write, django_assert_max_num_queries, split
):
    with django_assert_max_num_queries(25) as first:
        write(county, split=split)
    for number in range(12):
        earn(make_household(village, head=f"户{number}"), "W01", "1000")
    rebuild_ledger(year=2022)
    with django_assert_max_num_queries(len(first)):
        assert write(county, split=split)["households"] == 18


def test_progress_is_told_of_every_household(small_county, county, write):
    told = []
    write(county, progress=lambda *step: told.append(step))
    assert told[-1] == (6, 6, "正在写台账")


def test_the_file_is_private(small_county, village, write, tmp_path):
    write(village)
    assert stat.S_IMODE(os.stat(tmp_path / "out.xlsx").st_mode) == 0o600


def test_a_failure_leaves_the_old_file_and_nothing_else(small_county, village, write, tmp_path, monkeypatch):
    Path(tmp_path, "out.xlsx").write_text("旧")

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(workbook, "_write_foot", full)
    with pytest.raises(ExportError, match="磁盘满了"):
        write(village)
    assert [path.name for path in tmp_path.iterdir()] == ["out.xlsx"]
    assert Path(tmp_path, "out.xlsx").read_text() == "旧"
    assert not AuditEvent.objects.exists()


def test_an_unknown_area_or_year_is_named(small_county, village, tmp_path):
    with pytest.raises(ExportError, match="没有区划 999999"):
        export_ledger(year=2022, area="999999", output=tmp_path / "x.xlsx", day=DAY)
    with pytest.raises(ExportError, match="没有 2031 政策年度。已有：2022、2023。"):
        export_ledger(year=2031, area=village.code, output=tmp_path / "x.xlsx", day=DAY)


def test_no_rows_says_how_to_begin(household, village, write):
    with pytest.raises(ExportError, match="柳沟村还没有 2022 年度的台账。请县里先"):
        write(village)


def test_rows_of_an_older_version_are_headed_by_its_lines(small_county, village, write, tmp_path):
    old = PolicyYear.objects.get(year=2022)
    old.is_in_force = False
    old.save()
    newer = {"window_start": old.window_start, "report_due_on": old.report_due_on, "low_income_line": 13000}
    PolicyYear.objects.create(
        year=2022,
        version=2,
        is_in_force=True,
        monitoring_line=8000,
        average_line=13000,
        transfer_share_line=60,
        large_fall=20,
        **newer,
    )
    write(village)
    seen = cells(tmp_path / "out.xlsx")
    assert "低于监测标准（7300元）" in seen
    assert any("政策版本：第1版" in text for text in seen)
    rebuild_ledger(year=2022)
    write(village)
    seen = cells(tmp_path / "out.xlsx")
    assert "低于监测标准（8000元）" in seen
    assert any("政策版本：第2版" in text for text in seen)
