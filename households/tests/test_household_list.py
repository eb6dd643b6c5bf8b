"""The list of households: scope, filters in the address, order, paging, what each role sees of it."""

from datetime import date

import pytest

from households.tests.conftest import WINDOW
from visits.models import Visit

ROW = "<tr data-row"


def names(response):
    return [household.head_name for household in response.context["page"]]


@pytest.fixture
def three_villages(earning, make_household, village, next_village, far_village, rebuild):
    """A household of 12000 a year, one of 4000, one without any month, in three villages of two townships."""
    earning(village, 1000, head="赵一")
    earning(next_village, 400, head="钱二")
    make_household(far_village, head="孙三")
    rebuild()


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("cadre", ["赵一"]),
        ("next_cadre", ["钱二"]),
        ("township", ["赵一", "钱二"]),
        ("other_township", ["孙三"]),
        ("county", ["赵一", "钱二", "孙三"]),
        ("auditor", ["赵一", "钱二", "孙三"]),
        ("helper", []),
        ("civil", []),
        ("nobody", []),
    ],
)
def test_everybody_sees_the_households_of_their_scope(three_villages, sign_in, who, expected):
    response = sign_in(who).get("/households/")
    assert response.status_code == 200
    assert names(response) == expected
    assert response.content.decode().count(ROW) == len(expected)


def test_the_administrator_has_no_households(three_villages, sign_in):
    assert sign_in("system").get("/households/").status_code == 403


def test_a_helper_sees_the_paired_household(three_villages, sign_in, people, make_household, village):
    make_household(village, head="李四", helper=people["helper"])
    assert names(sign_in("helper").get("/households/")) == ["李四"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("area=130630101", ["赵一", "钱二"]),
        ("area=130630102901", ["孙三"]),
        ("flag=below_monitoring_line", ["钱二", "孙三"]),
        ("flag=any", ["赵一", "钱二", "孙三"]),
        ("flag=none", []),
        ("warning=3", ["钱二", "孙三"]),
        ("missing=yes", ["孙三"]),
        ("missing=no", ["赵一", "钱二"]),
        ("labour=able", ["赵一", "钱二", "孙三"]),
        ("labour=none", []),
        ("kind=ordinary", []),
        ("monitor=any", []),
        ("helper=none", ["赵一", "钱二", "孙三"]),
        ("visit=due", ["赵一", "钱二", "孙三"]),
        ("visit=review", ["赵一", "钱二"]),
        ("visit=returned", []),
        ("measure=none", ["赵一", "钱二", "孙三"]),
        ("measure=some", []),
        ("flag=any&missing=no&area=130630101902", ["钱二"]),
        ("sort=-per_capita", ["赵一", "钱二", "孙三"]),
        ("sort=per_capita", ["孙三", "钱二", "赵一"]),
    ],
)
def test_filters_and_order_stand_in_the_address(three_villages, sign_in, query, expected):
    response = sign_in("county").get(f"/households/?{query}")
    assert sorted(names(response)) == sorted(expected)
    if "sort" in query:
        assert names(response) == expected


def test_a_list_says_how_many_of_how_many(three_villages, sign_in):
    assert "3 户中的 <b>1</b> 户" in sign_in("county").get("/households/?missing=yes").content.decode()
    assert "共 <b>3</b> 户" in sign_in("county").get("/households/").content.decode()


@pytest.mark.parametrize("query", ["area=130630102", "area=999", "flag=poor"])
def test_a_filter_beyond_the_scope_or_the_choices_is_not_found(three_villages, sign_in, query):
    assert sign_in("township").get(f"/households/?{query}").status_code == 404
    assert sign_in("township").get("/households/?area=130630101901").status_code == 200


def test_a_visit_of_this_month_is_no_longer_due_unless_it_was_returned(three_villages, sign_in, make_visit):
    household = sign_in("cadre").get("/households/?visit=due").context["page"][0]
    visit = make_visit(household, date(2022, 7, 1))
    assert names(sign_in("cadre").get("/households/?visit=due")) == []
    Visit.objects.filter(pk=visit.pk).update(state="returned")
    assert names(sign_in("cadre").get("/households/?visit=due")) == ["赵一"]
    assert names(sign_in("cadre").get("/households/?visit=returned")) == ["赵一"]


