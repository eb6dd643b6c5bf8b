"""The demo accounts, and the people of villages and townships who wrote and reviewed the visits."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth.hashers import make_password

from accounts.models import Department, User
from accounts.passwords import DEMO_PASSWORD
from demo.names import TOWNSHIPS, given_name, phone, surname

JOINED_AT = datetime(2021, 9, 1, 1, tzinfo=UTC)
# username: (name, role).
ACCOUNTS = {
    "cadre": ("刘建军", User.Role.VILLAGE),
    "helper": ("张晓燕", User.Role.HELPER),
    "township": ("王志强", User.Role.TOWNSHIP),
    "county": ("赵丽华", User.Role.COUNTY),
    "civil": ("陈国栋", User.Role.DEPARTMENT),
    "auditor": ("孙敏", User.Role.AUDITOR),
    "admin": ("周涛", User.Role.SYSTEM),
}
CADRE_VILLAGES = 2
PHONES_FROM = 90_000_000


def create_accounts(rng, county, villages):
    """The seven demo accounts, and one account for every other village and township.

    Returns (accounts by username, village code -> who visits, township code -> who reviews). The
    demo accounts get the demo password where DEBUG is on; all others, and they too elsewhere,
    have none and cannot sign in.
    """
    serials = iter(range(PHONES_FROM, PHONES_FROM + 10_000))
    townships = [f"{county}{code}" for code, _ in TOWNSHIPS]
    own_areas = {
        "cadre": villages[:CADRE_VILLAGES],
        "township": townships[:1],
        "county": [county],
        "auditor": [county],
    }
    accounts = {
        username: _create(
            username,
            name,
            role,
            own_areas.get(username, []),
            next(serials),
            password=DEMO_PASSWORD if settings.DEBUG else None,
            department=Department.objects.get(name="民政局") if username == "civil" else None,
        )
        for username, (name, role) in ACCOUNTS.items()
    }
    visitors = dict.fromkeys(villages[:CADRE_VILLAGES], accounts["cadre"])
    for code in villages[CADRE_VILLAGES:]:
        visitors[code] = _create(f"v{code}", _name(rng), User.Role.VILLAGE, [code], next(serials))
    reviewers = {townships[0]: accounts["township"]}
    for code in townships[1:]:
        reviewers[code] = _create(f"t{code}", _name(rng), User.Role.TOWNSHIP, [code], next(serials))
    return accounts, visitors, reviewers


def _name(rng):
    return surname(rng) + given_name(rng, "男" if rng.random() < 0.6 else "女", 1980)


def _create(username, name, role, area_codes, phone_serial, *, password=None, department=None):
    user = User.objects.create(
        username=username,
        name=name,
        role=role,
        phone=phone(phone_serial),
        department=department,
        password=make_password(password),
        date_joined=JOINED_AT,
    )
    # Not areas.set(): it goes through a set, and the rows would come in another order every time.
    own = User.areas.through
    own.objects.bulk_create([own(user=user, area_id=code) for code in area_codes])
    return user


def usable_accounts():
    """The demo accounts that exist here and still have the demo password."""
    found = User.objects.filter(username__in=ACCOUNTS, is_active=True).in_bulk(field_name="username")
    return [found[name] for name in ACCOUNTS if name in found and found[name].check_password(DEMO_PASSWORD)]
