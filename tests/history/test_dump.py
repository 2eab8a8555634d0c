"""A dump of the whole database shows no value of a config, on SQLite and PostgreSQL: whatever was done with it."""

import secrets
from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from adminui.accounts import places
from adminui.history import access
from adminui.record.models import Document, Event
from tests.conftest import Visitor
from tests.custody.search import found
from tests.editor.conftest import CONFIG, Box, box_at, opened
from tests.history.test_pages import page

ENV = "runtime_server.env"


@pytest.fixture
def box(box_url: str, settings: Settings) -> Iterator[Box]:
    """The box, with the analyst's document put back after the test."""
    settings.PLATFORM_URL = box_url
    box = box_at(box_url)
    for cache in (access._cache, places._cache):
        cache.clear()
    yield box
    box.http.delete("/_faults")
    box.put("analyst", box.analyst)


def dump() -> dict[str, bytes]:
    """Every value of every table, as it lies there."""
    tables = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            values = [value for row in cursor.fetchall() for value in row]
            tables[table] = b"\n".join(
                bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in values
            )
    return tables


def test_a_dump_shows_nothing(transactional_db: None, box: Box) -> None:
    alice = Visitor()
    alice.sign_in("alice", platform_id=box.user("alice")["id"])
    values = {what: f"canary-{what}-{secrets.token_hex(8)}" for what in ("typed", "saved", "refused", "lost", "put")}

    def reviewed(what: str) -> object:
        changed = {f"{ENV}.0.value": values[what], "defaults.system_prompt": values[what] + " as a prompt"}
        return opened(alice, box).post(changed).follow()

    reviewed("typed")
    saved = opened(alice, box).post({f"{ENV}.0.value": values["saved"]}).follow()
    assert "Saved" in saved.post(do="save").follow().text
    for what, fault in (("refused", {"status": 422, "envelope": True}), ("lost", {"status": 504, "applied": True})):
        errors = [
            {"loc": ["body", "config", *ENV.split("."), "A"], "msg": f"{values[what]} is bad", "type": "value_error"}
        ]
        review = opened(alice, box).post({f"{ENV}.0.value": values[what]}).follow()
        box.fault(**fault, detail=f"No {values[what]}", errors=errors)
        review.post(do="save")
    document = box.config("analyst")
    document["runtime_server"]["env"]["NEW"] = values["put"]
    box.put("analyst", document)
    history = CONFIG.format(box.item("analyst")["id"]).replace("/config/", "/history/")
    access._cache.clear()
    page(alice, history)
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert kinds >= {"save.intent", "save.stored", "save.rejected", "save.unknown", "save.settled", "change.outside"}
    values |= {f"{name} of the demo": value for name, value in box.analyst["runtime_server"]["env"].items()}
    values["prompt of the demo"] = box.analyst["defaults"]["system_prompt"][:40]
    values = {what: value for what, value in values.items() if len(value) > 8}
    tables = dump()
    assert Document.objects.count() > 5
    assert b"save.stored" in tables["record_event"], "it is looked for where it would be"
    assert found(values, tables) == []
