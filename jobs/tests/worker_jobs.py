"""What the worker processes in ``test_celery`` run."""

import os
import time
from io import BytesIO
from pathlib import Path

from jobs.services import attach_output


def count(job, progress):
    for number in range(1, 4):
        progress(number, 3)
    attach_output(job, BytesIO(b"one two three"), "清点.txt")
    return {"counted": 3, "process": os.getpid()}


def hang_once(job, progress):
    """Hangs the first time, so that its process can be killed at work; the second time it goes through."""
    attempts = Path(job.parameters["attempts"])
    with attempts.open("a") as file:
        file.write(f"{os.getpid()}\n")
    if len(attempts.read_text().split()) == 1:
        time.sleep(120)
    return {"attempts": len(attempts.read_text().split())}
