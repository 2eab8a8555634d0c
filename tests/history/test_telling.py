"""What is told of a refusal: nothing that may repeat a value of the environment."""

import pytest

from adminui.contract.document import Json
from adminui.history.telling import error_text


@pytest.mark.parametrize(
    ("loc", "told"),
    [
        (["body", "config", "resources", "cpu_cores"], "resources.cpu_cores hunter2"),
        (["runtime_server", "port"], "runtime_server.port hunter2"),
        (["body", "config", "runtime_server", "env", "A"], "runtime_server.env.A"),
        (["runtime_server", "env"], "runtime_server.env"),
        (["body", "config", "runtime_server"], "runtime_server"),
        (["body", "config"], "hunter2"),
    ],
)
def test_a_refusal_of_the_environment_or_what_holds_it_tells_only_where(loc: list[Json], told: str) -> None:
    assert error_text({"loc": loc, "msg": "hunter2"}) == told
