"""The parts of the page shell: navigation, the path down the areas, who is signed in."""

from django import template
from django.conf import settings
from django.urls import reverse

from accounts.models import User

register = template.Library()

Role = User.Role
FIELD_ROLES = (Role.VILLAGE, Role.HELPER, Role.TOWNSHIP, Role.COUNTY, Role.AUDITOR)
AREA_ROLES = (Role.VILLAGE, Role.TOWNSHIP, Role.COUNTY, Role.AUDITOR)

# (words, name of the address, roles that can use it, in the order of the work).
PLACES = [
    ("工作台", "desk", Role.values),
    ("走访", "visit_list", (Role.VILLAGE, Role.HELPER)),
    ("审核", "visit_review", (Role.TOWNSHIP, Role.COUNTY, Role.AUDITOR)),
    ("户档案", "household_list", (*FIELD_ROLES, Role.DEPARTMENT)),
    ("台账", "ledger_index", FIELD_ROLES),
    ("帮扶措施", "measure_list", (*FIELD_ROLES, Role.DEPARTMENT)),
    ("导入", "import_index", (Role.COUNTY, Role.SYSTEM)),
    ("报送", "import_index", (Role.DEPARTMENT,)),
    ("导出", "report_index", AREA_ROLES),
    ("任务", "job_list", Role.values),
    ("管理", "admin:index", (Role.SYSTEM, Role.COUNTY, Role.AUDITOR)),
]
# A month of a household belongs to its file, but for those whose work it is. A department has there what differs
# from its reports.
VISITS = "/visits/"
PLACE_OF_VISITS = {
    Role.VILLAGE: "visit_list",
    Role.HELPER: "visit_list",
    Role.TOWNSHIP: "visit_review",
    Role.DEPARTMENT: "import_index",
}


@register.inclusion_tag("_navigation.html", takes_context=True)
def navigation(context):
    """Links to what the person's role can use, the current one marked."""
    request = context["request"]
    here = request.path
    if here.startswith(VISITS) and not here.startswith(reverse("visit_review")):
        here = reverse(PLACE_OF_VISITS.get(request.user.role, "household_list"))
    links = []
    for words, name, roles in PLACES:
        if request.user.role in roles:
            url = reverse(name)
            links.append((words, url, here == url if url == "/" else here.startswith(url)))
    return {"links": links}


@register.inclusion_tag("_area_path.html", takes_context=True)
def area_path(context, area, to="household_list"):
    """County, township and village of ``area`` as steps; those in the person's scope are links.

    ``to`` is the name of the page that the steps lead to: the household list filtered by area, or
    ``ledger_area``, for which the context holds ``year``. Read ``area`` with ``parent__parent``.
    """
    user = context["request"].user
    steps = []
    while area is not None:
        steps.insert(0, (area.name, _area_url(area, to, context) if _in_scope(area, user) else ""))
        area = area.parent
    return {"steps": steps}


def _in_scope(area, user):
    return user.role in User.AREA_ROLES and any(area.code.startswith(code) for code in user.area_codes)


def _area_url(area, to, context):
    if to == "ledger_area":
        return reverse(to, args=[context["year"], area.code])
    return f"{reverse(to)}?area={area.code}"


@register.filter
def post(user):
    """What the person is here: the department's name, else the role."""
    return user.department.name if user.role == Role.DEPARTMENT else user.get_role_display()


@register.simple_tag
def is_set_day():
    """Whether the business day is a set one, as in the demo, and not the real one."""
    return settings.TODAY is not None


@register.inclusion_tag("_sort_head.html", takes_context=True)
def sort_head(context, key, words, unit="", css="num"):
    """The head of a column that sorts: a link, unless the list was found by a posted search.

    The context holds ``sort``, the key in force (with ``-`` in front: the largest first). A first
    tap sorts names upwards and numbers downwards, the next one turns round.
    """
    sort = context["sort"]
    direction = {key: "ascending", f"-{key}": "descending"}.get(sort, "")
    first = f"-{key}" if "num" in css else key
    following = first if not direction else (key if direction == "descending" else f"-{key}")
    query = context["request"].GET.copy()
    query["sort"] = following
    query.pop("page", None)
    return {
        "words": words,
        "unit": unit,
        "css": css,
        "direction": direction,
        "address": "" if context.get("is_search") else f"?{query.urlencode()}",
    }
