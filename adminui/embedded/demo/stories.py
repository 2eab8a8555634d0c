"""Runtimes made by hand: those that a first look meets, and those at the edges of what a config may hold."""

from typing import Any

from .cast import DemoRuntime, known_id

ANALYST_PROMPT = (
    "You are the analyst of the demand forecasting team at Acme Research.\n\n"
    "Answer with figures first and prose second. Every figure names its table, its filter and the time it was read. "
    "When two sources disagree, show both and say which one finance uses for the monthly close.\n\n"
    "Rules:\n"
    "1. Query the warehouse through sql-tools only. Read-only, at most 30 seconds and 200,000 rows a query; "
    "aggregate in SQL rather than here.\n"
    "2. Never forecast further than 13 weeks. Give the 80% interval, not only the mean.\n"
    "3. Personal data stays in the warehouse: no names, addresses or e-mail in an answer, not even in an example.\n"
    "4. If a question can't be answered from the data, say what is missing and who owns it. Don't guess.\n\n"
    "Tone: short sentences, no exclamation marks, SI units, ISO dates. "
    "Currency in EUR unless the question says otherwise."
)

ANALYST: dict[str, Any] = {
    "version": "v2",
    "build": {
        "profile": "default",
        "provider": "auto",
        "source": {"kind": "builtin", "ref": "runtime"},
    },
    "capabilities": [
        {"name": "sql-tools", "version": "2.4.1", "enabled": True},
        {"name": "web-browse", "version": "1.12.0", "enabled": True},
        {"name": "pdf-reader", "version": "0.9.2", "enabled": False},
    ],
    "defaults": {
        "agent": "planner",
        "capability": "sql-tools",
        "model": "openai/gpt-4.1-mini",
        "system_prompt": ANALYST_PROMPT,
    },
    "metadata": {"labels": {"team": "analysis", "cost-center": "R-4410", "tier": "gold"}},
    "resources": {"cpu_cores": 2, "memory_mb": 2048, "accelerator": {"kind": "none"}},
    "runtime_server": {
        "env": {
            "LOG_LEVEL": "info",
            "OTEL_EXPORTER_OTLP_ENDPOINT": (
                "https://otel-collector.observability.research.acme.example:4318/v1/traces?tenant=forecast-eu"
            ),
            "HTTP_IDLE_TIMEOUT": "75",
        }
    },
    "sandbox": {
        "exposed_ports": [8080, 9090],
        "timeout_seconds": 3600,
        "workspace_mount": True,
        "egress": {
            "allow": [
                "api.openai.com",
                "*.internal.acme.example",
                "10.20.0.0/16",
                "tcp://warehouse-replica-eu-central.research.acme.example:5432",
            ]
        },
        "idle_policy": "hibernate",
    },
    "secrets": {
        "secret_ids": [
            "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0",
            str(known_id("secret", "alice", "WAREHOUSE_DSN")),
            str(known_id("secret", "alice", "GITHUB_TOKEN")),
            # Whose it is nobody here can tell any more: it was there before alice owned the runtime.
            "77aa03c1-5d0e-4c8f-9a41-0be1f6c2d3e4",
        ]
    },
}

SCOUT: dict[str, Any] = {
    "capabilities": [{"name": "web-browse", "version": "1.12.0"}, {"name": "translate", "version": "4.2.0"}],
    "defaults": {"agent": "scout", "model": "anthropic/claude-sonnet-4", "system_prompt": ""},
    "metadata": {"labels": {"team": "market-watch", "region": "eu-west-1"}},
    "resources": {"cpu_cores": 4, "memory_mb": 8192},
    "runtime_server": {"env": {"LOG_LEVEL": "debug", "CRAWL_DELAY_MS": "1500", "REUTERS_AUTH": "Bearer rf_demo_00aQ"}},
    "sandbox": {"timeout_seconds": 7200, "egress": {"allow": ["*.reuters.example", "news.acme.example"]}},
    "secrets": {"secret_ids": [str(known_id("secret", "bob", "REUTERS_FEED_TOKEN"))]},
}

CERTIFICATE = (
    "-----BEGIN CERTIFICATE-----\n"
    + "\n".join("MIIBszCCAVmgAwIBAgIUQm94IERlbW8gQ0EgLSBub3QgYSByZWFsIGtleTAKBggq" for _ in range(12))
    + "\n-----END CERTIFICATE-----\n"
)

