"""Run a command and print its peak resident memory in KiB.

A process inherits the peak of whoever starts it, so a benchmark that has grown large starts its
commands through this small one.
"""

import os
import subprocess
import sys

process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(usage.ru_maxrss)
sys.exit(status != 0)
