"""What must hold between a roster and the register. What does not is reported with ``resource.fail``."""

from households import identity
from households.choices import HEAD
from households.models import Household
from households.resources.base import BAD, fetch
from households.widgets import masked


def check_scope(resource, roster, stored):
    """Households that are stored already are the sender's to change."""
    if resource.user is None:
        return
    in_scope = set()
    for queryset in fetch(Household.objects.visible_to(resource.user), "number", stored.households):
        in_scope.update(queryset.values_list("number", flat=True))
    for number in stored.households.keys() - in_scope:
        resource.fail(roster.rows_of[number][0], "户编号", "不在您的辖区", number)


def check_persons(resource, roster, stored):
    """Each person stands in the file once, and lives in no other household."""
    first_row = {}
    for index, key in enumerate(roster.id_keys):
        if key is None:
            continue
        first = first_row.setdefault(key, index)
        shown = identity.mask(resource.values["id_number"][index])
        if first != index:
            resource.fail(index, "证件号码", f"与第 {resource.numbers[first]} 行是同一人", shown)
            continue
        home = stored.lives_in.get(key)
        number = resource.values["number"][index]
        if home and number is not BAD and home[0] != number:
            where = f"（户编号 {home[0]}）" if _may_name(resource.user, home[1]) else ""
            resource.fail(index, "证件号码", f"已在另一户{where}，请先在原户登记离开", shown)


def _may_name(user, household_id):
    return user is None or Household.objects.visible_to(user).filter(pk=household_id).exists()


def check_heads(resource, roster, stored):
    """Each household of the file has exactly one head, those counted who are stored and not in the file.

    Returns household number -> name of the head, ``None`` where the stored one stays.
    """
    relation_at = stored.member_table.at["relation"]
    names = {}
    for number, indexes in roster.rows_of.items():
        household_id = stored.household_id(number)
        relations = [resource.values["relation"][index] for index in indexes]
        heads = [
            index
            for index, relation in zip(indexes, relations, strict=True)
            if relation == HEAD and (household_id, roster.id_keys[index]) not in stored.gone
        ]
        in_file = {roster.id_keys[index] for index in indexes}
        staying = [
            row
            for key, row in stored.members_of(household_id).items()
            if key not in in_file and row[relation_at] == HEAD
        ]
        for extra in heads[1:]:
            reason = f"本户第 {resource.numbers[heads[0]]} 行已有户主，一户只能有一个"
            resource.fail(extra, "与户主关系", reason, HEAD)
        # A number that cannot be read may well be that of the stored head.
        if heads and staying and None not in in_file:
            reason = "库中本户已有户主，但文件里没有这个人；请在文件中补上此人并改正与户主关系"
            resource.fail(heads[0], "与户主关系", reason, HEAD)
        if not heads and not staying and BAD not in relations:
            resource.fail(indexes[0], "与户主关系", f"户 {masked(number)} 没有户主")
        names[number] = resource.values["name"][heads[0]] if heads else None
    return names
