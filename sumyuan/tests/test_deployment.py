"""What the settings make of an environment: https is demanded where a proxy ends TLS, and only there."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

ASK = """
from django.test import Client
plain, watcher = Client().get("/"), Client().get("/healthz")
secure = Client(headers={"x-forwarded-proto": "https"}).get("/")
hsts = secure.get("Strict-Transport-Security")
print([plain.status_code, plain["Location"], watcher.status_code, secure["Location"], hsts])
"""


def manage(tmp_path, *arguments, proxy):
    environment = {
        **os.environ,
        "DEBUG": "0",
        "SECRET_KEY": "for-this-test-only-" + "abcdefghijklmnopqrstuvwxyz0123456789",
        "FIELD_KEYS": "for-this-test-only",
        "BEHIND_TLS_PROXY": proxy,
        "ALLOWED_HOSTS": "localhost,testserver",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}",
        "REDIS_URL": "",
    }
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True)


@pytest.mark.parametrize(
    ("proxy", "warned"), [("1", set()), ("0", {"security.W004", "security.W008"})], ids=["tls", "plain"]
)
def test_the_deployment_check_is_content_behind_a_tls_proxy(tmp_path, proxy, warned):
    said = manage(tmp_path, "check", "--deploy", proxy=proxy)
    found = {word.strip("()") for word in (said.stdout + said.stderr).split() if word.startswith("(security.")}
    assert found == warned


@pytest.mark.parametrize(
    ("proxy", "expected"),
    [
        ("1", [301, "https://testserver/", 200, "/accounts/login/?next=/", "max-age=31536000"]),
        ("0", [302, "/accounts/login/?next=/", 200, "/accounts/login/?next=/", None]),
    ],
    ids=["tls", "plain"],
)
def test_plain_requests_are_sent_to_https_behind_a_tls_proxy_only(tmp_path, proxy, expected):
    assert manage(tmp_path, "shell", "--no-imports", "-c", ASK, proxy=proxy).stdout.strip() == str(expected)
