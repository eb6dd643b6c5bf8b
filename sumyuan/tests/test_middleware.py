"""Addresses that no page has."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address",
    ["/households/%00/", "/visits/%00/2022-07/", "/ledger/2022/household/1%00/", "/visits/print/?village=%00", "/x%00"],
)
@pytest.mark.parametrize("who", ["cadre", "township"])
def test_a_nul_in_an_address_is_a_bad_request(client, people, address, who):
    client.force_login(people[who])
    assert client.get(address).status_code == 400
    assert client.get(address.replace("%00", "7")).status_code != 400
