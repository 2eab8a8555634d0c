"""The Chromium that browser tests drive: the system's own.

`python -m tests.browser.chromium` says where it is, installs it where that can be done unasked, or says what to type.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Best first: the headless shell is all of Chromium but its own windows, and opens a page in a quarter of the time."""
PACKAGES = ("chromium-headless-shell", "fonts-dejavu-core", "fonts-inter")

ARGUMENTS = [
    *("--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]
"""How Chromium is started: without looking for anything on the network."""


def find() -> str | None:
    """The path of a Chromium: what CHROMIUM says, else the first on PATH; None when there is none."""
    named = os.environ.get("CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)


def install() -> None:
    """Install Debian's; needs root. CalledProcessError when apt can't."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *PACKAGES]):
        subprocess.run(["apt-get", "-qq", *command], env=environment, check=True, stdout=sys.stderr)


def main() -> int:
    """0 when there is a Chromium in the end."""
    named = os.environ.get("CHROMIUM")
    on_debian = Path("/etc/debian_version").exists()
    if named and not find():
        sys.stderr.write(f"CHROMIUM is {named}, which can't be run.\n")
    elif find():
        return 0
    elif on_debian and os.geteuid() == 0:
        sys.stderr.write("Installing Chromium for the browser tests.\n")
        install()
        return 0
    elif on_debian:
        sys.stderr.write(f"The browser tests need Chromium: sudo apt-get install {' '.join(PACKAGES)}\n")
    else:
        sys.stderr.write("The browser tests need Chromium or Chrome: CHROMIUM=/path/to/it make test\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
