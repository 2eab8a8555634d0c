"""What a page of history is about: a workspace or a runtime of it, whose history the person may see."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from adminui.accounts.here import Who, page
from adminui.accounts.may import why_not
from adminui.accounts.places import Place, place
from adminui.accounts.roles import Deed
from adminui.contract.jsondiff import MASK
from adminui.history.access import Access, Runtime
from adminui.platform.errors import Forbidden
from adminui.record.index import Scope


@dataclass(frozen=True)
class Subject:
    """Where a page is, and for whom. `runtime` is None on the pages of a workspace."""

    request: HttpRequest
    who: Who
    access: Access
    scope: Scope
    place: Place
    runtime: Runtime | None = None

    @property
    def name(self) -> str:
        """What the page is about, as people call it."""
        return self.runtime.name if self.runtime else self.scope.workspace

    def url(self, name: str, **more: object) -> str:
        """The address of a page of the same runtime or workspace."""
        runtime = {"runtime": self.runtime.id} if self.runtime else {}
        return reverse(name, kwargs={"org": self.scope.chain, "ws": self.scope.workspace, **runtime, **more})

    @property
    def here(self) -> str:
        """The address of its history."""
        return self.url("runtime-history" if self.runtime else "workspace-history")

    def render(self, template: str, context: dict[str, object], status: int = 200) -> HttpResponse:
        """A page of this subject."""
        return page(
            self.request,
            template,
            {"subject": self, "mask": MASK, **context},
            status=status,
            who=self.who,
            place=self.place,
        )


async def subject(request: HttpRequest, who: Who, org: str, ws: str, runtime: str | None = None) -> Subject:
    """The subject, once the platform has said that the person may see its history; else raises the platform's error.

    `runtime` is a UUID; other spellings are redirected before (places.canonical).
    """
    if reason := why_not(who, Deed.HISTORY):
        raise Forbidden(reason.text, status=403)
    access = Access(who, org, ws)
    if runtime is None:
        _, where = await asyncio.gather(access.workspace(), place(who, org, ws))
        return Subject(request, who, access, Scope(org, ws), where)
    found = await access.runtime(UUID(runtime))
    where = await place(who, org, ws, found.item)
    return Subject(request, who, access, Scope(org, ws, found.id), where, found)
