"""The platform's API, one method an endpoint; every method takes the token that it speaks with."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from adminui.contract.answers import Capability, Organization, RuntimeItem, Secret, User, Workspace
from adminui.contract.document import Json, wire
from adminui.platform import answers
from adminui.platform.address import RuntimeRef, path
from adminui.platform.answers import Stored
from adminui.platform.transport import Answer, Transport

MIB = 1024 * 1024
_LARGE = 128 * 1024

T = TypeVar("T")


@dataclass(frozen=True)
class RuntimePage:
    """Up to `limit` runtimes in the platform's order, and the cursor of those that follow; None when none do."""

    items: tuple[RuntimeItem, ...]
    next_cursor: str | None


class Platform:
    """
    One platform; made once a process, safe to use from many tasks and event loops.

    base_url: without "/api/v1"; ValueError when it is no http(s) address.
    deadline: seconds for a whole call; connect: seconds for a connection; max_body: bytes of an answer's body.
    verify: True for the system's certificate authorities, or a context that knows others. It can't be turned off.

    Every method raises adminui.platform.errors.PlatformError, its kinds, and nothing else for whatever the other side
    sends. Nothing is ever sent twice.
    """

    def __init__(
        self,
        base_url: str,
        *,
        deadline: float = 30,
        connect: float = 5,
        max_body: int = 4 * MIB,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        self._transport = Transport(base_url, deadline=deadline, connect=connect, max_body=max_body, verify=verify)

    async def user(self, token: str) -> User:
        """Who the token belongs to."""
        return answers.one(User, await self._get(token, path("user")))

    async def organizations(self, token: str) -> list[Organization]:
        return answers.many(Organization, await self._get(token, path("user", "organizations")), "organizations")

    async def organization(self, token: str, org: str) -> Organization:
        return answers.one(Organization, await self._get(token, path("org", org)))

    async def workspaces(self, token: str, org: str) -> list[Workspace]:
        return answers.many(Workspace, await self._get(token, path("org", org, "ws")), "workspaces")

    async def workspace(self, token: str, org: str, workspace: str) -> Workspace:
        return answers.one(Workspace, await self._get(token, path("org", org, "ws", workspace)))

    async def runtimes(
        self,
        token: str,
        org: str,
        workspace: str,
        *,
        limit: int = 50,
        cursor: str | None = None,
        states: Sequence[str] = (),
        project_id: str | None = None,
        mine: bool = False,
    ) -> RuntimePage:
        """One page of a workspace's runtimes. limit: 1 to 100; states: of idle, running, paused, none for all."""
        query = [("limit", str(limit))]
        if cursor is not None:
            query.append(("cursor", cursor))
        if states:
            query.append(("state", ",".join(states)))
        if project_id is not None:
            query.append(("project_id", project_id))
        if mine:
            query.append(("owner", "me"))
        found = await self._get(token, path("org", org, "ws", workspace, "runtimes"), query)
        items = answers.many(RuntimeItem, found, "items")
        return RuntimePage(tuple(items), answers.next_cursor(found))

    async def runtime(self, token: str, ref: RuntimeRef) -> RuntimeItem:
        return answers.one(RuntimeItem, await self._get(token, ref.path))

    async def secrets(self, token: str) -> list[Secret]:
        """The person's stored secrets, masked: values never pass through this API."""
        return answers.many(Secret, await self._get(token, path("user", "secrets")), "secrets")

    async def capabilities(self, token: str, org: str) -> list[Capability]:
        return answers.many(Capability, await self._get(token, path("org", org, "capabilities")), "items")

    async def config(self, token: str, ref: RuntimeRef) -> Stored:
        """What is stored now."""
        answer = await self._transport.exchange("GET", f"{ref.path}/config", token=token)
        return await _aside(answers.stored, answers.accepted(answer, token))

    async def replace_config(self, token: str, ref: RuntimeRef, document: Json) -> Stored:
        """
        One PUT of the whole document, sent once; gives what the platform says it stored.

        Refused and NotSent mean that nothing was stored; Unclear that nobody knows, so read it back. ValueError for a
        document that adminui.contract.document.read would not give.
        """
        body = wire({"config": document})
        answer = await self._transport.exchange("PUT", f"{ref.path}/config", token=token, body=body)
        return await _aside(answers.stored, answers.accepted(answer, token))

    async def aclose(self) -> None:
        """Closes the running event loop's connections; the client may be used again."""
        await self._transport.aclose()

    async def _get(self, token: str, where: str, query: Sequence[tuple[str, str]] = ()) -> answers.Read:
        answer = await self._transport.exchange("GET", where, token=token, query=query)
        return await _aside(answers.read, answers.accepted(answer, token))


async def _aside(parse: Callable[[Answer], T], answer: Answer) -> T:
    """Reads a large answer in a thread of its own: 4 MiB of JSON take seconds, and others want the event loop."""
    return parse(answer) if len(answer.body) <= _LARGE else await asyncio.to_thread(parse, answer)
