"""What the environment must hold before anything starts."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

COMPLETE = {"DEBUG": "0", "SECRET_KEY": "a-long-secret", "FIELD_KEYS": "a-field-key", "ALLOWED_HOSTS": "localhost"}


def start(**changes):
    """Exit code and standard error of a process that only loads the settings."""
    code = "from sumyuan import settings; print(settings.FIELD_KEYS)"
    environment = {**os.environ, **COMPLETE, **changes}
    done = subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, env=environment, capture_output=True)
    return done.returncode, done.stderr.decode()


def test_a_complete_environment_starts():
    assert start() == (0, "")


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_KEYS"])
@pytest.mark.parametrize("value", ["", " ", " , "])
def test_without_debug_a_missing_secret_stops_the_start(name, value):
    code, error = start(**{name: value})
    assert code == 1
    assert f"缺少环境变量 {name}：DEBUG 关闭时必须设置。" in error


def test_with_debug_development_values_stand_in():
    assert start(DEBUG="1", SECRET_KEY="", FIELD_KEYS="") == (0, "")
