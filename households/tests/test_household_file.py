"""The file of one household: who may open it, what it shows, and what each role does not see of it."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import Department
from households import identity
from households.models import AnnualIncome
from households.tests.conftest import WINDOW, make_entry
from ledger.models import LedgerRow

PHONE, HELPER_PHONE = "13912345678", "13887654321"


@pytest.fixture
def family(earning, make_member, village, people, rebuild):
    """A couple who earned 1000 a month, fewer than last year, and a daughter who moved out."""
    household = earning(
        village,
        1000,
        head="赵一",
        phone=PHONE,
        helper=people["helper"],
        helper_phone=HELPER_PHONE,
        monitor_kind="unstable",
        cause_1="illness",
    )
    make_member(household, name="钱秀英", relation="配偶", health="chronic,disabled", schooling="小学")
    make_member(household, name="赵小妹", relation="之女", left_on=date(2022, 3, 1), left_reason="婚嫁迁出")
    AnnualIncome.objects.create(household=household, year=2021, wage=Decimal(24000), persons=3)
    rebuild()
    return household


@pytest.fixture
def read(sign_in, family):
    """``read("cadre")``: the text of the family's file as that person gets it."""
    return lambda who: sign_in(who).get(family.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        *((who, 200) for who in ("cadre", "helper", "township", "county", "auditor")),
        *((who, 404) for who in ("next_cadre", "other_township", "civil", "labour", "system", "nobody")),
    ],
)
def test_who_may_open_it(sign_in, family, who, status):
    assert sign_in(who).get(family.get_absolute_url()).status_code == status


def test_a_stranger_is_sent_to_sign_in(client, family):
    response = client.get(family.get_absolute_url())
    assert response["Location"] == f"/accounts/login/?next={family.get_absolute_url()}"


def test_a_number_that_does_not_exist_is_not_found(sign_in, family):
    assert sign_in("county").get("/households/999/").status_code == 404


def test_it_shows_the_household_and_its_figures(read):
    content = read("county")
    for words in (
        "赵一",
        "脱贫不稳定户（未消除）",
        "因病",
        "钱秀英",
        "长期慢性病、残疾",
        "已离开的成员 1 人",
        "婚嫁迁出",
        "2022年6月30日计 2 人",
        # 12000 a year for two persons; last year 24000 for three.
        "6,000.00",
        "8,000.00",
        "−2,000.00",
        "低于监测",
        # The same period of last year: 24000 × 9 ÷ 12.
        "18,000.00",
        "−9,000.00",
    ):
        assert words in content, words


def test_numbers_lead_to_their_explanation(read, family):
    assert read("county").count(f'href="/ledger/2022/household/{family.number}/"') >= 6


def test_the_path_leads_down_and_links_what_is_in_scope(read):
    county, cadre = read("county"), read("cadre")
    for code, name in (("130630", "涞源县"), ("130630101", "银坊镇"), ("130630101901", "柳沟村")):
        assert f'<a href="/households/?area={code}">{name}</a>' in county
    assert '<a href="/households/?area=130630101901">柳沟村</a>' in cadre
    assert "<li>银坊镇</li>" in cadre


def test_id_numbers_are_masked_for_everybody(read, family):
    for who in ("cadre", "helper", "township", "county", "auditor"):
        content = read(who)
        for member in family.members.all():
            assert identity.mask(member.id_number) in content
            assert member.id_number not in content


@pytest.mark.parametrize("who", ["cadre", "helper", "township"])
def test_those_who_visit_get_the_phone_numbers(read, who):
    content = read(who)
    assert f'href="tel:{PHONE}"' in content
    assert f'href="tel:{HELPER_PHONE}"' in content


@pytest.mark.parametrize("who", ["county", "auditor"])
def test_to_others_phone_numbers_are_masked(read, who):
    content = read(who)
    assert PHONE not in content
    assert HELPER_PHONE not in content
    assert "139****5678" in content


def test_every_month_leads_to_its_visit(read, family):
    content = read("cadre")
    for month in (*WINDOW, date(2022, 7, 1)):
        assert f'href="/visits/{family.number}/{month:%Y-%m}/"' in content
    assert "2022年8月" not in content


def test_an_entry_that_does_not_count_stands_behind_its_month(read, family, rebuild):
    make_entry(family, WINDOW[0], "W01", 700, source="import")
    family.income_entries.filter(month=WINDOW[0], source="visit").update(is_counted=False)
    rebuild()
    content = read("cadre")
    assert '<s class="superseded">1,000.00</s>' in content
    assert "以导入的数为准" in content
    assert "8,700.00" in content


def test_a_department_sees_what_its_action_needs_and_no_more(sign_in, family, make_action, read):
    make_action(family, Department.objects.get(name="人社局"), reason="可以务工")
    make_action(family, Department.objects.get(name="民政局"), reason="核对纳入低保")
    content = read("labour")
    for shown in ("赵一", "柳沟村", PHONE, "钱秀英", "普通劳动力", "可以务工"):
        assert shown in content, shown
    for hidden in (
        "核对纳入低保",
        "6,000.00",
        "低于监测",
        "慢性病",
        "已报",
        "赵小妹",
        HELPER_PHONE,
        *(identity.mask(member.id_number) for member in family.members.all()),
    ):
        assert hidden not in content, hidden


def test_months_missing_are_said_with_what_to_do(read, family, rebuild):
    visit = family.visits.get(month=WINDOW[0])
    visit.entries.all().delete()
    visit.delete()
    rebuild()
    content = read("cadre")
    assert "统计期缺 1 个月" in content
    assert "缺1个月" in content
    LedgerRow.objects.update(missing_reason="2021年11月才识别")
    assert "2021年11月才识别" in read("cadre")


def test_a_new_household_says_what_is_not_there_yet(sign_in, make_household, village):
    household = make_household(village)
    content = sign_in("cadre").get(household.get_absolute_url()).content.decode()
    for words in ("台账还没有这一户", "统计期内还没有收入记录", "没有 2021 年收入", "还没有措施"):
        assert words in content, words


def test_a_household_without_members_opens(sign_in, make_household, village):
    household = make_household(village)
    household.members.all().delete()
    content = sign_in("cadre").get(household.get_absolute_url()).content.decode()
    assert "没有在册成员" in content


def test_what_people_wrote_is_text_and_never_markup(read, family):
    LedgerRow.objects.update(cause="<script>alert(1)</script>")
    content = read("cadre")
    assert "<script>alert" not in content
    assert "&lt;script&gt;alert" in content


@pytest.mark.parametrize("size", [1, 6])
def test_the_queries_do_not_grow_with_members_and_measures(
    sign_in, family, make_member, rebuild, django_assert_max_num_queries, size
):
    for serial in range(size):
        make_member(family, name=f"成员{serial}")
    rebuild()
    client = sign_in("county")
    with django_assert_max_num_queries(26):
        client.get(family.get_absolute_url())
