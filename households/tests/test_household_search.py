"""The search for a household: posted, so that names and numbers stand in no address and no log."""

import pytest

from households import identity
from households.models import Household, Member
from households.names import pinyin


@pytest.fixture
def found(sign_in):
    """``found("cadre", "王小")``: names of the households that the search finds."""

    def search(who, text, **fields):
        response = sign_in(who).post("/households/search/", {"q": text, **fields})
        assert response.status_code == 200
        return [household.head_name for household in response.context["page"]]

    return search


@pytest.fixture
def register(make_household, make_member, village, next_village):
    """The Li household with a member called Wang, and the Ouyang household next door."""
    li = make_household(village, head="李建国", phone="13900002222", head_pinyin=pinyin("李建国"))
    make_member(li, name="王小丫", pinyin=pinyin("王小丫"))
    ouyang = make_household(next_village, head="欧阳娜", head_pinyin=pinyin("欧阳娜"))
    return li, ouyang


@pytest.mark.parametrize(
    "text", ["李建国", "建国", "王小丫", " 李建国 ", "lijianguo", "Li Jian Guo", "ljg", "wxy", "13900002222", "LJG"]
)
def test_by_name_pinyin_initials_and_phone(register, found, text):
    assert found("township", text) == ["李建国"]


def test_by_number_whole_or_in_part(register, found):
    li, ouyang = register
    assert found("township", li.number) == ["李建国"]
    assert found("township", ouyang.number[:12]) == ["欧阳娜"]


def test_by_id_number_of_any_member_in_any_writing(register, found):
    li, _ = register
    number = li.members.get(name="王小丫").id_number
    for text in (number, f" {number} ", number.lower(), f"{number}12", f"{number[:6]} {number[6:14]} {number[14:]}"):
        assert found("township", text) == ["李建国"]
    wide = "".join(chr(ord(character) + 0xFEE0) for character in number)
    assert found("township", wide) == ["李建国"]


def test_a_search_finds_nothing_beyond_the_scope(register, found):
    _, ouyang = register
    number = ouyang.members.get().id_number
    assert found("cadre", number) == []
    assert found("cadre", "欧阳") == []
    assert found("cadre", ouyang.number) == []
    assert found("next_cadre", number) == ["欧阳娜"]
    assert found("helper", "李建国") == []


def test_the_page_never_repeats_an_id_number(register, sign_in):
    number = register[0].members.get(name="王小丫").id_number
    for who, text in (("township", number), ("next_cadre", number), ("township", number[:17] + "0")):
        content = sign_in(who).post("/households/search/", {"q": text}).content.decode()
        assert identity.mask(text) in content
        assert text not in content


def test_a_department_finds_only_households_of_its_actions(register, found, make_action, people):
    assert found("labour", "李建国") == []
    make_action(register[0], people["labour"].department)
    assert found("labour", "李建国") == ["李建国"]
    assert found("civil", "李建国") == []


def test_an_empty_search_says_what_to_write(sign_in, register):
    response = sign_in("township").post("/households/search/", {"q": "  "})
    assert "请写要找的姓名" in response.content.decode()
    assert len(response.context["page"]) == 2


def test_nothing_found_says_what_to_try(sign_in, register):
    assert "没有“诸葛”" in sign_in("township").post("/households/search/", {"q": "诸葛"}).content.decode()


def test_special_characters_find_nothing_and_break_nothing(register, found):
    for text in ("%", "_", "'; DROP TABLE", "<script>alert(1)</script>", "\\"):
        assert found("township", text) == []


def test_the_pages_of_a_search_are_turned_by_post(sign_in, make_household, village):
    for serial in range(51):
        make_household(village, head=f"李{serial:02d}")
    first = sign_in("cadre").post("/households/search/", {"q": "李"})
    content = first.content.decode()
    assert 'name="page" value="2"' in content
    assert "?page=2" not in content
    second = sign_in("cadre").post("/households/search/", {"q": "李", "page": "2"})
    assert [household.head_name for household in second.context["page"]] == ["李50"]


def test_a_search_by_address_is_not_answered(sign_in, register):
    response = sign_in("township").get("/households/search/?q=李建国")
    assert response.status_code == 302
    assert response["Location"] == "/households/"


def test_former_members_and_households_lead_there_too(register, found, day_before):
    li, ouyang = register
    Member.objects.filter(household=li, name="王小丫").update(left_on=day_before)
    Household.objects.filter(pk=ouyang.pk).update(left_on=day_before)
    assert found("township", "王小丫") == ["李建国"]
    assert found("township", "欧阳娜") == ["欧阳娜"]


@pytest.fixture
def day_before(business_day):
    return business_day.replace(day=9)


@pytest.mark.parametrize("size", [2, 30])
def test_the_queries_do_not_grow(sign_in, make_household, village, django_assert_max_num_queries, size):
    for serial in range(size):
        make_household(village, head=f"李{serial}")
    client = sign_in("township")
    with django_assert_max_num_queries(12):
        response = client.post("/households/search/", {"q": "李"})
    assert len(response.context["page"]) == size