SUPPORT: dict[str, Any] = {
    "capabilities": [{"name": "mail-send"}, {"name": "calendar", "version": "0.31.0"}],
    "defaults": {"model": "openai/gpt-4.1", "system_prompt": "Sort each ticket.\n\n\tOne line a ticket.\n"},
    "metadata": {"labels": {"team": "care", "on-call": "yes"}},
    "runtime_server": {
        "env": {
            "CA_BUNDLE": CERTIFICATE,
            "ROUTES_JSON": '{\n  "billing": "queue-3",\n  "default": "queue-1"\n}',
            "SMTP_PASSWORD": "demo only, no real password",
            "GREETING": "\n  Dear customer,\n\n",
            "EMPTY": "",
        }
    },
    "sandbox": {"exposed_ports": [8080, 25]},
}

LOAD_TEST: dict[str, Any] = {
    "defaults": {"system_prompt": "Repeat after me. " * 1_500, "model": "local/" + "very-" * 40 + "long-model-name"},
    "metadata": {"labels": {"baseline-of": "load-test-06-" + "x" * 240, "note": "kept for the October run. " * 40}},
    "resources": {"cpu_cores": 32, "memory_mb": 131072},
    "runtime_server": {"env": {"TRACE_" + "SECTION_" * 20 + "FILTER": "|".join(f"span-{n:04}" for n in range(500))}},
    "sandbox": {"timeout_seconds": 14400, "exposed_ports": list(range(9000, 9040))},
}

TRANSLATOR: dict[str, Any] = {
    "capabilities": [{"name": "translate"}],
    "defaults": {
        "agent": "übersetzer",
        "system_prompt": "Übersetze ins Deutsche. 日本語も可。 Привет! 👩‍🔬 e\u0301 é עברית",
    },
    "metadata": {
        "labels": {"команда": "локализация", "チーム": "翻訳", "emoji": "🧪🚀", "größe": "mäßig", "rtl": "שלום"}
    },
    "runtime_server": {"env": {"LANG": "de_DE.UTF-8", "GREETING": "Grüß Gott\u00a0!"}},
}

NEWER: dict[str, Any] = {
    "schema_revision": 9007199254740993,
    "build": {"cache": {"mode": "shared", "keys": ["a", "b"]}, "source": {"pinned": None, "digest": "sha256:0f1e"}},
    "capabilities": [
        {"name": "charts", "version": "3.0.1", "options": {"theme": "dark", "dpi": 144.5}},
        {"name": "vector-search", "version": "2.0.0-rc.3", "enabled": False, "priority": -1},
    ],
    "defaults": {"temperature": 0.2, "fallback_models": ["openai/gpt-4.1", "mistral/large-2411"]},
    "metadata": {"labels": {"team": "platform"}, "annotations": {"a.b/c": [1, [2, [3, {"deep": True}]]]}},
    "resources": {"disk_gb": 40, "burst": {"cpu_cores": 8, "ratio": 1e-7}},
    "runtime_server": {"env": {"LOG_LEVEL": "info"}, "health": {"path": "/up", "interval_s": 15}},
    "sandbox": {
        "egress": {"allow": ["api.openai.com"], "log": True, "deny": ["*.ads.example"]},
        "idle_policy": "hibernate",
        "snapshots": [],
    },
    "secrets": {"secret_ids": [], "mounts": [{"path": "/run/secrets/a", "mode": 256}]},
    "observability": {"traces": {"sample": 0.05}, "empty": {}, "off": False, "nothing": None},
}

DOTTED: dict[str, Any] = {
    "metadata": {
        "labels": {
            "app.kubernetes.io/name": "forecast",
            "app.kubernetes.io/part-of": "planning",
            "a.b.c": "dots",
            "a": "no dots",
            '["quoted"]': "looks like a path",
            "0": "looks like a position",
            "with space": "  spaces around  ",
            "=": "an equals sign",
            "{{ team }}": "looks like a template",
            "<b>bold</b>": "looks like markup & more",
        }
    },
    "runtime_server": {"env": {"spring.datasource.url": "jdbc:postgresql://db/acme", "logging.level.root": "WARN"}},
}

