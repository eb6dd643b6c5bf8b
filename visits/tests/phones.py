"""A real server that can really be stopped, and phones whose browser can really be killed.

The server is a process of its own on the test's database file; a phone is a Chromium with a profile on the
disk, reached over its debugging port. Both die by a signal, so that nothing is put in order on the way.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings
from django.db import connection

PATIENCE_SECONDS = 60
PHONE = {"width": 390, "height": 844}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(holds, seconds=PATIENCE_SECONDS):
    """Wait until ``holds()`` is true and return what it gave."""
    end = monotonic() + seconds
    while not (found := holds()):
        assert monotonic() < end, "waited in vain"
        sleep(0.05)
    return found


def kill(process):
    """End a process and all that it started, at once."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Server:
    """The site on a port of its own, with the database of the test."""

    def __init__(self, folder):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = Path(folder) / "server.log"
        self.process = None

    def start(self):
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "sumyuan.settings",
            "DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
            "MEDIA_ROOT": settings.MEDIA_ROOT,
            "TODAY": settings.TODAY.isoformat(),
            "DEBUG": "1",
        }
        environment.pop("REDIS_URL", None)
        command = [sys.executable, "-m", "gunicorn", "sumyuan.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        command += ["--workers", "1", "--threads", "8", "--log-level", "warning"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=environment, cwd=settings.BASE_DIR, stdout=log, stderr=log, start_new_session=True
            )
        wait_for(self._answers)

    def _answers(self):
        assert self.process.poll() is None, self.log.read_text()
        try:
            with urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return answer.status == 200
        except (URLError, OSError):
            return False

    def stop(self):
        """Nothing listens any more: a connection is refused, as without a network."""
        if self.process is not None:
            kill(self.process)
            self.process = None
            # The worker holds the port a moment longer than its master.
            wait_for(self._is_silent)

    def _is_silent(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) != 0


class Phone:
    """A Chromium of the size of a phone. Killed and started again it keeps what was on its disk, and only that."""

    def __init__(self, playwright, launch, folder, url):
        self.playwright = playwright
        self.launch = launch
        self.folder = Path(folder)
        self.url = url
        self.process = self.browser = self.context = None
        self.problems = []

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        told = self.folder / "DevToolsActivePort"
        told.unlink(missing_ok=True)
        command = [self.launch["executable_path"], *self.launch["args"], "--headless=new", "--no-first-run"]
        command += ["--remote-debugging-port=0"]
        command += [f"--user-data-dir={self.folder}", "--window-size=390,844", "about:blank"]
        with (self.folder / "chromium.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        port = wait_for(lambda: told.exists() and told.read_text().split("\n")[0])
        self.browser = self.playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        self.context = self.browser.contexts[0]
        self.context.set_default_timeout(20_000)

    def kill(self):
        """As when the system takes the memory: no page is told, nothing is put away."""
        kill(self.process)
        with suppress(Exception):
            self.browser.close()
        self.process = None

    def restart(self):
        self.kill()
        self.start()

    def page(self, address=None):
        page = self.context.new_page()
        page.set_viewport_size(PHONE)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        if address:
            page.goto(self.url + address)
        return page

    def settle(self, address="/visits/outbox/"):
        """Open a page and wait until the worker stands behind it, as on every phone that was here before."""
        page = self.page(address)
        page.wait_for_function("() => navigator.serviceWorker.controller")
        page.close()

    def sign_in(self, session):
        """As the sign-in form leaves it."""
        self.context.add_cookies([{"name": "sessionid", "value": session, "url": self.url}])

    def sign_out_silently(self):
        """The session is over by itself: nobody pressed anything."""
        self.context.clear_cookies()

    def remove(self):
        if self.process is not None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
