"""The list for a run is enough for a run: what only the tests bring in is not missed."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BOX = "import adminui.embedded.asgi; from django.urls import get_resolver; get_resolver().url_patterns"
STARTS = {
    "the program": ("adminui.settings", "import adminui.asgi"),
    "the box": ("adminui.embedded.settings", BOX),
    "the launcher": ("adminui.settings", "import adminui.launch"),
}


def test_both_programs_start_with_the_packages_of_a_run_alone(tmp_path: Path) -> None:
    uv = [str(Path(sys.executable).parent / "uv")]
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([*uv, "venv", "-q", "--python", sys.executable, str(tmp_path / "venv")], check=True)
    sync = ["pip", "sync", "-q", "--python", str(python), "--require-hashes", "--system-certs", "requirements/run.txt"]
    subprocess.run([*uv, *sync], check=True, cwd=ROOT)
    for name, (settings, code) in STARTS.items():
        environment = {**os.environ, "ADMINUI_MODE": "demo", "DATA_DIR": str(tmp_path / "data")}
        environment["DJANGO_SETTINGS_MODULE"] = settings
        ran = subprocess.run([str(python), "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
        assert ran.returncode == 0, f"{name}: {ran.stderr}"
