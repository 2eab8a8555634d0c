"""Settings of the test run: a demo's, with a database and keys of its own."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_DATA_DIR = tempfile.mkdtemp(prefix="adminui-tests-")
atexit.register(shutil.rmtree, _DATA_DIR, ignore_errors=True)

for _name in [name for name in os.environ if name.startswith("ADMINUI_") or name in ("HOST", "PORT", "BOX_PORT")]:
    del os.environ[_name]
os.environ |= {
    "ADMINUI_MODE": "demo",
    "ADMINUI_PLATFORM_URL": "http://127.0.0.1:9",  # nobody listens there
    "ADMINUI_ALLOWED_HOSTS": '["testserver", "127.0.0.1", "localhost"]',
    "DATA_DIR": _DATA_DIR,
}

from adminui.settings import *  # noqa: E402, F403 - after the environment it reads
from adminui.settings import DATABASES  # noqa: E402

if "DATABASE_URL" not in os.environ:  # as tests/postgres.py gives one
    # A file, not memory: threads of one test have connections of their own, as in production.
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(_DATA_DIR, "test.sqlite3")}
    # No test takes this machine's power away, and each commit would wait for the disk.
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;"

STATIC_ROOT = Path(_DATA_DIR, "static", "files")
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
