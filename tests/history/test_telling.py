"""What is told of a refusal: nothing that may repeat a value of the environment."""

import pytest

from adminui.contract.document import Json
from adminui.contract.phrases import Phrase
from adminui.history.telling import IN_RUNTIME, SHOWN, Part, Telling, changes, error_text
from adminui.history.telling import _later as later
from adminui.history.views.event import _shown


@pytest.mark.parametrize(
    ("loc", "told"),
    [
        (["body", "config", "resources", "cpu_cores"], "resources.cpu_cores hunter2"),
        (["runtime_server", "port"], "runtime_server.port hunter2"),
        (["body", "config", "runtime_server", "env", "A"], "runtime_server.env.A"),
        (["runtime_server", "env"], "runtime_server.env"),
        (["body", "config", "runtime_server"], "runtime_server"),
        (["body", "config"], "hunter2"),
        (["request", "runtime_server", "env", "A"], "request.runtime_server.env.A"),
        (["env", "A"], "env.A"),
        (["metadata", "labels", "env"], "metadata.labels.env hunter2"),
    ],
)
def test_a_refusal_of_the_environment_or_what_holds_it_tells_only_where(loc: list[Json], told: str) -> None:
    error: Json = {"loc": loc, "msg": "hunter2"}
    assert error_text({"loc": loc, "msg": "hunter2"}) == told
    assert ("hunter2" in _shown({"detail": "no", "errors": [error]})) == ("hunter2" in told)


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("23 Nov 17:33", "23 Nov 18:03", "18:03"),
        ("23 Nov 23:59", "24 Nov 00:01", "24 Nov 00:01"),
        ("then", "now", "now"),
    ],
)
def test_the_second_of_two_moments_has_a_day_only_when_it_is_another(since: str, until: str, said: str) -> None:
    assert later(since, until) == said


def test_a_page_of_the_runtime_leaves_its_name_out_wherever_it_stands() -> None:
    said = Telling((Part("alice", "b"), Part(" looked"), *IN_RUNTIME, Part(" twice")))
    assert said.title("scout") == said.within().title("scout") == "alice looked twice"


def test_a_verb_is_not_said_twice_in_a_row() -> None:
    said = [
        Phrase("add", "port", after="9229"),
        Phrase("add", "target", after="a.example"),
        Phrase("set", name="CPU cores", before="2", after="4"),
        Phrase("set", name="Memory (MB)", before="1", after="2"),
    ]

    def told(most: int, *, tried: bool = False) -> str:
        return "".join(part.text for part in changes(said[: min(most, SHOWN)], most, tried=tried))

    assert told(2) == "added port 9229 and target a.example"
    assert told(3) == "added port 9229, target a.example and set CPU cores 2 → 4"
    assert told(4, tried=True) == "add port 9229, target a.example, set CPU cores 2 → 4 and make 1 more change"
