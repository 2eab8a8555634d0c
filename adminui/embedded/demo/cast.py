"""Who and what there is besides the runtimes. Plain data: the launcher names the people from here, too."""

from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5


def known_id(*names: str) -> UUID:
    """The same id for the same names, in every box."""
    return uuid5(NAMESPACE_URL, "https://box.example/" + "/".join(names))


@dataclass(frozen=True)
class DemoSecret:
    name: str
    provider: str
    masked_value: str
    days_old: int

    def id_of(self, owner: str) -> UUID:
        """Its id; the first one has the id that the API's own example shows."""
        if (owner, self.name) == ("alice", "OPENAI_API_KEY"):
            return UUID("2489e9ad-2ee2-8e00-8ec9-32d5f69181c0")
        return known_id("secret", owner, self.name)


@dataclass(frozen=True)
class DemoPerson:
    username: str
    first_name: str
    last_name: str
    domain: str
    token: str | None
    about: str
    secrets: tuple[DemoSecret, ...] = ()
    groups: tuple[str, ...] = ()
    """What the provider says of them; who has none can't sign in there."""


@dataclass(frozen=True)
class DemoOrganization:
    key: str
    name: str
    max_seconds: int | None
    members: tuple[str, ...]
    workspaces: tuple[tuple[str, str], ...]
    capabilities: tuple[tuple[str, str, str], ...] = field(repr=False)


@dataclass(frozen=True)
class DemoRuntime:
    """A runtime to be. Its document is stored as the platform would store it after a PUT, unless `verbatim`."""

    key: str
    name: str
    owner: str
    status: str
    project: str | None
    minutes_old: int
    """Minutes since its config last changed."""
    document: dict[str, Any] = field(repr=False)
    description: str = ""
    stale: bool = False
    """The sandbox was started before the last change and keeps the config of then."""
    verbatim: bool = False


TYPICAL = (
    DemoSecret("OPENAI_API_KEY", "openai", "sk-…9f2a", 47),
    DemoSecret("WAREHOUSE_DSN", "postgres", "post…/dwh", 64),
    DemoSecret("GITHUB_TOKEN", "github", "ghp_…x7Qe", 2),
    DemoSecret("SERPAPI_KEY", "serpapi", "c1…04", 268),
    DemoSecret("SLACK_WEBHOOK_FORECAST_ALERTS_EU", "slack", "http…k3f", 298),
)

EDITORS = ("runtime-editors",)

PEOPLE = (
    DemoPerson(
        "alice",
        "Alice",
        "Okafor",
        "acme.example",
        "demo-alice",
        "editor: owns analyst in acme / research",
        (
            *TYPICAL,
            DemoSecret("SENTRY_DSN", "sentry", "http…/41", 120),
            DemoSecret("S3_EXPORT_ACCESS_KEY", "aws", "AKIA…3N7Q", 15),
        ),
        EDITORS,
    ),
    DemoPerson(
        "bob",
        "Bob",
        "Lindqvist",
        "acme.example",
        "demo-bob",
        "editor: owns scout in acme / research, reads alice's",
        (
            DemoSecret("OPENAI_API_KEY", "openai", "sk-…77b0", 91),
            DemoSecret("SERPAPI_KEY", "serpapi", "9e…d2", 33),
            DemoSecret("REUTERS_FEED_TOKEN", "other", "rf_…00aQ", 210),
        ),
        EDITORS,
    ),
    DemoPerson(
        "carol",
        "Carol",
        "Mbeki",
        "globex.example",
        "demo-carol",
        "editor: globex only",
        (DemoSecret("ANTHROPIC_API_KEY", "anthropic", "sk-ant…Zk", 12), DemoSecret("CRM_TOKEN", "other", "crm…81", 77)),
        EDITORS,
    ),
    DemoPerson("vic", "Vic", "Adeyemi", "acme.example", None, "viewer: reads acme", (), ("runtime-viewers",)),
    DemoPerson(
        "audrey",
        "Audrey",
        "Moreau",
        "acme.example",
        None,
        "auditor: reads acme and all its history",
        (),
        ("runtime-auditors",),
    ),
    DemoPerson(
        "adam", "Adam", "Nowak", "acme.example", None, "admin: acme, its people and sessions", (), ("runtime-admins",)
    ),
    DemoPerson("dana", "Dana", "Reyes", "acme.example", None, "known as an owner only"),
    DemoPerson("emil", "Emil", "Sørensen", "acme.example", None, "known as an owner only"),
    DemoPerson("farid", "Farid", "Haddad", "acme.example", None, "known as an owner only"),
    DemoPerson("gita", "Gita", "Rao", "globex.example", None, "known as an owner only"),
)

CAPABILITIES = (
    ("sql-tools", "2.4.1", "Read-only SQL against the warehouse."),
    ("web-browse", "1.12.0", "Fetches and reads web pages."),
    ("pdf-reader", "0.9.2", "Text and tables out of PDF files."),
    ("charts", "3.0.1", "Draws charts as SVG."),
    ("example", "1.2.0", "The smallest capability there is, to copy from."),
    ("python-notebook", "5.1.0", "Runs Python cells and keeps their state."),
    ("vector-search", "2.0.0-rc.3", "Searches documents by meaning."),
    ("mail-send", "1.4.7", "Sends mail from the workspace's address."),
    ("calendar", "0.31.0", "Reads and books calendar entries."),
    ("translate", "4.2.2", "Translates between 40 languages; glossaries per workspace."),
    ("image-ocr", "1.0.9", "Text out of pictures."),
    ("git-tools", "2.8.0", "Clones, reads and proposes changes to repositories."),
)

ORGANIZATIONS = (
    DemoOrganization(
        "acme",
        "Acme",
        14400,
        ("alice", "bob", "dana", "emil", "farid", "vic", "audrey", "adam"),
        (("research", "Research"), ("production", "Production")),
        CAPABILITIES,
    ),
    DemoOrganization("globex", "Globex", None, ("carol", "gita"), (("main", "Main"),), CAPABILITIES[:6]),
)
