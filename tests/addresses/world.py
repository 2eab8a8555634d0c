"""What the rules speak of: people of every kind, a runtime; on demand a draft, a save, a way back from a provider."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.test import AsyncRequestFactory

from adminui.accounts import sessions
from adminui.accounts.models import Tokens
from adminui.accounts.roles import Role
from adminui.accounts.sessions import Proof
from adminui.accounts.store import SessionStore
from adminui.record.models import Event
from tests.accounts.conftest import begun
from tests.accounts.provider import FakeProvider, logout_claims, signed
from tests.conftest import Visitor, person
from tests.editor.conftest import CONFIG, Box, Page, opened


@dataclass
class World:
    """`visitor` is who asks next. What is there was made by alice, who owns the runtime, on the editor's pages."""

    box: Box
    provider: FakeProvider
    runtime: str
    visitor: Visitor = field(default_factory=Visitor)
    _alice: Visitor | None = None
    _page: Page | None = None
    _save: str | None = None

    @property
    def config(self) -> str:
        """The path of the editor."""
        return CONFIG.format(self.runtime)

    def alice(self) -> Visitor:
        """The owner, as an editor."""
        if self._alice is None:
            self._alice = as_role(self.box, "alice", Role.EDITOR)
        return self._alice

    def page(self) -> Page:
        """Her editor."""
        if self._page is None:
            self._page = opened(self.alice(), self.box)
        return self._page

    def person(self) -> str:
        """The id of somebody else's row."""
        return str(person("dave").id)

    def word(self) -> str:
        """The signed word of the form on it."""
        return self.page().value("form")

    def edited(self) -> dict[str, str]:
        """What the editor posts after one edit."""
        return {"do": "review", **self.page().values(), "resources.cpu_cores": "4"}

    def form(self) -> str:
        """The id of a draft with one edit."""
        return self.page().post({"resources.cpu_cores": "4"}).location.partition("form=")[2]

    def review(self) -> Page:
        """The review of one edit, in a form of its own."""
        cores = int(self.box.config("analyst")["resources"]["cpu_cores"])
        return opened(self.alice(), self.box).post({"resources.cpu_cores": str(cores % 32 + 1)}).follow()

    def saved(self) -> dict[str, str]:
        """What a review posts."""
        return {"do": "save", **self.review().values()}

    def moved(self) -> str:
        """The id of a draft with one edit, over a config that was changed elsewhere since."""
        form, document = self.form(), self.box.config("analyst")
        document["resources"]["memory_mb"] = 4096
        self.box.put("analyst", document)
        return form

    def merged(self) -> dict[str, str]:
        """What the page of that merge posts."""
        path = f"{self.config}merge/?form={self.moved()}"
        return Page(self.alice(), self.alice().get(path), path).values()

    def save(self) -> str:
        """The id of a save that is done."""
        if self._save is None:
            self._save = self.review().post(do="save").location.rstrip("/").rpartition("/")[2]
        return self._save

    def event(self) -> str:
        """The id of the event by which that save was stored."""
        return str(Event.objects.filter(save_id=self.save()).exclude(after="").latest("seq").id)

    def workspace_event(self) -> str:
        """The id of an event that is about the workspace."""
        who = as_role(self.box, "alice", Role.AUDITOR)
        assert who.post("/org/acme/ws/research/history/export/", {"kind": "csv"}).status_code == 200
        return str(Event.objects.filter(chain="acme", workspace="research", runtime=None).latest("seq").id)

    def back_from_provider(self) -> str:
        """The query with which the asking browser comes back from the provider, where alice signed in."""
        return "?" + self.provider.sends_back(begun(self.visitor), "alice").partition("?")[2]

    def signed_out_at_provider(self) -> str:
        """A logout token of a session that nobody has here."""
        return signed(logout_claims(self.provider, sid="nobody's"))


def as_role(box: Box, name: str, role: Role) -> Visitor:
    """Somebody with that person's token of the box, signed in by the provider with one role."""
    visitor, request = Visitor(), AsyncRequestFactory().get("/")
    request.session = SessionStore()
    who = person(name, platform_id=box.user(name)["id"])
    sessions.begin(request, who, Proof(Tokens(f"demo-{name}"), way="sso", roles=[role]))
    request.session.save()
    visitor.client.cookies[settings.SESSION_COOKIE_NAME] = str(request.session.session_key)
    return visitor


VISITORS: dict[str, Callable[[Box], Visitor]] = {
    "anonymous": lambda box: Visitor(),
    "tenant": lambda box: as_role(box, "carol", Role.EDITOR),
    **{role: lambda box, role=role: as_role(box, "alice", role) for role in Role},  # type: ignore[misc]
}
