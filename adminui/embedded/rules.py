"""What the platform refuses beyond the contract, and what it makes of a config before storing it. No database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adminui.contract import document as documents
from adminui.contract import egress
from adminui.contract.config import FIELDS, RuntimeConfig, check
from adminui.contract.document import ABSENT, Json, edit, get, is_object
from adminui.contract.envelope import FieldError
from adminui.contract.paths import Path

VERSION: str = RuntimeConfig.model_fields["version"].default
"""The version of every config that is stored here."""

PROVIDER = "docker"
"""The provider that this platform runs sandboxes with."""


@dataclass(frozen=True)
class Rules:
    """What holds for one person's PUT of one runtime.

    `versions`: the latest version of each capability that the organization offers. `secret_ids`, in lower case: those
    that may be named, the person's own and those that the runtime has already.
    """

    timeout_cap: int
    versions: Mapping[str, str]
    secret_ids: frozenset[str]


def violations(document: Json, rules: Rules) -> tuple[FieldError, ...]:
    """Everything for which the document is refused, with document paths."""
    return (*check(document, timeout_cap=rules.timeout_cap), *_refused(document, rules))


def _refused(document: Json, rules: Rules) -> Iterator[FieldError]:
    if get(document, ("build", "provider")) == "e2b":
        said = f"The active provider of this platform is {PROVIDER}. Take auto or {PROVIDER}."
        yield FieldError(("build", "provider"), said, "provider_inactive")
    kind = get(document, ("build", "source", "kind"))
    if isinstance(kind, str) and kind not in ("", "builtin"):
        yield FieldError(("build", "source", "kind"), "Must be builtin.", "source_kind")
    for row, capability in enumerate(_listed(document, ("capabilities",))):
        name = get(capability, ("name",))
        if isinstance(name, str) and name and name not in rules.versions:
            said = f"The organization has no capability “{name}”."
            yield FieldError(("capabilities", row, "name"), said, "unknown_capability")
    for row, secret in enumerate(_listed(document, ("secrets", "secret_ids"))):
        if isinstance(secret, str) and secret.lower() not in rules.secret_ids:
            said = "Not one of your stored secrets."
            yield FieldError(("secrets", "secret_ids", row), said, "unknown_secret")


def _listed(document: Json, path: Path) -> list[Json]:
    found = get(document, path)
    return found if isinstance(found, list) else []


def stored(document: Json, versions: Mapping[str, str]) -> Json:
    """What the platform keeps of a document without violations.

    Defaults filled in, capabilities without a version pinned to the latest in `versions`, ports sorted and without
    duplicates, targets and ids canonical. Unknown keys stay as they are, and so does the order of keys.
    """
    for spec in FIELDS:
        if spec.default is not ABSENT and get(document, spec.path) is ABSENT:
            document = edit(document, spec.path, spec.default)
    for row, capability in enumerate(_listed(document, ("capabilities",))):
        if is_object(capability):
            document = edit(document, ("capabilities", row), _pinned(capability, versions))
    ports = sorted({port for port in _listed(document, ("sandbox", "exposed_ports")) if isinstance(port, int)})
    document = edit(document, ("sandbox", "exposed_ports"), list[Json](ports))
    ids = dict.fromkeys(id.lower() for id in _listed(document, ("secrets", "secret_ids")) if isinstance(id, str))
    document = edit(document, ("secrets", "secret_ids"), list[Json](ids))
    if is_object(get(document, ("sandbox", "egress"))):
        targets = [target for target in _listed(document, ("sandbox", "egress", "allow")) if isinstance(target, str)]
        document = edit(document, ("sandbox", "egress", "allow"), list[Json](egress.canonical(targets)))
    return document


def _pinned(capability: dict[str, Json], versions: Mapping[str, str]) -> dict[str, Json]:
    pinned = {**capability, "enabled": capability.get("enabled", True)}
    if pinned.get("version") is None:
        pinned["version"] = versions[str(capability["name"])]
    return pinned


def digest(document: Json) -> str:
    """The platform's own mark of a stored document."""
    return f"sha256:{documents.digest(document)}"
