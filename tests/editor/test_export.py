"""…/config/export/…: a config to take away."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from adminui.contract.document import Json
from adminui.contract.manifest import from_yaml
from adminui.editor.curl import curl
from adminui.record.models import Event
from tests.conftest import Visitor
from tests.editor.conftest import CONFIG, Box, Page, opened

HOSTILE: list[Json] = [
    {"a": "'; $(touch pwned); `id`"},
    {"a": "line\nEND_OF_CONFIG\nline"},
    {"a": "ünïcode 日本 🙂 \u202e"},
    {"a": '\\ " $TOKEN %s !! \\n'},
    {"k'$(x)": ["\t", {"deep": "</script>"}]},
]


def export(visitor: Visitor, box: Box, kind: str, query: str = "") -> Any:
    """One export of the analyst."""
    return visitor.get(f"{CONFIG.format(box.item('analyst')['id'])}export/{kind}{query}")


def test_json_is_the_stored_document(alice: Visitor, box: Box) -> None:
    response = export(alice, box, "json")
    assert json.loads(response.content) == box.config("analyst")
    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"] == 'attachment; filename="analyst.json"'


def test_yaml_reads_back_as_the_same_runtime(alice: Visitor, box: Box) -> None:
    manifest = from_yaml(export(alice, box, "yaml").content)
    assert manifest.document == box.config("analyst")
    assert manifest.identity.key == "analyst"


def test_who_can_only_read_can_export_and_each_is_written_down(bob: Visitor, box: Box) -> None:
    for kind in ("json", "yaml", "curl"):
        assert export(bob, box, kind).status_code == 200
    told = [(event.kind, event.data["what"], event.name) for event in Event.objects.order_by("seq")]
    assert told == [("export", f"the config as {kind}", "bob") for kind in ("json", "yaml", "curl")]


def test_with_a_form_it_is_what_was_typed(alice: Visitor, box: Box) -> None:
    page = opened(alice, box)
    page.post({"resources.cpu_cores": "4"})
    form = Page(alice, alice.get(f"{page.path}")).one(".banner.mine a")["href"]
    query = str(form)[str(form).index("?") :]
    assert json.loads(export(alice, box, "json", query).content)["resources"]["cpu_cores"] == 4
    menu = Page(alice, alice.get(page.path + query)).one('a[href*="export/json"]')["href"]
    assert str(menu).endswith(query)


def test_what_there_is_no_such_export_of(alice: Visitor, box: Box) -> None:
    assert export(alice, box, "toml").status_code == 404


def test_the_menu_says_that_environment_values_are_in_it(bob: Visitor, box: Box) -> None:
    page = opened(bob, box)
    assert "Environment values are in it." in page.text
    assert {str(a["href"]).rsplit("/", 1)[1] for a in page.soup.select('a[href*="/export/"]')} == {
        "json",
        "yaml",
        "curl",
    }


STAND_IN = f"""#!{sys.executable}
import json, sys
print(json.dumps([sys.argv[1:], sys.stdin.buffer.read().decode()]))
"""
"""Stands for curl: says what a shell made of the command."""


@pytest.mark.parametrize("document", HOSTILE)
def test_a_real_shell_sends_exactly_the_document(document: Json, tmp_path: Path) -> None:
    stand_in = tmp_path / "bin" / "curl"
    stand_in.parent.mkdir()
    stand_in.write_text(STAND_IN, "utf-8")
    stand_in.chmod(0o755)
    here = tmp_path / "here"
    here.mkdir()
    ran = subprocess.run(
        ["sh"],
        input=curl("https://platform.example/it's/config", document).encode(),
        cwd=here,
        env={"PATH": f"{stand_in.parent}:/usr/bin:/bin", "TOKEN": "t0ken $(x)"},
        capture_output=True,
    )
    assert ran.returncode == 0, ran.stderr
    arguments, body = json.loads(ran.stdout)
    assert "https://platform.example/it's/config" in arguments
    assert "Authorization: Bearer t0ken $(x)" in arguments
    assert json.loads(body)["config"] == document
    assert list(here.iterdir()) == []
