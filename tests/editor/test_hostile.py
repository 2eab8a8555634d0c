"""Hostile text in every field and in every answer: never markup, never a header, never lost, never a 5xx."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse

from adminui.contract.answers import Capability, Organization, RuntimeItem, Secret
from adminui.contract.document import Json, read
from adminui.editor import offers
from adminui.editor.form import ConfigForm
from adminui.platform.client import Platform
from adminui.saving.models import Save
from tests.conftest import Visitor
from tests.editor.conftest import Box, Page, opened
from tests.editor.simulate import page
from tests.forms import posted
from tests.hostile import TEXTS, UNSEEN, acting

ELSE = ("build.provider", "sandbox.exposed_ports")
"""Controls that hold something else for what is typed: a choice among few, and a chip for each word."""
FIXED = {"sandbox.egress", "defaults.system_prompt.empty", "raw.since"}


def clean(response: HttpResponse) -> HttpResponse:
    """The answer, once nothing in it acts: neither on the page nor in a header."""
    assert response.status_code < 500
    assert [one for one in response.headers.values() if "\r" in one or "\n" in one] == []
    assert "x-evil" not in {name.lower() for name in response.headers}
    if response.headers.get("Content-Type", "").startswith("text/html"):
        assert acting(response.content.decode()) == []
    return response


def document(texts: list[str] = TEXTS) -> dict[str, Any]:
    """A config that holds every text wherever text can stand, unknown keys and keys of maps included."""
    kept = [text for text in texts if text != " "]
    return {
        "version": "v2",
        "build": {"profile": kept[0], "source": {"kind": "builtin", "ref": kept[1]}, kept[2]: kept[3]},
        "capabilities": [{"name": text, "version": text, text: [text]} for text in dict.fromkeys(kept)],
        "defaults": {"agent": kept[4], "capability": kept[5], "model": kept[6], "system_prompt": "".join(kept)},
        "metadata": {"labels": {text: text for text in kept}},
        "runtime_server": {"env": {text: text for text in kept}},
        **{f"unknown {text}": text for text in kept},
    }


def test_whatever_is_stored_is_shown_and_goes_back_as_it_is() -> None:
    stored = document()
    form = ConfigForm.opened(stored)
    html = page(form)
    assert acting(html) == []
    back = ConfigForm.posted(stored, posted(html))
    assert back.document() is stored
    assert not back.typed


@pytest.mark.parametrize("text", TEXTS)
def test_whatever_is_typed_into_any_field_comes_back_as_it_was(text: str) -> None:
    plain = ConfigForm.opened({"metadata": {"labels": {"a": "b"}}, "runtime_server": {"env": {"a": "b"}}})
    for command in ("add:capabilities", "add:secrets.secret_ids", "add:sandbox.egress.allow"):
        plain = ConfigForm.posted(plain.base, plain.act(command).values)
    pairs = [(name, value if name in FIXED or name.endswith(".was") else text) for name, value in plain.values()]
    typed = ConfigForm.posted(plain.base, pairs)
    typed.is_valid()
    html = page(typed)
    assert acting(html) == []
    wanted = text.replace("\r\n", "\n").replace("\r", "\n")
    there = dict(typed.values())
    texts = [name for name, _ in pairs if name not in FIXED and not name.endswith((".was", ".enabled", "_mount"))]
    assert [name for name in texts if there.get(name, "") != wanted and not name.startswith(ELSE)] == []


def test_stored_text_is_shown_reviewed_exported_and_saved(alice: Visitor, box: Box) -> None:
    before = box.config("analyst")
    texts = [text for text in TEXTS if "\0" not in text]
    box.put("analyst", {**before, "metadata": {"labels": {text: text for text in texts}}, "x-evil <x-evil>": texts})
    editor = opened(alice, box)
    clean(editor.response)
    stored = box.config("analyst")
    assert len(stored["metadata"]["labels"]) == len(texts)
    for kind in ("json", "yaml", "curl"):
        exported = clean(alice.get(f"{editor.path}export/{kind}"))
        assert exported.status_code == 200
        if kind == "json":
            assert read(exported.content) == stored
    typed = {"defaults.agent": texts[0], "defaults.model": UNSEEN[0], "defaults.system_prompt": "".join(texts)}
    review = editor.post({**typed, "runtime_server.env.0.value": UNSEEN[1]}).follow()
    clean(review.response)
    shown = " ".join(one.get_text() for one in review.soup.select("main .changes, main .diff"))
    assert "\\u{202e}gpj.exe" in shown
    assert [unseen for unseen in "\u202e\u2066\u200b\x07\U000e0041" if unseen in shown] == []
    receipt = review.post(do="save", reason="<x-evil>\u202e\0").follow()
    clean(receipt.response)
    assert Save.objects.get().reason == "<x-evil>\u202e\ufffd"
    after = box.config("analyst")
    assert after["defaults"]["model"] == UNSEEN[0]
    assert after["metadata"] == stored["metadata"]
    assert after["x-evil <x-evil>"] == texts


NAMES = "".join(text for text in TEXTS if len(text) < 100)


def _named(monkeypatch: pytest.MonkeyPatch, item: RuntimeItem) -> None:
    """Every helper of the platform answers in hostile names."""

    def answers(found: object) -> Callable[..., Any]:
        async def answer(*_: Any, **__: Any) -> Any:
            return found

        return answer

    hostile = {
        "key": NAMES,
        "name": NAMES,
        "description": NAMES,
        "project_name": NAMES,
        "created_by": NAMES,
        "status": NAMES,
    }
    monkeypatch.setattr(Platform, "runtime", answers(item.model_copy(update=hostile)))
    organization = Organization(id="1", key="acme", name=NAMES, effective_max_sandbox_runtime_seconds=3600)
    monkeypatch.setattr(Platform, "organization", answers(organization))
    monkeypatch.setattr(Platform, "organizations", answers([organization]))
    secrets = [Secret(id=text, name=text, provider=text, masked_value=text) for text in (*TEXTS, NAMES)]
    monkeypatch.setattr(Platform, "secrets", answers(secrets))
    capabilities = [Capability(name=text, latest_version=text, description=text) for text in (*TEXTS, NAMES)]
    monkeypatch.setattr(Platform, "capabilities", answers(capabilities))


@pytest.mark.parametrize("owned", [True, False])
def test_names_of_the_platform_are_text(alice: Visitor, box: Box, monkeypatch: pytest.MonkeyPatch, owned: bool) -> None:
    path = opened(alice, box).path
    offers._last.clear()
    _named(monkeypatch, RuntimeItem.model_validate(box.item("analyst")).model_copy(update={"owned_by_me": owned}))
    editor = Page(alice, clean(alice.get(f"{path}?propose")), path)
    assert editor.status == 200
    review = editor.post({"resources.cpu_cores": "4"}).follow()
    assert review.status == 200
    clean(review.response)
    for kind in ("json", "yaml", "curl"):
        assert clean(alice.get(f"{path}export/{kind}")).status_code == 200
    offers._last.clear()


@pytest.mark.parametrize("status", [400, 403, 409, 422, 426, 429, 500])
def test_what_the_platform_refuses_with_is_text(alice: Visitor, box: Box, status: int) -> None:
    review = opened(alice, box).post({"resources.cpu_cores": "4"}).follow()
    errors: list[Json] = [{"loc": ["body", "config", text, 3], "msg": text, "type": text} for text in TEXTS]
    errors += [{"loc": ["resources", "cpu_cores"], "msg": text, "type": text} for text in TEXTS]
    box.fault(status=status, envelope=True, detail=NAMES, errors=errors)
    answer = review.post(do="save")
    if answer.location:
        answer = answer.follow()
    clean(answer.response)
    assert box.config("analyst")["resources"]["cpu_cores"] != 4
    if status == 422:
        assert "7 * 7" in answer.error("resources.cpu_cores")
        assert "\u202e" not in answer.error("resources.cpu_cores")
        assert answer.value("resources.cpu_cores") == "4"