TARGETS = ["api.openai.com", "10.0.0.0/8", "2001:db8::/32", "192.0.2.9", "tcp://db.acme.example:5432", "*.acme.example"]
TARGETS += [f"service-{number:02}.partner.example" for number in range(1, 45)]

LEGACY: dict[str, Any] = {
    "version": "v2",
    "resources": {"cpu_cores": "4", "memory_mb": 2048},
    "metadata": {"labels": {"imported": "yes", "windows": "first line\r\nsecond line", "old-mac": "first\rsecond"}},
    "runtime_server": {"env": {"RETRIES": 3}},
    "sandbox": {"egress": None, "timeout_seconds": 30},
}


def stories() -> tuple[DemoRuntime, ...]:
    """Those of acme/research; `minutes_old` puts `analyst` on top of the list."""
    hour, day = 60, 1440
    return (
        DemoRuntime(
            "analyst",
            "Analyst",
            "alice",
            "running",
            "demand-forecast",
            12,
            ANALYST,
            "Answers questions about demand from the warehouse.",
            stale=True,
        ),
        DemoRuntime(
            "churn-explorer", "Churn explorer", "alice", "running", "retention", hour, {"resources": {"cpu_cores": 8}}
        ),
        DemoRuntime("scout", "Scout", "bob", "paused", "market-watch", 3 * hour, SCOUT, "Watches the market's news."),
        DemoRuntime("invoice-reader", "Invoice reader", "dana", "running", "finance-ops", 5 * hour, SUPPORT),
        DemoRuntime(
            "weekly-digest",
            "Weekly digest",
            "alice",
            "idle",
            "demand-forecast",
            18 * hour,
            {"sandbox": {"egress": {"allow": []}}, "defaults": {"system_prompt": ""}},
        ),
        DemoRuntime(
            "load-test-07-long-prompts-with-tools-october-baseline",
            "Load test 07: long prompts with tools, kept for comparison with the October run",
            "bob",
            "idle",
            "platform-trials",
            30 * hour,
            LOAD_TEST,
            "Long values everywhere. " * 20,
        ),
        DemoRuntime("uebersetzer", "Übersetzer", "emil", "idle", "localisation", 2 * day, TRANSLATOR),
        DemoRuntime(
            "translator-trial", "Translator trial 翻訳 👩‍🔬", "alice", "idle", "localisation", 2 * day + 9, TRANSLATOR
        ),
        DemoRuntime("support-triage", "Support triage", "alice", "running", "care", 2 * day + 90, SUPPORT),
        DemoRuntime("planner-sandbox", "Planner sandbox", "farid", "paused", "platform-trials", 4 * day, {}),
        DemoRuntime(
            "newer-version", "Written by a newer version", "alice", "idle", "platform-trials", 4 * day + 33, NEWER
        ),
        DemoRuntime(
            "label-museum",
            "Label museum",
            "alice",
            "idle",
            None,
            5 * day,
            {"metadata": {"labels": {f"exhibit-{number:03}": f"room {number % 12}" for number in range(300)}}},
            "Three hundred labels.",
        ),
        DemoRuntime("dotted-keys", "Keys with dots in them", "alice", "idle", "platform-trials", 5 * day + 10, DOTTED),
        DemoRuntime(
            "egress-fifty",
            "Fifty targets",
            "alice",
            "paused",
            "platform-trials",
            5 * day + 20,
            {"sandbox": {"egress": {"allow": TARGETS}}},
        ),
        DemoRuntime("catalog-sync", "Catalog sync", "dana", "running", "market-watch", 6 * day, {}, stale=True),
        DemoRuntime(
            "notebook-helper",
            "Notebook helper",
            "alice",
            "idle",
            None,
            11 * day,
            {},
            "Everything as the platform has it by default.",
        ),
        DemoRuntime("prognoz-sprosa", "Прогноз спроса", "emil", "idle", "localisation", 22 * day, TRANSLATOR),
        DemoRuntime(
            "legacy-import",
            "Legacy import",
            "alice",
            "idle",
            "platform-trials",
            90 * day,
            LEGACY,
            "Stored before today's rules: a PUT of it as it is would be refused.",
            verbatim=True,
        ),
    )
