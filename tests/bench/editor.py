"""The editor's pages, of an ordinary config and of a large one: opened, checked while typing, reviewed, saved."""

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx

from tests.bench.documents import large
from tests.bench.harness import Bench, Case, Failed, Work, fields, ok
from tests.browser.house import RESEARCH
from tests.forms import Pairs, posted

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LARGE = "churn-explorer"
"""Whose config is made a large one."""
Budgets = tuple[float | None, float | None, float | None]
"""Seconds to open, check and review a config, where that is promised."""
Asking = Callable[[], httpx.Response]


@dataclass(frozen=True)
class Editor:
    """One runtime of acme/research in the hands of somebody who is signed in. `control` is what they type in."""

    here: Bench
    id: str
    control: str
    typed: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def path(self) -> str:
        """Its page."""
        return f"{RESEARCH}/{self.id}/config/"

    def opened(self) -> str:
        """The page, with what it is there for in it."""
        return said(lambda: ok(self.here.http.get(self.path)), f'name="{self.control}"')().text

    def sent(self, controls: Pairs, path: str, status: int, **more: str) -> Asking:
        """What posts the controls after something was typed."""
        number = next(self.typed)
        changed = {self.control: f"typed-{number}", "seq": str(number), **more}
        body = urlencode([*((name, changed.pop(name, value)) for name, value in controls), *changed.items()])
        return lambda: ok(self.here.http.post(path, content=body, headers=FORM), status)

    def to_review(self, controls: Pairs, **more: str) -> str:
        """Posts the form; the address of its review."""
        return self.sent(controls, self.path, 302, do="review", **more)().headers["Location"]

    def save(self, controls: Pairs) -> Asking:
        """What presses Save on the review of a fresh form."""
        address = self.to_review(controls, **fields(self.opened(), "form", "csrfmiddlewaretoken"))
        shown = ok(self.here.http.get(address)).text
        values = {**fields(shown, "form", "revision", "csrfmiddlewaretoken"), "do": "save"}
        return lambda: ok(self.here.http.post(address, data=values), 302)


def said(work: Asking, sign: str) -> Asking:
    """The same, held to an answer that says what it should; raises Failed for one that doesn't."""

    def checked() -> httpx.Response:
        answer = work()
        if sign not in answer.text:
            raise Failed(f"{answer.request.url.path} doesn’t say {sign!r}")
        return answer

    return checked


def _cases(editor: Editor, what: str, rounds: int, budgets: Budgets = (None, None, None)) -> list[Case]:
    """All that is done with one config."""
    http = editor.here.http
    config = f"{RESEARCH}/{editor.id}/config"
    about = [f"GET {RESEARCH}/{editor.id}", "GET /org/acme"]
    offers = ["GET /user/secrets", "GET /org/acme/capabilities"]
    # A browser with scripts leaves out the document in Raw, which says what the controls say.
    controls = [pair for pair in posted(editor.opened(), form="#config") if pair[0] != "raw"]

    # … and of lists, while one types, only the rows that were edited.
    row = f"{editor.control.rpartition('.')[0]}."
    edited = [pair for pair in controls if pair[0].startswith(row) or not re.search(r"\.\d", pair[0])]

    def opening(_: int) -> Work:
        return editor.opened

    def checking(_: int) -> Work:
        return said(editor.sent(edited, f"{editor.path}check/", 200, touched=editor.control), "<b>change</b>")

    def going_on(_: int) -> Work:
        return editor.sent(controls, editor.path, 302, do="review")

    def reviewing(_: int) -> Work:
        address = editor.to_review(controls)
        return said(lambda: ok(http.get(address)), "Save 1 change</button>")

    def saving(_: int) -> Work:
        return editor.save(controls)

    def receiving(_: int) -> Work:
        address = editor.save(controls)().headers["Location"]
        return said(lambda: ok(http.get(address)), "Saved: 1 change")

    return [
        Case(f"{what}, opened", [[*about, *offers, f"GET {config}"]], opening, budgets[0], rounds),
        Case(f"{what}, checked", [], checking, budgets[1], rounds),
        Case(f"{what}, posted to its review", [about], going_on, None, rounds),
        Case(f"{what}, reviewed", [about], reviewing, budgets[2], rounds),
        Case(f"{what}, saved", [about, [f"GET {config}"], [f"PUT {config}"]], saving, None, rounds),
        Case(f"{what}, its receipt", [about], receiving, None, rounds),
    ]


def cases(here: Bench) -> Iterator[Case]:
    """The demo's analyst, and 2,000 variables of 1 MB in all."""
    yield from _cases(Editor(here, here.house.id("analyst"), "defaults.agent"), "Config", 25)
    here.house.put(LARGE, large())
    editor = Editor(here, here.house.id(LARGE), "runtime_server.env.1000.value")
    yield from _cases(editor, "2,000 rows", 9, (1.0, 0.3, 0.5))
