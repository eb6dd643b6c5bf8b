"""The command ``export_ledger``."""

import json
import zipfile

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEvent


@pytest.fixture
def run(tmp_path, capsys):
    """Runs the command into a file of ``tmp_path``; returns its lines on standard output."""

    def command(*arguments, name="out.xlsx"):
        call_command("export_ledger", "--year", "2022", "--output", str(tmp_path / name), *arguments)
        return capsys.readouterr().out.splitlines()

    return command


def test_json_is_the_last_line(small_county, village, run, tmp_path):
    result = json.loads(run("--area", village.code, "--json")[-1])
    assert (result["year"], result["area"], result["households"]) == (2022, village.code, 4)
    assert len(result["digest"]) == 64
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["台账"]
    assert result["digest"] in sheet.cell(sheet.max_row, 1).value


def test_words_name_households_file_and_digest(small_county, township, run):
    first, second = run("--area", township.code)
    assert first.startswith("2022 年度 5 户，已写到 ")
    assert second.startswith("摘要（SHA-256）：")


def test_the_county_is_meant_where_no_area_is_named(small_county, county, run):
    assert json.loads(run("--json")[-1])["area"] == county.code


def test_split_by_village(small_county, county, run, tmp_path):
    line = run("--area", county.code, "--split", "village", name="out.zip")[-1]
    assert line.startswith("2022 年度 3 个村、6 户，已写到 ")
    assert len(zipfile.ZipFile(tmp_path / "out.zip").namelist()) == 3


def test_an_export_by_command_is_audited_too(small_county, village, run):
    run("--area", village.code)
    assert AuditEvent.objects.get().user is None


def test_running_twice_is_harmless(small_county, village, run):
    one, two = (json.loads(run("--area", village.code, "--json")[-1]) for _ in range(2))
    assert one == two


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--area", "1306"], "没有区划 1306"),
        (["--area", "130630101901", "--year", "2031"], "没有 2031 政策年度"),
        (["--area", "130630101901", "--output", "/nowhere/at/all.xlsx"], "没有文件夹 /nowhere/at"),
        (["--area", "130630101901", "--output", "/"], "是文件夹，请写出文件名"),
    ],
)
def test_errors_are_clear(small_county, run, arguments, message):
    with pytest.raises(CommandError, match=message):
        run(*arguments)


def test_a_folder_that_cannot_be_written_to(small_county, village):
    with pytest.raises(CommandError, match="不能在 /proc 里写文件"):
        call_command("export_ledger", year=2022, area=village.code, output="/proc/out.xlsx")
