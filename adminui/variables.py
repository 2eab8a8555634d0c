"""The settings that there are: each once, with its type, default and help. environment.py reads and checks them."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "ADMINUI_"


def _json_list(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        items = json.loads(value)
    except ValueError:
        items = None
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ValueError('must be a JSON list of texts, like ["one", "two"]')
    return tuple(items)


Port = Annotated[int, Field(ge=1, le=65535)]
Positive = Annotated[int, Field(ge=1)]
Texts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_json_list)]
Ways = Annotated[tuple[Literal["sso", "token"], ...], NoDecode, BeforeValidator(_json_list)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_json_list)]


def _said(type: str = "", default: str = "") -> dict[str, Any]:
    """What the table of settings says where annotation and default would say it badly."""
    return {"type_": type, "default_": default}


_ASKED = _said(default="required with an issuer")


def _groups(role: str, may: str) -> Any:
    """The field of the groups that have a role."""
    return Field(
        (f"runtime-{role}s",),
        description=f"Groups whose people are {role}s: who {may}.",
        json_schema_extra=_said("JSON list of texts", f'`["runtime-{role}s"]`'),
    )


class Variables(BaseSettings):
    """All settings as they are given; whether they go together is for Environment."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)

    mode: Literal["production", "demo"] = Field(
        "production",
        description="`production` refuses what is insecure; `demo` brings its own keys and a platform in a box.",
    )
    # The names without prefix are known beyond this program.
    host: str = Field(
        "127.0.0.1",
        alias="HOST",
        description="Address to listen on. Where others reach it, a demo is signed in to by https, or as `localhost`.",
    )
    port: Port = Field(8000, alias="PORT", description="Port to listen on.")
    box_port: Port = Field(
        0,
        alias="BOX_PORT",
        description="Port of the platform in a box, in demo mode.",
        json_schema_extra=_said(default="PORT + 1"),
    )
    data_dir: Path = Field(
        Path("data"),
        alias="DATA_DIR",
        description="Folder of the SQLite database and, in demo mode, of the keys.",
    )
    database_url: SecretStr | None = Field(
        None,
        alias="DATABASE_URL",
        description="`postgres://user:password@host:port/name`, or `sqlite:///path` for another file.",
        json_schema_extra=_said("URL", "`db.sqlite3` in DATA_DIR"),
    )
    forwarded_allow_ips: str = Field(
        "127.0.0.1",
        alias="FORWARDED_ALLOW_IPS",
        description="Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed; read by uvicorn.",
    )
    platform_url: str = Field(
        "",
        description="Address of the runtime platform, without `/api/v1`: https, or http on this machine.",
        json_schema_extra=_said("URL", "required; in demo mode the box"),
    )
    platform_ca_file: Path | None = Field(
        None,
        description="PEM file of the authorities that the platform’s certificate is checked against.",
        json_schema_extra=_said("path", "the system’s"),
    )
    platform_deadline: Positive = Field(30, description="Seconds that one request to the platform may take in all.")
    platform_connect: Positive = Field(5, description="Seconds that connecting to the platform may take.")
    platform_request_limit: Positive = Field(
        60, description="Seconds after which the platform works no more on a request that it hasn’t answered."
    )
    secret_key: SecretStr | None = Field(
        None,
        description="Signs what browsers hold: at least 32 random characters, the same for all workers.",
        json_schema_extra=_said("text", "required; in demo mode made in DATA_DIR"),
    )
    keys: Secrets = Field(
        (),
        description="Keys that seal tokens and drafts, each `id:` and 32 bytes in base64. The first seals, all open.",
        json_schema_extra=_said("JSON list of texts", "required, here or as a file"),
    )
    keys_file: Path | None = Field(
        None,
        description="File with one such key a line, readable for its owner only (mode 600).",
        json_schema_extra=_said("path", "none; in demo mode made in DATA_DIR"),
    )
    allowed_hosts: Texts = Field(
        (),
        description="Names by which browsers reach this program, each in full.",
        json_schema_extra=_said("JSON list of texts", "required; in demo mode this machine’s"),
    )
    loud_workspaces: Texts = Field(
        ("prod*",),
        description="Workspaces that carry a loud mark on every page; `*` stands for anything.",
        json_schema_extra=_said("JSON list of texts", '`["prod*"]`'),
    )
    ways_in: Ways = Field(
        (),
        description="How people sign in: `sso` by the OpenID provider, `token` by a platform API token, or both.",
        json_schema_extra=_said("JSON list of texts", '`["sso"]` with a provider, else `["token"]`; in demo mode both'),
    )
    saves_with: Literal["sso", "personal"] = Field(
        "sso",
        description="Whose token saves for who signed in by SSO: `sso` the provider’s access token, `personal` a "
        "platform API token that they paste once.",
    )
    allow_other_tokens: bool = Field(
        False, description="Whether somebody may paste the API token of another of the platform’s users."
    )
    oidc_issuer: str = Field(
        "",
        description="Issuer of the OpenID provider, as its discovery document names it.",
        json_schema_extra=_said("URL", "none; in demo mode the box"),
    )
    oidc_client_id: str = Field(
        "", description="What this program is called at the provider.", json_schema_extra=_ASKED
    )
    oidc_client_secret: SecretStr | None = Field(
        None,
        description="The secret that it has there; without one it is a public client.",
        json_schema_extra=_said("text", "none"),
    )
    oidc_name: str = Field(
        "",
        description="Name of the provider on the button “Sign in with …”.",
        json_schema_extra=_said(default="the issuer’s host"),
    )
    oidc_scopes: Texts = Field(
        ("openid", "profile", "email"),
        description="Scopes that are asked for; some providers give a refresh token only with `offline_access`.",
        json_schema_extra=_said("JSON list of texts", '`["openid", "profile", "email"]`'),
    )
    oidc_audience: str = Field(
        "",
        description="Sent as `audience`, where the provider needs it for a token of the platform.",
        json_schema_extra=_said(default="none"),
    )
    oidc_resource: str = Field(
        "",
        description="Sent as `resource` (RFC 8707), where the provider needs that.",
        json_schema_extra=_said(default="none"),
    )
    oidc_claim_username: str = Field("preferred_username", description="Claim with what colleagues call somebody.")
    oidc_claim_name: str = Field("name", description="Claim with their full name.")
    oidc_claim_email: str = Field("email", description="Claim with their e-mail address.")
    oidc_claim_groups: str = Field(
        "groups", description="Claim with their groups; `.` leads into an object, like `realm_access.roles`."
    )
    oidc_required_groups: Texts = Field(
        (),
        description="Groups of which somebody must be in one to come in.",
        json_schema_extra=_said("JSON list of texts", "none"),
    )
    oidc_email_domains: Texts = Field(
        (),
        description="Domains of which somebody must have a verified e-mail address to come in.",
        json_schema_extra=_said("JSON list of texts", "none"),
    )
    oidc_viewers: Texts = _groups("viewer", "reads")
    oidc_editors: Texts = _groups("editor", "reads and saves")
    oidc_auditors: Texts = _groups("auditor", "reads, with all history of what they can read, and exports it")
    oidc_admins: Texts = _groups("admin", "does all that, and sees people, sessions and health")
    oidc_default_role: Literal["none", "viewer", "editor"] = Field(
        "viewer", description="Role of who is in none of those groups; with `none` they don’t come in."
    )
    oidc_ca_file: Path | None = Field(
        None,
        description="PEM file of the authorities that the provider’s certificate is checked against.",
        json_schema_extra=_said("path", "the system’s"),
    )
    oidc_clock_skew: Annotated[int, Field(ge=0, le=600)] = Field(
        300, description="Seconds by which the provider’s clock may differ from this machine’s."
    )
    session_hours: Positive = Field(12, description="Hours after which a session ends in any case.")
    session_idle_minutes: Positive = Field(30, description="Minutes without use after which a session ends.")
    signin_attempts: Positive = Field(10, description="Refused sign-ins that one address has in five minutes.")
    signin_attempts_all: Positive = Field(300, description="Refused sign-ins that all addresses have in five minutes.")
    history_days: Annotated[int, Field(ge=0)] = Field(
        0,
        description="Days after which `history_retain` drops documents of the history that nothing current speaks of; "
        "`0` keeps them. Events stay in any case.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least that is logged.")
