"""Who calls and what is theirs: the person, their secrets, their organizations and workspaces."""

from typing import Any

from ..answers import Answer, ok
from ..endpoint import Call
from ..models import Capability, Organization, Secret, Workspace
from ..places import organization, workspace

PLATFORM_MAX_SECONDS = 86_400
PLATFORM_DEFAULT_SECONDS = 3_600


def user(call: Call) -> Answer:
    person = call.caller
    return ok(
        {
            "id": str(person.id),
            "email_address": person.email_address,
            "username": person.username,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "full_name": f"{person.first_name} {person.last_name}",
        }
    )


def secrets(call: Call) -> Answer:
    items = [
        {
            "id": str(secret.id),
            "name": secret.name,
            "provider": secret.provider,
            "masked_value": secret.masked_value,
            "created_at": secret.created_at.isoformat(),
            "updated_at": secret.updated_at.isoformat(),
        }
        for secret in Secret.objects.filter(owner=call.caller).order_by("name")
    ]
    return ok({"secrets": items, "total": len(items)})


def organizations(call: Call) -> Answer:
    return ok([shape(one) for one in Organization.objects.filter(members=call.caller).order_by("key")])


def one_organization(call: Call, org: str) -> Answer:
    return ok(shape(organization(call.caller, org)))


def max_seconds(one: Organization) -> int:
    """The cap of sandbox.timeout_seconds in this organization."""
    return PLATFORM_MAX_SECONDS if one.max_seconds is None else one.max_seconds


def shape(one: Organization) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "key": one.key,
        "name": one.name,
        "is_active": True,
        "effective_max_sandbox_runtime_seconds": max_seconds(one),
        "max_sandbox_runtime_source_level": "platform" if one.max_seconds is None else "organization",
        "effective_default_sandbox_runtime_seconds": PLATFORM_DEFAULT_SECONDS,
        "default_sandbox_runtime_source_level": "platform",
        "platform_max_sandbox_runtime_seconds": PLATFORM_MAX_SECONDS,
        "platform_default_sandbox_runtime_seconds": PLATFORM_DEFAULT_SECONDS,
    }


def capabilities(call: Call, org: str) -> Answer:
    offered = Capability.objects.filter(organization=organization(call.caller, org)).order_by("name")
    items = [
        {"name": one.name, "latest_version": one.latest_version, "description": one.description} for one in offered
    ]
    return ok({"items": items})


def workspaces(call: Call, org: str) -> Answer:
    found = Workspace.objects.filter(organization=organization(call.caller, org)).order_by("key")
    return ok({"workspaces": [workspace_shape(one) for one in found]})


def one_workspace(call: Call, org: str, ws: str) -> Answer:
    return ok(workspace_shape(workspace(call.caller, org, ws)))


def workspace_shape(one: Workspace) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "key": one.key,
        "name": one.name,
        "org_id": str(one.organization.id),
        "is_active": True,
        "is_default": one.is_default,
        "created_at": one.created_at.isoformat(),
        "updated_at": one.updated_at.isoformat(),
    }
