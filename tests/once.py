"""What a run of tests makes once, for all its processes and all their houses: folders to copy from."""

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

_FOLDER = "TESTS_ONCE"
"""The variable that says to a process's children where it is."""


def folder() -> Path:
    """Where it all lies until the process ends that asked first; the processes that it starts share it."""
    if _FOLDER not in os.environ:
        os.environ[_FOLDER] = tempfile.mkdtemp(prefix="adminui-once-")
        atexit.register(shutil.rmtree, os.environ[_FOLDER], ignore_errors=True)
    return Path(os.environ[_FOLDER])


def made(name: str, make: Callable[[Path], None]) -> Path:
    """The folder of that name. Who asks first makes it, by a function that fills an empty one; others wait."""
    found = folder() / name
    with (folder() / f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not found.exists():
            being_made = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=folder()))
            make(being_made)
            being_made.rename(found)
    return found


def copied(name: str, make: Callable[[Path], None], into: Path) -> None:
    """Puts a copy of what is in the folder of that name into another, which is made where it isn't there."""
    shutil.copytree(made(name, make), into, dirs_exist_ok=True)
