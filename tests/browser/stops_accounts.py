"""Stops of the tour: the account, people, health, and what is said when a sign-in comes to nothing."""

from playwright.sync_api import Page, expect

from tests.browser.house import House
from tests.browser.tour import stop


@stop("adam")
def account_of_an_admin(page: Page, house: House) -> None:
    page.goto("/account/")


@stop("adam")
def people(page: Page, house: House) -> None:
    page.goto("/people/")


@stop("adam")
def health(page: Page, house: House) -> None:
    page.goto("/health/")
    expect(page.get_by_text("answers in").first).to_be_visible()


@stop("vic")
def not_for_ones_role(page: Page, house: House) -> None:
    page.goto("/people/")


@stop(None)
def sign_in_gone_astray(page: Page, house: House) -> None:
    page.goto("/signin/back/?code=of-another&state=of-another")
