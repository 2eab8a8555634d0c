"""Every page of the program, each with the way there: for the pictures, and for what must hold of every page."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.house import RESEARCH, House
from tests.browser.signing import by_token

Way = Callable[[Page, House], None]
STOPS: dict[str, "Stop"] = {}


@dataclass(frozen=True)
class Stop:
    """One page in one state. `person` None: not signed in. `go` leads there and leaves faults to be mended."""

    name: str
    person: str | None
    go: Way


def stop(person: str | None = "alice") -> Callable[[Way], Way]:
    """Adds a page to the tour under its function's name."""

    def add(way: Way) -> Way:
        name = way.__name__.replace("_", "-")
        STOPS[name] = Stop(name, person, way)
        return way

    return add


def fill(page: Page, **values: str) -> None:
    """Types into controls by their names, dots written as two underscores."""
    for name, value in values.items():
        page.locator(f'[id="{name.replace("__", ".")}"]').fill(value)


def editor(page: Page, key: str = "analyst") -> None:
    """Opens a runtime's config."""
    page.goto(f"{RESEARCH}/{key}/config/")


def to_review(page: Page, **values: str) -> None:
    """Types and goes on to the review."""
    editor(page)
    fill(page, **(values or {"resources__cpu_cores": "4", "defaults__agent": "navigator"}))
    page.get_by_role("button", name="Review", exact=True).click()
    expect(page).to_have_url(re.compile("/review/"))


def save(page: Page) -> None:
    """Presses Save."""
    page.get_by_role("button", name="Save").click()


@contextmanager
def mended(house: House) -> Iterator[None]:
    """Takes back what a stop did to the box."""
    before = house.config("analyst")
    yield
    house.mend()
    if house.config("analyst") != before:
        house.put("analyst", before)


@stop(None)
def sign_in(page: Page, house: House) -> None:
    page.goto("/signin/")


@stop(None)
def sign_in_refused(page: Page, house: House) -> None:
    page.goto(f"/signin/?next={RESEARCH}/")
    by_token(page, "nobody")
    expect(page.locator("[aria-invalid]")).to_be_visible()


@stop("carol")
def organizations(page: Page, house: House) -> None:
    page.goto("/")


@stop()
def workspaces(page: Page, house: House) -> None:
    page.goto("/org/acme/")


@stop()
def runtimes(page: Page, house: House) -> None:
    page.goto(f"{RESEARCH}/")


@stop()
def runtimes_none_found(page: Page, house: House) -> None:
    page.goto(f"{RESEARCH}/?q=anlyst&state=paused&mine=on")


@stop()
def runtimes_platform_down(page: Page, house: House) -> None:
    page.goto("/org/acme/")
    house.fault(method="GET", path="/runtimes", status=503, count=3)
    page.goto(f"{RESEARCH}/")


@stop()
def editor_stored(page: Page, house: House) -> None:
    editor(page)


@stop()
def editor_production(page: Page, house: House) -> None:
    page.goto("/org/acme/ws/production/runtimes/")
    page.locator("tbody th a").first.click()


@stop()
def editor_changed(page: Page, house: House) -> None:
    to_review(page, resources__cpu_cores="4", defaults__agent="navigator")
    page.get_by_role("link", name="Back to editing").first.click()


@stop()
def editor_wrong(page: Page, house: House) -> None:
    editor(page)
    fill(page, resources__cpu_cores="64", sandbox__timeout_seconds="1 hour", defaults__agent="navigator")
    page.get_by_role("button", name="Review", exact=True).click()
    expect(page.locator("#summary")).to_be_visible()


@stop()
def editor_refused(page: Page, house: House) -> None:
    to_review(page)
    errors = [
        {"loc": ["body", "config", "resources", "cpu_cores"], "msg": "at most 3 in this project", "type": "quota"},
        {"loc": ["body", "config", "sandbox", "idle_policy"], "msg": "hibernate needs e2b", "type": "x"},
    ]
    house.fault(status=422, envelope=True, detail="Validation error", errors=errors)
    save(page)
    expect(page.locator("#summary")).to_be_visible()


@stop()
def editor_conflict(page: Page, house: House) -> None:
    to_review(page)
    house.fault(status=409, envelope=True, detail="The runtime is being migrated.")
    save(page)
    expect(page.get_by_text("being migrated")).to_be_visible()


@stop("bob")
def editor_read_only(page: Page, house: House) -> None:
    editor(page)


@stop()
def editor_left_draft(page: Page, house: House) -> None:
    to_review(page)
    editor(page)
    expect(page.get_by_text("You have unsaved changes").first).to_be_visible()


@stop()
def editor_unknown_keys(page: Page, house: House) -> None:
    editor(page)
    page.goto(page.url + "#raw")


@stop()
def review(page: Page, house: House) -> None:
    to_review(page)


@stop()
def review_masked(page: Page, house: House) -> None:
    document = house.config("analyst")
    document["runtime_server"]["env"]["COLLECTOR_AUTH"] = "s3cret-before"
    house.put("analyst", document)
    editor(page)
    page.get_by_label("Value").filter(has_text="s3cret-before").fill("s3cret-after")
    page.get_by_role("button", name="Review", exact=True).click()
    expect(page.get_by_role("button", name="Reveal")).to_be_visible()


@stop()
def review_rate_limited(page: Page, house: House) -> None:
    to_review(page)
    house.fault(status=429, envelope=True, detail="Slow down.", headers={"Retry-After": "60"})
    save(page)
    expect(page.get_by_text("Slow down.")).to_be_visible()


@stop()
def receipt(page: Page, house: House) -> None:
    editor(page)
    ports = page.locator('[id^="sandbox.exposed_ports."]').last
    ports.fill("1024")
    page.get_by_role("button", name="Add capability").click()
    page.locator('[id$=".name"]').last.fill("charts")
    page.get_by_role("button", name="Review", exact=True).click()
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Saved")


@stop()
def outcome_unknown(page: Page, house: House) -> None:
    to_review(page)
    house.fault(status=504)
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("We don’t know yet")


@stop()
def changed_elsewhere_merged(page: Page, house: House) -> None:
    to_review(page)
    document = house.config("analyst")
    document["resources"]["memory_mb"] = 4096
    house.put("analyst", document)
    save(page)
    expect(page.get_by_text("Changed elsewhere")).to_be_visible()


@stop()
def changed_elsewhere_choice(page: Page, house: House) -> None:
    to_review(page)
    document = house.config("analyst")
    document["resources"]["cpu_cores"] = 16
    document["resources"]["memory_mb"] = 4096
    house.put("analyst", document)
    save(page)
    expect(page.get_by_text("not chosen")).to_be_visible()


@stop()
def account(page: Page, house: House) -> None:
    page.goto("/account/")


@stop()
def no_such_runtime(page: Page, house: House) -> None:
    page.goto(f"{RESEARCH}/analyts/config/")


@stop()
def no_such_page(page: Page, house: House) -> None:
    page.goto("/nowhere/")


@stop("carol")
def no_access(page: Page, house: House) -> None:
    page.goto(f"{RESEARCH}/")


@stop()
def platform_down(page: Page, house: House) -> None:
    page.goto("/org/acme/")
    house.fault(method="GET", path="config", status=503, count=1)
    editor(page, house.id("analyst"))
