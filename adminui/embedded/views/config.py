"""The durable config of a runtime: read, and replaced as a whole."""

from datetime import UTC, datetime

from django.db import transaction

from adminui.contract.document import ABSENT, Json, get, wire
from adminui.contract.document import read as read_document
from adminui.contract.envelope import FieldError

from ..answers import Answer, Refusal, invalid
from ..endpoint import Call
from ..models import Capability, Person, Runtime, Secret
from ..places import runtime
from ..rules import Rules, digest, stored, violations
from .people import max_seconds


def read(call: Call, org: str, ws: str, name: str) -> Answer:
    return answer(runtime(call.caller, org, ws, name))


def replace(call: Call, org: str, ws: str, name: str) -> Answer:
    """Store the config that the body brings, as the platform would keep it."""
    with transaction.atomic():
        found = runtime(call.caller, org, ws, name)
        if found.owner != call.caller:
            raise Refusal(403, f"Only the owner may replace this config: {found.owner.username}.")
        document = get(call.json(), ("config",))
        if document is ABSENT:
            raise invalid(FieldError(("body", "config"), "Must be given.", "missing"))
        rules = rules_of(found, call.caller)
        if wrong := violations(document, rules):
            raise invalid(*(FieldError(("body", "config", *each.loc), each.msg, each.type) for each in wrong))
        kept = stored(document, rules.versions)
        found.config = wire(kept).decode()
        found.config_digest = digest(kept)
        found.updated_at = datetime.now(UTC)
        found.save(update_fields=["config", "config_digest", "updated_at"])
    return answer(found)


def rules_of(found: Runtime, caller: Person) -> Rules:
    """What holds for this caller and this runtime now."""
    organization = found.workspace.organization
    own = {str(id) for id in Secret.objects.filter(owner=caller).values_list("id", flat=True)}
    return Rules(
        timeout_cap=max_seconds(organization),
        versions=dict(Capability.objects.filter(organization=organization).values_list("name", "latest_version")),
        secret_ids=frozenset(own | set(secret_ids(read_document(found.config)))),
    )


def secret_ids(document: Json) -> list[str]:
    """The ids that a document names, in lower case."""
    listed = get(document, ("secrets", "secret_ids"))
    return [one.lower() for one in listed if isinstance(one, str)] if isinstance(listed, list) else []


def answer(found: Runtime) -> Answer:
    """The stored text goes out as it is: no number of it is read and written again."""
    body = f'{{"config":{found.config},"runtime_id":"{found.id}","config_digest":"{found.config_digest}"}}'
    return Answer(200, body.encode(), {"content-type": "application/json"})
