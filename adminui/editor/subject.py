"""What a page of one runtime is about: the runtime, who asks, and why they may not save."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpRequest
from django.urls import reverse

from adminui.accounts.here import Who
from adminui.accounts.may import Reason, why_not_save
from adminui.accounts.places import Place, is_loud, place
from adminui.accounts.upstream import platform
from adminui.accounts.witness import origin_of
from adminui.contract.answers import Organization, RuntimeItem
from adminui.contract.document import Json
from adminui.editor.form import ConfigForm, Facts
from adminui.editor.offers import NOTHING, Offers, spared
from adminui.platform.address import RuntimeRef
from adminui.platform.errors import Misaddressed, PlatformError, Unauthorized
from adminui.saving import drafts
from adminui.saving.drafts import BaseGone, Kept, Pairs
from adminui.saving.steps import Trace

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Subject:
    """One runtime as a page knows it. What a deployment doesn't answer is None, never a reason to fail."""

    ref: RuntimeRef
    item: RuntimeItem | None
    organization: Organization | None
    place: Place
    why_not: Reason | None
    offers: Offers = NOTHING

    @property
    def id(self) -> UUID:
        """The runtime's id."""
        return UUID(self.ref.runtime)

    @property
    def name(self) -> str:
        """The key people know it by, else its id."""
        return self.key

    @property
    def key(self) -> str:
        """What the command line calls it."""
        return self.item.key if self.item and self.item.key else self.ref.runtime

    @property
    def title(self) -> str:
        """Its display name."""
        return self.item.name if self.item and self.item.name else self.key

    @property
    def owner(self) -> str:
        """Who owns it, as far as it is known; "you" for the person's own."""
        if self.item is None:
            return ""
        return "you" if self.item.owned_by_me else self.item.created_by or ""

    @property
    def running(self) -> bool:
        """Whether a sandbox runs with the old config, as far as the platform says."""
        return self.item is not None and self.item.status == "running"

    @property
    def timeout_cap(self) -> int | None:
        """The organization's limit of the timeout in seconds, as far as it is known."""
        return self.organization.effective_max_sandbox_runtime_seconds if self.organization else None

    @property
    def _facts(self) -> Facts:
        level = self.organization.max_sandbox_runtime_source_level if self.organization else None
        own = self.why_not is None
        return Facts(self.timeout_cap, self.ref.org, self.offers, own=own, cap_is_platforms=level == "platform")

    def form_opened(self, document: Json, *, to_propose: bool = False) -> ConfigForm:
        """The form of a document of this runtime; of who may not save it to be read, or `to_propose` changes."""
        readonly = self.why_not.text if self.why_not and not to_propose else None
        return ConfigForm.opened(document, facts=self._facts, readonly=readonly)

    def form_typed(self, document: Json, values: Pairs) -> ConfigForm:
        """What was typed over a document of this runtime, as it was posted: what a button of that page acts on."""
        return ConfigForm.posted(document, values, facts=self._facts)

    def form_posted(self, document: Json, values: Pairs) -> ConfigForm:
        """What was typed over a document of this runtime, form and Raw in step."""
        return self.form_typed(document, values).in_step()

    def form_rebased(self, base: Json, document: Json) -> ConfigForm:
        """The form as if `document` had been typed over `base`."""
        return ConfigForm.rebased(base, document, facts=self._facts)

    def url(self, name: str, **more: object) -> str:
        """The address of one of this runtime's pages."""
        ref = self.ref
        return reverse(name, kwargs={"org": ref.org, "ws": ref.workspace, "runtime": ref.runtime, **more})


async def helper(call: Awaitable[Answer]) -> Answer | None:
    """The answer of an endpoint that the page can do without; only a dead token is passed on."""
    try:
        return await call
    except Unauthorized:
        raise
    except PlatformError:
        return None


async def subject(
    who: Who, org: str, ws: str, runtime: str, *, offering: Callable[[Who, str], Awaitable[Offers]] | None = None
) -> Subject:
    """Reads what a page of this runtime needs besides its config, side by side; with a form, what can be picked in it.

    Raises Unauthorized.
    """
    ref = RuntimeRef(org, ws, runtime)
    item, organization, where, offers = await asyncio.gather(
        helper(platform().runtime(who.token, ref)),
        spared(platform().organization(who.token, org)),
        spared(place(who, org, ws)),
        offering(who, org) if offering is not None else _nothing(),
    )
    where = replace(where or Place(org=org, workspace=ws, loud=is_loud(ws)), runtime=item)
    return Subject(ref, item, organization, where, why_not_save(who, item), offers)


async def _nothing() -> Offers:
    return NOTHING


def bare(org: str, ws: str, runtime: str) -> Subject:
    """A runtime of which nothing is asked, for parts of a page that is there already. Raises Misaddressed."""
    ref = RuntimeRef(org, ws, runtime)
    if not ref.is_uuid:
        raise Misaddressed("Only the runtime’s own id leads here.")
    return Subject(ref, None, None, Place(org=org, workspace=ws), None)


def form_id(text: str | None) -> UUID | None:
    """The form that an address or a hidden field names; None when it names none."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


async def kept_draft(form: UUID, who: Who, about: Subject) -> Kept | None:
    """This person's draft of one form on this runtime; None when there is none to go on with."""
    try:
        return await sync_to_async(drafts.load)(form, who.person.platform_id, about.id)
    except BaseGone:
        return None


def trace(request: HttpRequest) -> Trace:
    """Where a request came from, for the record."""
    origin = origin_of(request)
    return Trace(request_id=origin.request_id, ip=origin.ip, agent=origin.agent)
