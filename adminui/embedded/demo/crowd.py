"""The many runtimes without a story of their own: made from words by a seeded dice, the same in every box."""

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Any

from .cast import CAPABILITIES, ORGANIZATIONS, PEOPLE, DemoRuntime

TOPICS = (
    "demand",
    "churn",
    "pricing",
    "invoice",
    "support",
    "fraud",
    "catalog",
    "logistics",
    "hiring",
    "energy",
    "fleet",
)
ROLES = ("analyst", "monitor", "digest", "tracker", "reviewer", "forecaster", "planner", "router", "checker", "writer")
MODELS = ("openai/gpt-4.1-mini", "openai/gpt-4.1", "anthropic/claude-sonnet-4", "mistral/large-2411", "local/qwen3-32b")
TEAMS = ("analysis", "care", "finance-ops", "growth", "localisation", "platform")
REGIONS = ("eu-central-1", "eu-west-1", "us-east-1", "ap-south-1")
STATUSES = ("running", "running", "idle", "idle", "idle", "paused")
PROJECTS = {
    ("acme", "research"): (
        "demand-forecast",
        "retention",
        "market-watch",
        "finance-ops",
        "platform-trials",
        "care",
        "localisation",
    ),
    ("acme", "production"): ("storefront", "care"),
    ("globex", "main"): ("crm",),
}
EGRESS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"egress": {"allow": []}},
    {"egress": {"allow": ["api.openai.com", "*.internal.acme.example"]}},
    {"egress": {"allow": ["10.20.0.0/16", "tcp://warehouse.acme.example:5432", "files.acme.example"]}},
    {"egress": {"allow": ["2001:db8:40::/48", "192.0.2.17", "*.githubusercontent.com", "github.com"]}},
)
VARIABLES = {
    "LOG_LEVEL": ("info", "debug", "warning"),
    "HTTP_IDLE_TIMEOUT": ("30", "75", "120"),
    "TZ": ("Europe/Berlin", "UTC", "America/New_York", "Asia/Kolkata"),
    "OTEL_EXPORTER_OTLP_ENDPOINT": ("https://otel-collector.observability.acme.example:4318/v1/traces",),
    "WORKER_COUNT": ("1", "2", "4", "8"),
    "FEATURE_FLAGS": ("streaming,citations", "", "citations"),
    "CACHE_DIR": ("/var/cache/runtime", "/tmp/cache"),  # noqa: S108 (a value of made-up data, no path of ours)
}
PROMPT = (
    "You are the {role} for {topic}.\n\n"
    "Answer in short sentences. Say where each figure comes from and when it was read.\n"
    "If something is missing, say what, and who would know."
)


def crowd() -> Iterator[tuple[str, str, DemoRuntime]]:
    """Each as (organization, workspace, runtime): 110 in acme/research, 12 in acme/production, 12 in globex/main."""
    for topic, role in product(TOPICS, ROLES):
        yield "acme", "research", one("acme", "research", topic, role)
    for topic, role in product(TOPICS[:4], ROLES[:3]):
        yield "acme", "production", one("acme", "production", topic, role)
    for topic, role in product(TOPICS[4:6], ROLES[4:]):
        yield "globex", "main", one("globex", "main", topic, role)


def one(org: str, workspace: str, topic: str, role: str) -> DemoRuntime:
    """The runtime of this topic and role."""
    dice = Random(f"{org}/{workspace}/{topic}/{role}")
    organization = next(one for one in ORGANIZATIONS if one.key == org)
    owner = dice.choice(organization.members)
    status = dice.choice(STATUSES)
    return DemoRuntime(
        key=f"{topic}-{role}",
        name=f"{topic.capitalize()} {role}",
        owner=owner,
        status=status,
        project=dice.choice((None, *PROJECTS[org, workspace])),
        minutes_old=dice.randint(9_000, 600_000),
        document=document(dice, owner, topic, role),
        description=dice.choice(("", f"Helps the people of {topic} as their {role}.")),
        stale=status != "idle" and dice.random() < 0.3,
    )


def document(dice: Random, owner: str, topic: str, role: str) -> dict[str, Any]:
    """A config as a person would have sent it: some of it left to the platform's defaults."""
    capabilities = [
        {"name": name, "enabled": dice.random() < 0.85, **({"version": version} if dice.random() < 0.7 else {})}
        for name, version, _ in dice.sample(CAPABILITIES[:6], dice.randint(0, 4))
    ]
    defaults: dict[str, Any] = {"model": dice.choice(MODELS)}
    if dice.random() < 0.6:
        defaults["system_prompt"] = PROMPT.format(role=role, topic=topic)
    if dice.random() < 0.5:
        defaults["agent"] = dice.choice(("planner", "worker", "critic"))
    if capabilities and dice.random() < 0.4:
        defaults["capability"] = capabilities[0]["name"]
    sandbox: dict[str, Any] = dict(dice.choice(EGRESS))
    if dice.random() < 0.6:
        sandbox["timeout_seconds"] = dice.choice((600, 900, 3600, 7200, 14400))
    sandbox["exposed_ports"] = dice.sample((3000, 5432, 8080, 8888, 9090, 9229), dice.choice((0, 0, 1, 2)))
    secrets = next(person.secrets for person in PEOPLE if person.username == owner)
    picked = dice.sample(secrets, dice.randint(0, min(3, len(secrets))))
    return {
        "capabilities": capabilities,
        "defaults": defaults,
        "metadata": {"labels": labels(dice)},
        "resources": {"cpu_cores": dice.choice((1, 2, 2, 4, 8)), "memory_mb": dice.choice((1024, 2048, 4096, 16384))},
        "runtime_server": {"env": variables(dice)},
        "sandbox": sandbox,
        "secrets": {"secret_ids": [str(secret.id_of(owner)) for secret in picked]},
    }


def labels(dice: Random) -> dict[str, str]:
    every = {
        "team": dice.choice(TEAMS),
        "region": dice.choice(REGIONS),
        "tier": dice.choice(("gold", "silver", "bronze")),
        "cost-center": f"R-{dice.randint(1000, 9999)}",
    }
    return {key: every[key] for key in dice.sample(list(every), dice.randint(1, 4))}


def variables(dice: Random) -> dict[str, str]:
    return {key: dice.choice(VARIABLES[key]) for key in dice.sample(list(VARIABLES), dice.randint(0, 4))}
