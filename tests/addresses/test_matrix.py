"""Every address × everybody × every method: the answer is the one of rules.py, and each is a success for somebody.

Made from the list of addresses, so one without a rule fails here and says what to add.
"""

import pytest
from django.conf import settings
from django.http import HttpResponse

from tests.addresses.conftest import ADDRESSES, RULED, Address
from tests.addresses.rules import COLUMNS, RULES, Answer, Answers, Rule
from tests.addresses.world import VISITORS, World

REFUSED = Answers(405, 405, 405, 405, 405, 405)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def test_every_address_has_a_rule() -> None:
    for address in ADDRESSES:
        assert address.name, f"/{address.pattern} has no name: give it one in its urls.py, and a rule by that name."
        assert address.name in RULES, (
            f"/{address.pattern} (name {address.name!r}) has no rule. Say who gets what there: add a line to RULES in "
            f'tests/addresses/rules.py, such as  "{address.name}": Rule(get=READERS),  The top of that file explains.'
        )


def test_every_rule_has_an_address() -> None:
    names = [address.name for address in ADDRESSES]
    assert [name for name in RULES if name not in names] == [], "a rule in tests/addresses/rules.py is for nothing"
    assert len(names) == len(set(names)), "two addresses have one name"


def asked(world: World, address: Address, method: str, rule: Rule) -> HttpResponse:
    """The answer to whoever asks next in this world; a method that is to be refused gets no more than the address."""
    path = address.path(world)
    if method == "POST" and rule.post is not None:
        return world.visitor.post(path + rule.query(world), dict(rule.data(world)))
    if method in ("GET", "HEAD") and rule.get is not None:
        path += rule.query(world)
    return world.visitor.request(method, path)


def said(response: HttpResponse) -> Answer:
    """What an answer is, as rules say it."""
    to_signin = response.status_code == 302 and response["Location"].startswith("/signin/?next=")
    return "in" if to_signin else response.status_code


@pytest.mark.parametrize("address", RULED, ids=lambda address: address.name)
def test_everybody_gets_the_answer_of_the_rule(world: World, address: Address) -> None:
    rule = RULES[address.name]
    expected = {"GET": rule.get, "HEAD": rule.get, "POST": rule.post}
    wrong, answers = [], set()
    visitors = {column: make(world.box) for column, make in VISITORS.items()}
    for method in METHODS:
        row = expected.get(method) or REFUSED
        for column, wanted in zip(COLUMNS, row, strict=True):
            world.visitor = visitors[column]
            response = asked(world, address, method, rule)
            if settings.SESSION_COOKIE_NAME in response.cookies:  # signed in or out by it
                visitors[column] = VISITORS[column](world.box)
            answers.add(said(response))
            if said(response) != wanted:
                wrong.append(f"{method} as {column}: {said(response)}, and not {wanted}")
            if response.status_code == 405:
                assert response["Allow"], "a refused method comes with those that aren't"
            if method == "HEAD":
                assert response.content == b""
    hint = "Mend the view, or the line in tests/addresses/rules.py if the answer is meant; its top explains."
    assert not wrong, "\n".join(
        [f"{address.name} (/{address.pattern}) answers otherwise than its rule says.", *wrong, hint]
    )
    assert answers & set(range(200, 400)), f"{address.name} is never answered with success: what does its rule lack?"
