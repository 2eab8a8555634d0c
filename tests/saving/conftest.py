"""A platform that does as a test says, and an order to give it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.db import connection

from adminui.accounts.here import Who
from adminui.contract.document import Json, edit
from adminui.platform.address import RuntimeRef
from adminui.platform.answers import Stored
from adminui.platform.errors import PlatformError
from adminui.record import documents
from adminui.saving import drafts, forms
from adminui.saving.steps import Order, Trace
from tests.conftest import person

RUNTIME = UUID("0b6f2c1e-7a54-4c39-9f0e-2d1c5b7a8e90")
BASE: Json = {
    "version": "v2",
    "resources": {"cpu_cores": 2, "memory_mb": 2048, "accelerator": {"kind": "none"}},
    "runtime_server": {"env": {"LOG_LEVEL": "info"}},
}
MINE = edit(BASE, ("resources", "cpu_cores"), 4)
TRACE = Trace(request_id="request-1", ip="10.0.0.1", agent="pytest")


@dataclass
class FakePlatform:
    """Answers of a platform, scripted: each PUT and each GET takes the next of its list, the last one stays."""

    stored: Json = field(default_factory=lambda: BASE)
    on_put: list[PlatformError | Callable[["FakePlatform", Json], Stored]] = field(default_factory=list)
    on_get: list[PlatformError | None] = field(default_factory=list)
    puts: list[Json] = field(default_factory=list)
    gets: int = 0

    def answer(self) -> Stored:
        """What is stored now, as the API gives it."""
        return Stored(
            document=self.stored,
            text="",
            why_not=None,
            runtime_id=str(RUNTIME),
            config_digest=None,
            request_id="p",
            read_at=datetime.now(UTC),
        )

    async def config(self, token: str, ref: RuntimeRef) -> Stored:
        """A GET of the config."""
        self.gets += 1
        if self.on_get and (error := self.on_get.pop(0)) is not None:
            raise error
        return self.answer()

    async def replace_config(self, token: str, ref: RuntimeRef, document: Json) -> Stored:
        """A PUT of the config."""
        self.puts.append(document)
        if self.on_put:
            step = self.on_put.pop(0)
            if isinstance(step, PlatformError):
                raise step
            return step(self, document)
        self.stored = document
        return self.answer()


@pytest.fixture
def upstream(monkeypatch: pytest.MonkeyPatch) -> FakePlatform:
    """The platform that saving talks to in this test, and no waiting between looks."""
    fake = FakePlatform()
    monkeypatch.setattr("adminui.saving.send.platform", lambda: fake)
    monkeypatch.setattr("adminui.saving.reading.platform", lambda: fake)
    monkeypatch.setattr("adminui.saving.settle.PAUSES", (0.0,) * 5)
    monkeypatch.setattr("adminui.saving.settle.LONGEST", 0.01)
    return fake


@pytest.fixture
def alice(transactional_db: None) -> Who:
    """A person with a token, in a database whose commits are real."""
    assert not connection.in_atomic_block
    return Who(person=person("alice"), token="demo-alice", credential=uuid4())


def order(who: Who, document: Json = MINE, base: Json = BASE) -> Order:
    """An order for one new form, whose draft is kept as the editor keeps it."""
    digest = documents.keep(RUNTIME, base)
    form = forms.opened(who.person.platform_id, "acme", "research", RUNTIME, digest, datetime.now(UTC))
    revision = drafts.keep(form, [("resources.cpu_cores", "4")], changes=1, sections=["Resources"])
    return Order(form=form, revision=revision, base=base, document=document, origin="editor", reason="more")
