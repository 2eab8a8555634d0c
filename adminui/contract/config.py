"""The config of a runtime: its fields with type, limits, default, label and help, each said once.

Form, hints, our check, the box's validation and its OpenAPI document are read from here. The models are strict and keep
unknown keys; they are for checking, never for producing what is sent.
"""

import math
import re
from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from adminui.contract import egress
from adminui.contract.document import Json, containers, get, is_broken, items
from adminui.contract.envelope import MAX_ERRORS, FieldError
from adminui.contract.fields import Control, FieldSpec, Option, Section, specs
from adminui.contract.messages import plain
from adminui.contract.paths import Path

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_SECRET = re.compile(
    r"TOKEN|SECRET|PASSW|PASSPHRASE|(^|_)PASS(_|$)|PWD|CREDENTIAL|PRIVATE|DSN|COOKIE|BEARER|KEYS?(_|\d|$)|AUTH(?!ORS?(_|$))",
    re.IGNORECASE,
)


def looks_secret(key: str) -> bool:
    """Whether an environment key looks as if its value were a secret."""
    return bool(_SECRET.search(key))


def _is_target(text: str) -> str:
    try:
        egress.target(text)
    except ValueError as trouble:
        raise PydanticCustomError("egress_target", "{said}", {"said": str(trouble)}) from None
    return text


def _is_uuid(text: str) -> str:
    if not _UUID.fullmatch(text):
        raise PydanticCustomError("uuid_parsing", "Must be an id like 2489e9ad-2ee2-8e00-8ec9-32d5f69181c0.")
    return text


def _is_env_key(key: str) -> str:
    name, equals, value = key.partition("=")
    if equals and name and value:
        shown = "••••" if looks_secret(name) else value[:40]
        said = f"A key can’t contain “=”. Did you mean key {name}, value {shown}?"
        raise PydanticCustomError("env_key", "{said}", {"said": said})
    if equals:
        raise PydanticCustomError("env_key", "A key can’t contain “=”.")
    return key


Port = Annotated[int, Field(title="Port", ge=1, le=65535, examples=[8080])]
Target = Annotated[
    str,
    Field(title="Target", examples=["api.example.com", "*.example.com", "10.0.0.0/8", "tcp://db.example.com:5432"]),
    AfterValidator(_is_target),
]
SecretId = Annotated[
    str,
    Field(title="Secret", examples=["2489e9ad-2ee2-8e00-8ec9-32d5f69181c0"], json_schema_extra={"format": "uuid"}),
    AfterValidator(_is_uuid),
]
EnvKey = Annotated[
    str,
    Field(title="Key", min_length=1, examples=["LOG_LEVEL"], json_schema_extra={"pattern": "^[^=\\u0000]+$"}),
    AfterValidator(_is_env_key),
]
EnvValue = Annotated[str, Field(title="Value", examples=["info"]), Control("lines")]
LabelKey = Annotated[str, Field(title="Key", examples=["team"])]
LabelValue = Annotated[str, Field(title="Value", examples=["analysis"]), Control("lines")]


class Part(BaseModel):
    """The ground of all parts: no conversion of types, unknown keys kept."""

    model_config = ConfigDict(strict=True, extra="allow", hide_input_in_errors=True)


class Source(Part):
    """Where the image comes from."""

    kind: str = Field(
        "builtin", title="Source kind", min_length=1, description="Platforms accept only `builtin` today."
    )
    ref: str = Field("runtime", title="Source ref", min_length=1, description="Which built-in source.")


class Build(Part):
    """How the image is made."""

    profile: str = Field("default", title="Profile", min_length=1, description="Named set of build settings.")
    provider: Literal["auto", "docker", "e2b"] = Field(
        "auto", title="Provider", description="Where the sandbox runs. `auto` lets the platform choose."
    )
    source: Source = Field(default_factory=Source, title="Source")


class Resources(Part):
    """What one sandbox gets."""

    cpu_cores: Annotated[int, Control(unit="cores")] = Field(
        2, title="CPU cores", ge=1, le=32, description="Processor cores of one sandbox.", examples=[2, 4]
    )
    memory_mb: Annotated[int, Control(unit="MB")] = Field(
        2048, title="Memory (MB)", ge=512, le=131072, description="Memory of one sandbox.", examples=[2048, 4096]
    )


class Egress(Part):
    """Where the sandbox may connect to, once that is restricted."""

    allow: list[Target] = Field(
        default_factory=list,
        title="Targets",
        max_length=50,
        description="A name, `*.suffix`, an address, a network or `tcp://host:port`.",
    )


