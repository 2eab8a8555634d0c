"""What the list shows of a runtime."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import NoReverseMatch, reverse

from adminui.accounts.models import Person
from adminui.accounts.places import Neighbour
from adminui.contract.answers import RuntimeItem
from adminui.platform.address import is_segment, is_uuid


@dataclass(frozen=True)
class Row:
    """One runtime as a row: texts as the platform gave them, "" where it gave none; href None for an unfit id."""

    name: str
    key: str
    href: str | None
    status: str
    owner: str
    project: str
    updated: datetime | None
    exact: bool = False


@dataclass(frozen=True)
class Project:
    """A project to filter by."""

    id: str
    name: str


def row(org: str, ws: str, item: RuntimeItem, owners: dict[str, str], *, exact: bool = False) -> Row:
    """`owners`: the names of people by their user ids on the platform, from `known_owners`."""
    return Row(
        name=item.name.strip() or item.key,
        key=item.key,
        href=config_address(org, ws, item.id),
        status=item.status or "",
        owner="you" if item.owned_by_me else owners.get(item.created_by or "", item.created_by or ""),
        project=item.project_name or item.project_key or item.project_id or "",
        updated=item.updated_at,
        exact=exact,
    )


def config_address(org: str, ws: str, runtime: str) -> str | None:
    """The editor's address of a runtime by its id; None for an id that can't be part of an address."""
    if not is_segment(runtime):
        return None
    name = runtime.lower() if is_uuid(runtime) else runtime
    try:
        return reverse("config", kwargs={"org": org, "ws": ws, "runtime": name})
    except NoReverseMatch:
        return None


async def known_owners(items: Iterable[RuntimeItem]) -> dict[str, str]:
    """The names of those owners who signed in here once, by the user ids that the platform gives them."""
    ids = {item.created_by for item in items if item.created_by and not item.owned_by_me}
    if not ids:
        return {}
    people = Person.objects.filter(platform_id__in=ids).values_list("platform_id", "name")
    return {platform_id: name async for platform_id, name in people}


def projects(items: Iterable[RuntimeItem | Neighbour], chosen: str | None) -> list[Project]:
    """The projects of these runtimes by name, and the chosen one even where none of them is in it."""
    names = {item.project_id: item.project_name or item.project_id for item in items if item.project_id}
    if chosen:
        names.setdefault(chosen, chosen)
    return sorted((Project(id, name) for id, name in names.items()), key=lambda each: each.name.casefold())
