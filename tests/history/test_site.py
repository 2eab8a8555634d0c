"""The page of sign-ins and custody: what is recorded of no organization, for admins and nobody else."""

from typing import Any

import pytest

from adminui.accounts.roles import Role
from adminui.contract.document import Json
from adminui.record import events, verifier
from adminui.record.ids import uuid7
from adminui.record.many import append_many
from adminui.record.models import Event
from tests.conftest import Visitor
from tests.history.conftest import write
from tests.history.test_pages import as_, page, rows, text

ADDRESS = "/people/history/"


@pytest.fixture
def adam(visitor: Visitor) -> Visitor:
    """An admin, after some sign-ins of others."""
    as_(visitor.sign_in("adam"), Role.ADMIN)
    for number in range(40):
        happened("signin", f"p{number % 4}", {"way": "Example ID", "number": number})
    happened("signin.failed", None, {"why": "the token was refused <b>"})
    happened("role.changed", "bob", {"before": "viewer", "after": "viewer and admin"})
    return visitor


def happened(kind: str, name: str | None, data: dict[str, Json]) -> Event:
    """One event of the site's chain."""
    person = None if name is None else events.Person("https://id.example", f"sub-{name}", name)
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    return events.append(
        events.NewEvent(
            kind=kind, chain=events.SITE, origin="site", person=person, data=data, ip="192.0.2.9", agent=agent
        )
    )


def test_admins_see_who_signed_in_and_from_where(adam: Visitor) -> None:
    said = rows(page(adam, ADDRESS))
    assert said[0] == "bob’s roles changed from viewer to viewer and admin Firefox on Linux, 192.0.2.9"
    assert said[1].startswith("A sign-in failed: the token was refused <b>")
    assert said[2] == "p3 signed in by Example ID Firefox on Linux, 192.0.2.9"


def test_it_is_searched_and_paged_like_any_history(adam: Visitor) -> None:
    assert len(rows(page(adam, ADDRESS, q="kind:signin.failed"))) == 1
    assert len(rows(page(adam, ADDRESS, q="person:p2"))) == 10
    assert "isn’t a time" in text(page(adam, ADDRESS, q="after:yesterday"))
    assert "No event matches" in text(page(adam, ADDRESS, q="person:nobody"))
    soup, seen = page(adam, ADDRESS), []
    while True:
        seen += [str(one["id"]) for one in soup.select(".log > li")]
        if (older := soup.select_one("a[rel=next]")) is None:
            break
        soup = page(adam, ADDRESS + str(older["href"]))
    numbers = Event.objects.filter(chain=events.SITE).order_by("-seq").values_list("seq", flat=True)
    assert seen == [f"e{seq}" for seq in numbers]
    assert soup.select_one("a[rel=prev]") is not None


def test_nothing_of_an_organization_is_there(adam: Visitor) -> None:
    write(reason="of a workspace", person=events.Person("i", "mallory", "mallory"))
    assert "mallory" not in text(page(adam, f"{ADDRESS}?q=show:all"))
    assert rows(page(adam, ADDRESS, q="person:mallory")) == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.AUDITOR])
def test_others_see_nothing_of_it(adam: Visitor, role: Role) -> None:
    as_(adam.sign_in("eve"), role)
    answer = adam.get(ADDRESS)
    assert answer.status_code == 403
    assert "Example ID" not in answer.content.decode()


def test_it_leads_there_and_back(adam: Visitor) -> None:
    assert page(adam, "/people/").select_one(f'main a[href="{ADDRESS}"]')
    assert page(adam, ADDRESS).select_one('main a[href="/people/"]')


def test_events_of_other_versions_are_told_there_too(adam: Visitor) -> None:
    whole = Event.objects.filter(chain=events.SITE).latest("seq")
    payloads: list[Any] = [{"way": {}}, {"x": [1.5]}, 7, [[]]]
    absent: dict[str, Any] = {"runtime": None, "before": None, "after": None, "save": None, "paths": []}
    made = [
        {
            **dict.fromkeys(verifier.FIELDS, ""),
            **absent,
            "id": str(uuid7()),
            "at": "2026-11-24T10:00:00.000000Z",
            "kind": kind,
            "data": data,
        }
        for kind in ("signin", "signin.new", "")
        for data in payloads
    ]
    assert list(append_many(events.SITE, made))[-1] == len(made)
    assert len(rows(page(adam, ADDRESS))) == 30
    assert Event.objects.filter(chain=events.SITE).latest("seq").seq == whole.seq + len(made)
