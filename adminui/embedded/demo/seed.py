"""Fills an empty box."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.db import transaction

from adminui.contract import document

from ..models import Capability, Organization, Person, Project, Runtime, Secret, Workspace
from ..rules import digest, stored
from .cast import CAPABILITIES, ORGANIZATIONS, PEOPLE, DemoPerson, DemoRuntime, known_id
from .crowd import crowd
from .stories import stories

DAY = timedelta(days=1)
VERSIONS = {name: version for name, version, _ in CAPABILITIES}


@transaction.atomic
def seed(now: datetime) -> None:
    """Write the demo's rows, their times counted back from `now`. Ids are the same in every box."""
    people = {one.username: Person(**_columns(one)) for one in PEOPLE}
    Person.objects.bulk_create(people.values())
    Secret.objects.bulk_create(
        Secret(
            id=secret.id_of(one.username),
            owner=people[one.username],
            name=secret.name,
            provider=secret.provider,
            masked_value=secret.masked_value,
            created_at=now - (secret.days_old + 30) * DAY,
            updated_at=now - secret.days_old * DAY,
        )
        for one in PEOPLE
        for secret in one.secrets
    )
    workspaces: dict[tuple[str, str], Workspace] = {}
    for one in ORGANIZATIONS:
        organization = Organization.objects.create(
            id=known_id("organization", one.key), key=one.key, name=one.name, max_seconds=one.max_seconds
        )
        organization.members.set(people[name] for name in one.members)
        Capability.objects.bulk_create(
            Capability(organization=organization, name=name, latest_version=version, description=description)
            for name, version, description in one.capabilities
        )
        for key, name in one.workspaces:
            workspaces[one.key, key] = Workspace.objects.create(
                id=known_id("workspace", one.key, key),
                organization=organization,
                key=key,
                name=name,
                is_default=key == one.workspaces[0][0],
                created_at=now - 500 * DAY,
                updated_at=now - 400 * DAY,
            )
    Runtime.objects.bulk_create(runtimes(now, workspaces, people))


def _columns(one: DemoPerson) -> dict[str, Any]:
    return {
        "id": known_id("person", one.username),
        "username": one.username,
        "email_address": f"{one.username}@{one.domain}",
        "first_name": one.first_name,
        "last_name": one.last_name,
        "api_token": one.token,
        "groups": list(one.groups),
    }


@transaction.atomic
def enrol() -> None:
    """Bring the people of a box that an older version filled up to date."""
    known = dict(Person.objects.values_list("username", "groups"))
    for one in PEOPLE:
        if known.get(one.username) != list(one.groups):
            person, _ = Person.objects.update_or_create(
                username=one.username,
                defaults={"groups": list(one.groups)},
                create_defaults=_columns(one),
            )
            for organization in Organization.objects.filter(
                key__in=[o.key for o in ORGANIZATIONS if one.username in o.members]
            ):
                organization.members.add(person)


def runtimes(
    now: datetime, workspaces: dict[tuple[str, str], Workspace], people: dict[str, Person]
) -> Iterator[Runtime]:
    """The demo's runtimes, their projects made on the way."""
    projects: dict[tuple[str, str, str], Project] = {}
    told = (("acme", "research", story) for story in stories())
    for org, ws, one in chain(told, crowd()):
        if one.project and (org, ws, one.project) not in projects:
            projects[org, ws, one.project] = Project.objects.create(
                id=known_id("project", org, ws, one.project),
                workspace=workspaces[org, ws],
                key=one.project,
                name=one.project.replace("-", " ").capitalize(),
            )
        yield Runtime(
            id=known_id("runtime", org, ws, one.key),
            workspace=workspaces[org, ws],
            project=projects.get((org, ws, one.project or "")),
            owner=people[one.owner],
            **contents(one, now),
        )


def contents(one: DemoRuntime, now: datetime) -> dict[str, Any]:
    """The columns of a runtime that say no more than itself."""
    kept = one.document if one.verbatim else stored(one.document, VERSIONS)
    changed = now - timedelta(minutes=one.minutes_old)
    started = {
        "running_digest": digest("the config of before" if one.stale else kept),
        "started_at": changed + timedelta(minutes=-95 if one.stale else 3),
    }
    return {
        "key": one.key,
        "name": one.name,
        "description": one.description,
        "status": one.status,
        "config": document.wire(kept).decode(),
        "config_digest": digest(kept),
        "created_at": changed - 30 * DAY,
        "updated_at": changed,
        **({} if one.status == "idle" else started),
    }