class Sandbox(Part):
    """How long a sandbox lives and what it can reach."""

    timeout_seconds: Annotated[int | None, Control(unit="s")] = Field(
        None,
        title="Timeout (seconds)",
        ge=60,
        description="How long a sandbox may run. Empty: the platform’s default.",
        examples=[3600],
    )
    workspace_mount: bool = Field(
        True, title="Workspace mount", description="Accepted and ignored by the platform.", deprecated=True
    )
    exposed_ports: list[Port] = Field(
        default_factory=list,
        title="Exposed ports",
        description="Ports of the sandbox that can be reached from outside. The platform sorts them and removes"
        " duplicates.",
        examples=[[8080, 9090]],
    )
    egress: Annotated[Egress | None, Control("egress")] = Field(
        None, title="Egress", description="Where the sandbox may connect to.", examples=[{"allow": ["api.example.com"]}]
    )


class Capability(Part):
    """One capability to install."""

    name: str = Field(title="Name", min_length=1, description="Once in the list.", examples=["sql-tools"])
    version: str | None = Field(
        None,
        title="Version",
        min_length=1,
        description="Empty: the platform takes the latest, once, and pins it.",
        examples=["1.2.0"],
    )
    enabled: bool = Field(True, title="Enabled", description="Off: installed, but left inactive.")


class Secrets(Part):
    """Which stored secrets the sandbox gets."""

    secret_ids: Annotated[list[SecretId], Control("picks")] = Field(
        default_factory=list,
        title="Secrets",
        description="Ids of your stored secrets.",
        examples=[["2489e9ad-2ee2-8e00-8ec9-32d5f69181c0"]],
    )


class Defaults(Part):
    """What a session starts with."""

    agent: str | None = Field(
        None,
        title="Agent",
        min_length=1,
        description="The agent of a session that names none. Empty: none.",
        examples=["planner"],
    )
    capability: str | None = Field(
        None,
        title="Capability",
        min_length=1,
        description="The capability of a session that names none. Empty: none.",
        examples=["sql-tools"],
    )
    model: str | None = Field(
        None,
        title="Model",
        min_length=1,
        description="Provider and model, as the platform names them. Empty: none.",
        examples=["openai/gpt-4.1-mini"],
    )
    system_prompt: Annotated[str | None, Control("lines")] = Field(
        None,
        title="System prompt",
        description="What the model is told first. May be empty, which isn’t the same as not set.",
        examples=["You are a careful analyst."],
    )


class RuntimeServer(Part):
    """The server process."""

    env: dict[EnvKey, EnvValue] = Field(
        default_factory=dict,
        title="Variables",
        description="Operational settings of the server process. Never for secrets.",
        examples=[{"LOG_LEVEL": "info"}],
    )


class Metadata(Part):
    """What people say about the runtime."""

    labels: dict[LabelKey, LabelValue] = Field(
        default_factory=dict, title="Labels", description="Any key and any text.", examples=[{"team": "analysis"}]
    )


class RuntimeConfig(Part):
    """The durable configuration of one runtime. What is left out takes its default."""

    version: Literal["v2"] = Field("v2", title="Version", description="The version of the config’s own form.")
    build: Build = Field(
        default_factory=Build,
        title="Build",
        description="How the runtime’s image is made. A field left empty takes its default.",
    )
    resources: Resources = Field(
        default_factory=Resources,
        title="Resources",
        description="What one sandbox of this runtime gets. A field left empty takes its default.",
    )
    sandbox: Sandbox = Field(
        default_factory=Sandbox,
        title="Sandbox",
        description="How long it lives and what it can reach. A running sandbox keeps its old config until reset and"
        " start.",
    )
    capabilities: list[Capability] = Field(
        default_factory=list,
        title="Capabilities",
        description="Installed in this order. An empty version is resolved to the latest once, then pinned.",
        examples=[[{"name": "sql-tools", "version": "1.2.0", "enabled": True}]],
    )
    secrets: Secrets = Field(
        default_factory=Secrets,
        title="Secrets",
        description="Picked by name from your own. Values never pass through here.",
    )
    defaults: Defaults = Field(
        default_factory=Defaults,
        title="Defaults",
        description="What a session starts with when it doesn’t choose.",
    )
    runtime_server: RuntimeServer = Field(
        default_factory=RuntimeServer,
        title="Server environment",
        description="Variables of the server process. Not for secrets: whoever can read the config can read them.",
    )
    metadata: Metadata = Field(
        default_factory=Metadata, title="Labels", description="Free-form, for finding and grouping."
    )


RAW: Final = Section("raw", "Raw", "The whole document, in step with the form both ways.")

