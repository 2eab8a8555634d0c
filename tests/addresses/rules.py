"""What every address answers to whom: one line for each name in a urls.py. test_matrix.py holds the program to it.

A new address needs one line in RULES:

    "history": Rule(get=READERS),                      read by whoever can read the runtime, by GET and HEAD
    "people": Rule(get=ADMINS),                        read by admins
    "thing": Rule(get=READERS, post=SAVERS, data=…),   a form as well; `data` makes what is posted

An answer is six statuses, in the order of the columns: somebody who isn't signed in; somebody of another tenant, who
may edit there; and at the tenant four people with the token of the runtime's owner and one role each: viewer, editor,
auditor, admin. "in" is the way to the sign-in page. What has no line here (`post` left out, and every other method) is
to be refused with 405, which @require_safe, @require_POST and @require_http_methods over a view do. Somebody has to get
an answer that is a success (200 to 399, and not the way to the sign-in).

Names in an address (<org>, <save> …) are filled from NAMES, or from the rule's own `names`. `query` is what follows the
address, by GET and POST alike; `data` what is posted. All are made anew for each request, from the world that
test_matrix.py lays out (world.py).

test_forms.py demands a CSRF token of every form, but where `exempt` says why it has another proof; test_reads.py
demands that a GET changes nothing but the observations that it names, but where `acts` says why it has to.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from tests.addresses.world import World

Answer = int | Literal["in"]


class Answers(NamedTuple):
    """One method of one address."""

    anonymous: Answer
    tenant: Answer
    viewer: Answer
    editor: Answer
    auditor: Answer
    admin: Answer


COLUMNS = Answers._fields


@dataclass(frozen=True)
class Rule:
    """One address; see above."""

    get: Answers | None = None
    post: Answers | None = None
    query: Callable[[World], str] = lambda world: ""
    data: Callable[[World], Mapping[str, str]] = lambda world: {}
    names: Mapping[str, Callable[[World], str]] = field(default_factory=dict)
    exempt: str = ""
    acts: str = ""


ALL = Answers(200, 200, 200, 200, 200, 200)
SIGNED_IN = Answers("in", 200, 200, 200, 200, 200)
READERS = Answers("in", 403, 200, 200, 200, 200)
SAVERS = Answers("in", 403, 403, 302, 403, 302)
AUDITORS = Answers("in", 403, 403, 403, 200, 200)
ADMINS = Answers("in", 403, 403, 403, 403, 200)

NAMES: dict[str, Callable[[World], str]] = {
    "org": lambda world: "acme",
    "ws": lambda world: "research",
    "runtime": lambda world: world.runtime,
    "kind": lambda world: "json",
    "save": lambda world: world.save(),
    "event": lambda world: world.event(),
}

RULES: dict[str, Rule] = {
    "healthz": Rule(get=ALL),
    "readyz": Rule(get=ALL),
    "health": Rule(get=ADMINS),
    # accounts
    "signin": Rule(
        get=Answers(200, 302, 302, 302, 302, 302),
        post=Answers(302, 302, 302, 302, 302, 302),
        data=lambda world: {"token": "demo-alice"},
    ),
    "signin-back": Rule(
        get=Answers(302, 302, 302, 302, 302, 302),
        query=lambda world: world.back_from_provider(),
        acts="the provider's answer comes by GET; it is bound to the browser by its state, and taken once",
    ),
    "signout": Rule(post=Answers(302, 302, 302, 302, 302, 302)),
    "signout-by-provider": Rule(
        post=ALL,
        data=lambda world: {"logout_token": world.signed_out_at_provider()},
        exempt="no browser sends it: the provider does, and signs the token that it is about",
    ),
    "account": Rule(get=SIGNED_IN, post=Answers("in", 302, 302, 302, 302, 302)),
    "people": Rule(
        get=ADMINS, post=Answers("in", 403, 403, 403, 403, 302), data=lambda world: {"person": world.person()}
    ),
    "preferences": Rule(post=Answers("in", 302, 302, 302, 302, 302), data=lambda world: {"times": "local"}),
    # runtimes
    "home": Rule(get=SIGNED_IN, query=lambda world: "?all"),
    "org": Rule(get=READERS),
    "workspace-runtimes": Rule(get=READERS),
    # editor; what somebody typed is theirs, also where they may no longer read the config
    # what whoever may not save types is a proposal: a draft, whose review is a text to send
    "config": Rule(get=READERS, post=Answers("in", 403, 302, 302, 302, 302), data=lambda world: world.edited()),
    "config-check": Rule(post=Answers(401, 403, 200, 200, 200, 200), data=lambda world: world.edited()),
    "config-now": Rule(get=SIGNED_IN, query=lambda world: f"?word={world.word()}"),
    "config-drafts": Rule(get=SIGNED_IN, post=Answers("in", 302, 302, 302, 302, 302)),
    "config-export": Rule(get=READERS),
    "config-review": Rule(
        get=Answers("in", 302, 200, 200, 200, 200),
        post=Answers("in", 302, 403, 302, 403, 302),
        query=lambda world: f"?form={world.form()}",
        data=lambda world: world.saved(),
    ),
    "config-save": Rule(get=Answers("in", 404, 200, 200, 200, 200)),
    "config-merge": Rule(
        get=Answers("in", 302, 302, 200, 302, 200),
        post=Answers("in", 302, 302, 302, 302, 302),
        query=lambda world: f"?form={world.moved()}",
        data=lambda world: world.merged(),
    ),
    "config-restore": Rule(get=READERS, post=SAVERS, query=lambda world: "?state=before"),
    "config-undo": Rule(get=READERS, post=SAVERS),
    # history
    "site-history": Rule(get=ADMINS),
    "workspace-history": Rule(get=READERS),
    "workspace-history-export": Rule(post=AUDITORS, data=lambda world: {"kind": "csv"}),
    "workspace-event": Rule(get=READERS, names={"event": lambda world: world.workspace_event()}),
    "runtime-history": Rule(get=READERS),
    "history-export": Rule(post=AUDITORS, data=lambda world: {"kind": "ndjson"}),
    "history-compare": Rule(get=READERS),
    "history-path": Rule(get=READERS, query=lambda world: "?path=resources.cpu_cores"),
    "history-event": Rule(
        get=READERS,
        post=Answers("in", 403, 403, 200, 200, 200),
        data=lambda world: {"reveal": 'runtime_server.env["LOG_LEVEL"]'},
    ),
}
