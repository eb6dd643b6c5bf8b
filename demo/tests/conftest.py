import pytest

from demo.services import build_county


@pytest.fixture
def small_county(db):
    """The demo county at its smallest useful size: the worked examples and some sixty households more."""
    return build_county(code="130630", name="涞源县", households=80, seed=7)