def test_a_household_with_a_measure_is_not_without_one(three_villages, sign_in, make_action, people):
    household = sign_in("cadre").get("/households/").context["page"][0]
    action = make_action(household, people["labour"].department)
    assert names(sign_in("cadre").get("/households/?measure=some")) == ["赵一"]
    assert names(sign_in("cadre").get("/households/?measure=none")) == []
    action.state = "stopped"
    action.save()
    assert names(sign_in("cadre").get("/households/?measure=none")) == ["赵一"]


def test_households_that_left_are_shown_when_asked_for(three_villages, sign_in, make_household, village):
    make_household(village, head="周五", left_on=date(2022, 5, 1))
    assert names(sign_in("cadre").get("/households/")) == ["赵一"]
    assert names(sign_in("cadre").get("/households/?register=left")) == ["周五"]


def test_the_list_shows_no_id_number(three_villages, sign_in, make_household, village):
    household = make_household(village, persons=3)
    content = sign_in("county").get("/households/").content.decode()
    assert household.head_name in content
    for member in household.members.all():
        assert member.id_number not in content
        assert member.id_number[-4:] not in content


def test_a_department_sees_names_and_phones_and_no_figures(three_villages, sign_in, make_action, people, village):
    household = sign_in("cadre").get("/households/").context["page"][0]
    household.phone = "13800001111"
    household.save()
    make_action(household, people["labour"].department)
    content = sign_in("labour").get("/households/").content.decode()
    assert "赵一" in content
    assert "13800001111" in content
    for hidden in ("12,000.00", "低于平均", "预警", "导出这"):
        assert hidden not in content
    # Filters by what it may not see would tell it all the same.
    assert names(sign_in("labour").get("/households/?flag=none")) == ["赵一"]
    assert names(sign_in("civil").get("/households/")) == []


@pytest.mark.parametrize(
    ("who", "words"),
    [("county", "导入人员名册"), ("helper", "结对"), ("nobody", "还没有户"), ("civil", "还没有要本部门办的措施")],
)
def test_an_empty_list_says_how_to_begin(sign_in, who, words):
    content = sign_in(who).get("/households/").content.decode()
    assert 'class="sheet empty"' in content
    assert words in content


def test_filters_that_fit_nobody_say_so(three_villages, sign_in):
    assert "没有符合这些条件的户" in sign_in("county").get("/households/?kind=ordinary").content.decode()


def test_htmx_gets_the_table_alone(three_villages, sign_in):
    whole = sign_in("county").get("/households/?flag=any")
    part = sign_in("county").get("/households/?flag=any", headers={"HX-Request": "true"})
    assert b"<html" in whole.content
    assert b"<html" not in part.content
    assert names(part) == names(whole)
    assert "HX-Request" in part["Vary"]


def test_fifty_a_page(sign_in, make_household, village):
    for serial in range(51):
        make_household(village, head=f"户{serial:02d}")
    first = sign_in("cadre").get("/households/?helper=none")
    assert len(names(first)) == 50
    assert 'href="?helper=none&amp;page=2"' in first.content.decode()
    assert names(sign_in("cadre").get("/households/?helper=none&page=2")) == ["户50"]
    # A page that is no more leads to the last one there is.
    assert names(sign_in("cadre").get("/households/?page=9")) == ["户50"]


@pytest.mark.parametrize("size", [2, 30])
@pytest.mark.parametrize("who", ["cadre", "helper", "county", "labour"])
def test_the_queries_do_not_grow_with_the_households(
    sign_in, people, make_household, make_action, village, rebuild, django_assert_max_num_queries, who, size
):
    for serial in range(size):
        household = make_household(village, head=f"户{serial}", helper=people["helper"])
        make_action(household, people["labour"].department)
    rebuild()
    client = sign_in(who)
    with django_assert_max_num_queries(12):
        response = client.get("/households/")
    assert len(names(response)) == size
    if who != "labour":
        with django_assert_max_num_queries(12):
            client.get("/households/?flag=any&visit=due&measure=some&sort=-per_capita")


def test_the_window_is_the_one_of_the_policy_year(three_villages, sign_in):
    assert sign_in("county").get("/households/").context["policy"].months == WINDOW


def test_the_order_can_be_chosen_without_column_heads(three_villages, sign_in):
    content = sign_in("county").get("/households/?sort=-per_capita").content.decode()
    assert '<option value="-per_capita" selected>预估人均，从高到低</option>' in content
    assert 'aria-sort="descending"' in content