SECTIONS: Final[tuple[Section, ...]] = (
    *(
        Section(name, field.title or "", field.description or "")
        for name, field in RuntimeConfig.model_fields.items()
        if name != "version"
    ),
    RAW,
)
"""The parts of the form in their order. What belongs to no part, `version` and unknown top-level keys, is in Raw."""

FIELDS: Final[tuple[FieldSpec, ...]] = tuple(specs(RuntimeConfig))
"""Every field of a config, in the order of the form; `version` first."""

EGRESS: Final = (
    Option("default", "Platform default", "Nothing is set here. The deployment decides, and may change it later."),
    Option("only", "Only these targets", "Everything else is refused, apart from the platform’s own destinations."),
    Option(
        "none",
        "Nothing but the platform",
        "The sandbox reaches the platform’s own destinations and no other.",
    ),
)
"""What `sandbox.egress` can say: absent, targets, an empty list."""

_RANK: Final = {name: rank for rank, name in enumerate(RuntimeConfig.model_fields)}


_AT: Final = {spec.path: spec for spec in FIELDS}
_LENGTHS: Final = sorted({len(spec.path) for spec in FIELDS})


def section_of(path: Path) -> Section:
    """The part of the form that a path belongs to."""
    return next((section for section in SECTIONS if path[:1] == (section.key,)), RAW)


def field_of(path: Path) -> FieldSpec | None:
    """The field that a path is or lies in (`sandbox.egress` for `sandbox.egress.allow.3`); None for an unknown one."""
    return next(filter(None, (_AT.get(path[:end]) for end in _LENGTHS)), None)


def check(document: Json, *, timeout_cap: int | None = None) -> tuple[FieldError, ...]:
    """Everything that is wrong with a config, in the order of the form; empty when nothing is. Never raises.

    `loc` are document paths, `msg` sentences in plain words. `timeout_cap` is the organization's limit of
    `sandbox.timeout_seconds` in seconds. Of each kind of error the first 1,000 are told.
    """
    found = list(islice(_unfit(document), MAX_ERRORS))
    try:
        RuntimeConfig.model_validate(document)
    except ValidationError as trouble:
        found += islice(_translated(trouble), MAX_ERRORS)
    found += islice(_repeated(document), MAX_ERRORS)
    seconds = get(document, ("sandbox", "timeout_seconds"))
    if timeout_cap is not None and type(seconds) is int and seconds > timeout_cap:
        said = f"Must be {timeout_cap} or less, the limit of this organization."
        found.append(FieldError(("sandbox", "timeout_seconds"), said, "less_than_equal"))
    return tuple(sorted(found, key=_order))


def _order(error: FieldError) -> tuple[int, int]:
    rank = _RANK.get(str(error.loc[0]), len(_RANK)) if error.loc else -1
    row = error.loc[1] if len(error.loc) > 1 else 0
    return rank, row if isinstance(row, int) else 0


def _unfit(document: Json) -> Iterator[FieldError]:
    """What no part of a document may hold, known or not."""
    yield from _unfit_leaf((), document)
    for path, value in containers(document):
        for segment, child in items(value):
            if isinstance(segment, str):
                yield from _unfit_leaf((*path, segment), segment)
            if isinstance(child, (str, float)):
                yield from _unfit_leaf((*path, segment), child)


def _unfit_leaf(path: Path, value: Json) -> Iterator[FieldError]:
    if isinstance(value, str):
        if "\0" in value:
            yield FieldError(path, "Can’t contain a NUL character.", "nul_character")
        if is_broken(value):
            yield FieldError(path, "Can’t contain half of a character (a lone surrogate).", "string_unicode")
    elif isinstance(value, float) and not math.isfinite(value):
        yield FieldError(path, "Must be a finite number.", "finite_number")


def _translated(trouble: ValidationError) -> Iterator[FieldError]:
    for error in trouble.errors(include_url=False):
        if error["type"] == "string_unicode":  # found by _unfit, at its exact place
            continue
        loc: tuple[Any, ...] = error["loc"]
        in_map = loc[:2] in {("runtime_server", "env"), ("metadata", "labels")}
        if in_map and len(loc) == 4:  # Pydantic's own mark of an error in a key: (…, key, "[key]")
            loc = loc[:3]
        yield FieldError(loc, plain(error), error["type"])


def _repeated(document: Json) -> Iterator[FieldError]:
    listed = get(document, ("capabilities",))
    first: dict[str, int] = {}
    for row, capability in enumerate(listed if isinstance(listed, list) else ()):
        name = capability.get("name") if isinstance(capability, dict) else None
        if isinstance(name, str) and first.setdefault(name, row) != row:
            said = f"“{name}” is in the list twice, see row {first[name] + 1}."
            yield FieldError(("capabilities", row, "name"), said, "unique")
