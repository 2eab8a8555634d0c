"""The form in a real Chromium: what it posts, and the script's answers to buttons beside the server's."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from adminui.contract.document import Json
from adminui.contract.envelope import FieldError
from adminui.editor.form import ConfigForm
from adminui.editor.raw import NAME, SINCE
from adminui.editor.views.kept import OURS
from tests.editor import simulate

ROOT = Path(__file__).parents[2]
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; form-action 'self'"
SHELL = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Editor</title>
<link rel="stylesheet" href="/app.css"><script src="/editor.js" type="module"></script></head>
<body><main><h1>Editor</h1>{}</main></body></html>"""

DOCUMENT: dict[str, Any] = {
    "capabilities": [{"name": "a"}, {"name": "b", "version": 7}, "odd", {"name": "d", "enabled": False}],
    "runtime_server": {"env": {"A": "1", "B": "two\nlines", "C": "3"}},
    "sandbox": {"exposed_ports": [80, "x", 81], "egress": {"allow": ["a.example", "b.example"]}},
    "resources": {"memory_mb": 2048},
}


class Shown:
    """A form on a page of its own; `posted` is what the browser sent last."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.html = ""
        self.posted: list[tuple[str, str]] = []

    def open(self, form: ConfigForm) -> Page:
        """Shows a form."""
        self.html = SHELL.format(simulate.page(form))
        self.page.goto("http://editor.test/")
        return self.page

    def answer(self, route: Route) -> None:
        """Serves the page, its script and its style, and takes the POST."""
        request = route.request
        if request.method == "POST":
            self.posted = parse_qsl((request.post_data_buffer or b"").decode(), keep_blank_values=True)
            route.fulfill(body="<title>posted</title>", content_type="text/html")
        elif request.url.endswith((".js", ".css")):
            route.fulfill(path=ROOT / "static" / request.url.rpartition("/")[2])
        else:
            headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html; charset=utf-8"}
            route.fulfill(body=self.html.encode(), headers=headers)

    def review(self) -> list[tuple[str, str]]:
        """Presses Review and gives what was posted of the config, newlines as a document has them."""
        self.page.locator(".savebar button[value=review]").click()
        expect(self.page).to_have_title("posted")
        return [(n, v.replace("\r\n", "\n")) for n, v in self.posted if n not in OURS and n != SINCE]


def controls(form: ConfigForm) -> list[tuple[str, str]]:
    """What a form's controls say; a Raw that says the same isn't sent."""
    return [pair for pair in form.values() if pair[0] not in {SINCE, NAME}]


@pytest.fixture
def shown(browser: Browser) -> Iterator[Shown]:
    """A window with nothing but the form in it."""
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    window = Shown(page)
    page.route("**/*", window.answer)
    yield window
    page.close()
    assert complaints == []


NASTY: list[Json] = [
    DOCUMENT,
    {"defaults": {"system_prompt": "\n\nfirst lines\n", "agent": " spaces ", "model": "\t\u2028\x0b\x0c\x85\ufeff"}},
    {"runtime_server": {"env": {"A": "\n", "B": "\r", "<\"'&>": "</textarea>", "": "", "C\n": "x", "\0": "\0"}}},
    {"build": {"provider": "a  b", "profile": "\r\n"}, "sandbox": {"egress": {"allow": []}, "workspace_mount": False}},
]


@pytest.mark.parametrize("document", NASTY)
def test_chromium_posts_what_the_form_says_it_would(shown: Shown, document: Json) -> None:
    form = ConfigForm.opened(document)
    shown.open(form)
    assert shown.review() == controls(form)


COURSES = [
    ["add:runtime_server.env", "add:metadata.labels", "add:capabilities"],
    ["remove:runtime_server.env.1", "remove:runtime_server.env.0", "restore:runtime_server.env.removed.0"],
    ["down:capabilities.0", "down:capabilities.1", "up:capabilities.3", "remove:capabilities.1"],
    ["remove:capabilities.2", "restore:capabilities.removed.0"],
    ["remove:sandbox.exposed_ports.1", "remove:sandbox.exposed_ports.0", "restore:sandbox.exposed_ports.removed.1"],
    ["remove:sandbox.egress.allow.0", "add:sandbox.egress.allow", "remove:sandbox.egress.allow.1"],
]


@pytest.mark.parametrize("course", COURSES)
def test_the_script_does_what_the_server_would(shown: Shown, course: list[str]) -> None:
    form = ConfigForm.opened(DOCUMENT)
    page = shown.open(form)
    for command in course:
        verb, _, target = command.partition(":")
        if verb == "restore":
            name, _, at = target.partition(".removed.")
            page.locator(f"[data-rows='{name}'] button[value^='restore:']").nth(int(at)).click()
        else:
            page.locator(f"button[value='{command}']").click()
        acted = form.act(command)
        form = ConfigForm.posted(DOCUMENT, acted.values)
        expect(page.locator(f"[id='{acted.focus}']")).to_be_attached()
    assert shown.posted == []
    assert shown.review() == controls(form)


def test_names_and_labels_follow_their_rows(shown: Shown) -> None:
    page = shown.open(ConfigForm.opened(DOCUMENT))
    page.get_by_role("button", name="Remove A", exact=True).click()
    expect(page.locator("#status")).to_have_text("A removed")
    expect(page.locator("[id='runtime_server.env.0.key']")).to_be_focused()
    page.locator("[id='runtime_server.env.0.key']").fill("RENAMED")
    expect(page.get_by_role("group", name="Variable 1").get_by_role("button")).to_have_accessible_name("Remove RENAMED")
    page.get_by_role("button", name="Move a down", exact=True).click()
    expect(page.get_by_role("button", name="Move a down", exact=True)).to_be_focused()
    expect(page.locator("#status")).to_have_text("a is now number 2")
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))


def test_enter_or_a_pasted_list_makes_ports(shown: Shown) -> None:
    page = shown.open(ConfigForm.opened(DOCUMENT))
    page.get_by_label("Add a port").fill("9090, 9091")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Add a port")).to_be_focused()
    expect(page.get_by_label("Add a port")).to_have_value("")
    page.keyboard.type("1")
    form = ConfigForm.posted(DOCUMENT, shown.review())
    assert form.document() == {
        **DOCUMENT,
        "sandbox": {**DOCUMENT["sandbox"], "exposed_ports": [80, "x", 81, 9090, 9091, 1]},
    }


def test_a_number_is_read_out_while_it_is_typed(shown: Shown) -> None:
    page = shown.open(ConfigForm.opened(DOCUMENT))
    reading = page.locator("output[for='resources.memory_mb']")
    expect(reading).to_have_text("MB = 2 GiB")
    said_of = {
        "1500": "MB = 1.46 GiB",
        "4096": "MB = 4 GiB",
        "1280": "MB = 1.25 GiB",
        "131072": "MB = 128 GiB",
        "x": "MB",
    }
    for typed, said in said_of.items():
        page.locator("[id='resources.memory_mb']").fill(typed)
        expect(reading).to_have_text(said)
        form = ConfigForm.posted({}, [("resources.memory_mb", typed)])
        assert said in {field.reading for section in form.sections for field in section.fields}


def test_a_long_text_is_counted_as_the_page_does(shown: Shown) -> None:
    page = shown.open(ConfigForm.opened(DOCUMENT))
    reading = page.locator("output[for='defaults.system_prompt']")
    for typed in ("x", "two\nlines", "\U0001f642 and é", ""):
        page.locator("[id='defaults.system_prompt']").fill(typed)
        form = ConfigForm.posted({}, [("defaults.system_prompt", typed)])
        said = [
            field.reading for one in form.sections for field in one.fields if field.name == "defaults.system_prompt"
        ]
        expect(reading).to_have_text(said[0])


@pytest.mark.parametrize(("edit", "asks"), [(False, False), (True, True)])
def test_leaving_with_something_typed_is_asked_about(shown: Shown, edit: bool, asks: bool) -> None:
    page = shown.open(ConfigForm.opened(DOCUMENT))
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", stay)
    if edit:
        page.locator("[id='defaults.agent']").press_sequentially("x")
    page.goto("http://editor.test/elsewhere")
    assert asked == (["beforeunload"] if asks else [])


def test_control_s_goes_on_to_the_review(shown: Shown) -> None:
    page = shown.open(ConfigForm.opened(DOCUMENT))
    page.locator("[id='defaults.agent']").fill("x")
    page.keyboard.press("Control+s")
    expect(page).to_have_title("posted")
    assert ("do", "review") in shown.posted


def test_the_focus_goes_to_the_summary_or_to_where_the_address_says(shown: Shown) -> None:
    page = shown.open(ConfigForm.posted(DOCUMENT, [("resources.cpu_cores", "x")]))
    expect(page.locator("#summary")).to_be_focused()
    page.goto("http://editor.test/elsewhere#resources.cpu_cores")
    expect(page.locator("[id='resources.cpu_cores']")).to_be_focused()


Busy = Callable[[], ConfigForm]


def _busy() -> ConfigForm:
    typed = {"resources.cpu_cores": "64", "runtime_server.env.0.key": "A=B", "sandbox.exposed_ports.3": "99999"}
    form = ConfigForm.posted(DOCUMENT, simulate.replaced(ConfigForm.opened(DOCUMENT).values(), typed))
    for command in (
        "remove:runtime_server.env.1",
        "down:capabilities.0",
        "add:metadata.labels",
        "add:secrets.secret_ids",
    ):
        form = ConfigForm.posted(DOCUMENT, form.act(command).values)
    form.place([FieldError(("sandbox", "idle_policy"), "No.", "x"), FieldError(("defaults", "model"), "No.", "x")])
    return form


def _readonly() -> ConfigForm:
    return ConfigForm.opened(DOCUMENT, readonly="Only the owner, alice, can change this config.")


@pytest.mark.parametrize("make", [_busy, _readonly])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(shown: Shown, make: Busy, scheme: Any) -> None:
    shown.page.emulate_media(color_scheme=scheme)
    found = Axe().run(shown.open(make())).response["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
