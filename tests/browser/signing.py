"""Signing in as a person does it, on the page that is shown or on the sign-in page."""

from bs4 import BeautifulSoup
from playwright.sync_api import Page, expect

BY_TOKEN = ("alice", "bob", "carol", "nobody")

HEADING = "Sign in to runtime configs"


def by_token(page: Page, name: str = "alice") -> None:
    """Types a demo person's token into the sign-in page that is shown, and sends it."""
    expect(page.get_by_role("heading", name=HEADING)).to_be_visible()
    field = page.get_by_label("API token")
    if not field.is_visible():
        page.get_by_text("Use a platform API token").click()
    field.fill(f"demo-{name}")
    page.get_by_role("button", name="Sign in", exact=True).click()


def by_sso(page: Page, name: str) -> None:
    """Goes to the box's provider from the sign-in page that is shown, and signs in there unless one is."""
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in with Demo ID").click()
    if "/accounts/login/" in page.url:
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(name)
        page.get_by_role("button", name="Sign in").click()


def sign_in(page: Page, name: str) -> None:
    """Signs somebody in: by their token, past the page, which has tests of its own; or by the provider who has none."""
    if name in BY_TOKEN:
        shown = BeautifulSoup(page.request.get("/signin/").text(), "html.parser")
        field = shown.select_one("form [name=csrfmiddlewaretoken]")
        assert field is not None
        typed: dict[str, str | float | bool] = {"csrfmiddlewaretoken": str(field["value"]), "token": f"demo-{name}"}
        answer = page.request.post("/signin/", form=typed, max_redirects=0)
        assert answer.status == 302, answer.text()
        return
    page.goto("/signin/")
    by_sso(page, name)
    expect(page.get_by_role("heading", name=HEADING)).to_have_count(0)
