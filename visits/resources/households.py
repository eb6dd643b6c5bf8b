"""What both income files ask of their 户编号: a household on the register, in the sender's scope."""

from households.models import Household
from households.resources.base import BAD, fetch
from visits.models import IncomeItem


def find_households(resource):
    """Number -> (key, left on) of the file's households; a row of any other household is an error."""
    numbers = {number for number in resource.values["number"] if number is not BAD}
    found, in_scope = {}, set()
    for queryset in fetch(Household.objects, "number", numbers):
        found |= {number: (key, left_on) for number, key, left_on in queryset.values_list("number", "pk", "left_on")}
        if resource.user is not None:
            in_scope.update(queryset.visible_to(resource.user).values_list("number", flat=True))
    for index, number in enumerate(resource.values["number"]):
        if number is BAD:
            continue
        if number not in found:
            resource.fail(index, "户编号", "名册中没有此户，请核对或先导入人员名册", number)
        elif resource.user is not None and number not in in_scope:
            resource.fail(index, "户编号", "不在您的辖区", number)
    return found


def item_words():
    """Item code, its name and both together -> code: how files write an item."""
    words = {}
    for code, name in IncomeItem.objects.values_list("code", "name"):
        words |= {name: code, code: code, f"{code}{name}": code}
    return words
