"""What holds of the tree as a whole."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MOST = 400
ONE_FILE_BY_DESIGN = {"static/app.css"}
TOP = {
    *("manage.py", "pyproject.toml", "README.md", "adminui", "templates", "static", "tests"),
    *("Makefile", "Procfile", "requirements", "CHANGELOG.md", "docs", ".github", ".ci", ".gitignore"),
}


def tracked() -> list[str]:
    """Every file that git knows, by its path from the top."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in listed.splitlines() if (ROOT / name).is_file()]


def test_no_module_template_or_script_is_longer_than_it_can_be_read() -> None:
    long = {
        name: lines
        for name in tracked()
        if name.endswith((".py", ".html", ".js")) and name not in ONE_FILE_BY_DESIGN
        if (lines := (ROOT / name).read_text("utf-8").count("\n")) > MOST
    }
    assert long == {}


def test_the_top_has_what_was_asked_for_and_no_more() -> None:
    assert {name.split("/")[0] for name in tracked()} == TOP


@pytest.mark.parametrize("kind", [".js", ".css"])
def test_scripts_and_styles_are_our_own(kind: str) -> None:
    ours = [name for name in tracked() if name.endswith(kind)]
    assert ours
    assert all(name.startswith("static/") and ".min." not in name for name in ours)


def test_no_page_has_anything_inline() -> None:
    inline = re.compile(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*\ssrc=)", re.IGNORECASE)
    found = [
        name for name in tracked() if name.startswith("templates/") and inline.search((ROOT / name).read_text("utf-8"))
    ]
    assert found == []
