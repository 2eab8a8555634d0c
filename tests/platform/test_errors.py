"""Every status with and without the envelope, for a write and for a read; and what no error may hold."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adminui.platform import errors
from adminui.platform.address import RuntimeRef
from adminui.platform.client import Platform
from adminui.platform.errors import Foreign, PlatformError, Refused, ServerFailed, Unclear
from tests.platform import fault_server as fs
from tests.platform.fault_server import FaultServer

pytestmark = pytest.mark.anyio

TOKEN = "s3cret-token-of-alice"
REF = RuntimeRef("acme", "research", "analyst")
TABLE: dict[int, type[PlatformError]] = {
    400: errors.BadRequest,
    401: errors.Unauthorized,
    403: errors.Forbidden,
    404: errors.NotFound,
    409: errors.Conflict,
    418: errors.Refused,
    422: errors.Invalid,
    426: errors.UpgradeRequired,
    429: errors.RateLimited,
    500: errors.ServerFailed,
    502: errors.ServerFailed,
    503: errors.ServerFailed,
    504: errors.ServerFailed,
}


async def raised(platform: Platform, *, put: bool) -> PlatformError:
    with pytest.raises(PlatformError) as caught:
        await (platform.replace_config(TOKEN, REF, {}) if put else platform.config(TOKEN, REF))
    return caught.value


@pytest.mark.parametrize("put", [False, True], ids=["GET", "PUT"])
@pytest.mark.parametrize(("status", "kind"), TABLE.items())
async def test_each_status_with_the_envelope(
    faults: FaultServer, platform: Platform, status: int, kind: type[PlatformError], put: bool
) -> None:
    wrong = [{"loc": ["body", "config", "resources", "cpu_cores"], "msg": "too many", "type": "less_than_equal"}]
    faults.on("/config", fs.reply(status, fs.envelope(status, "Because of the moon", wrong)))
    error = await raised(platform, put=put)
    assert type(error) is kind
    assert error.status == status
    assert error.envelope is not None
    assert error.envelope.errors[0].msg == "too many"
    assert "Because of the moon" in error.sentence
    assert error.request_id == faults.seen[0].header("X-Request-ID")


@pytest.mark.parametrize("put", [False, True], ids=["GET", "PUT"])
@pytest.mark.parametrize("body", [b"", b"<h1>Bad Gateway</h1>", b'{"code": 4', b"[]", b'"no"', b"{}", b"\xff\xfe"])
@pytest.mark.parametrize("status", TABLE)
async def test_each_status_without_the_envelope(
    faults: FaultServer, platform: Platform, status: int, body: bytes, put: bool
) -> None:
    faults.on("/config", fs.reply(status, body, ("Content-Type", "text/html")))
    error = await raised(platform, put=put)
    assert type(error) is (ServerFailed if status >= 500 else Foreign)
    assert error.status == status
    assert error.envelope is None
    assert isinstance(error, Unclear)


async def test_the_answers_own_status_counts_not_the_envelopes_code(faults: FaultServer, platform: Platform) -> None:
    faults.on("/config", fs.reply(403, fs.envelope(200, "No")))
    assert type(await raised(platform, put=True)) is errors.Forbidden


async def test_a_list_of_errors_as_detail_is_an_envelope(faults: FaultServer, platform: Platform) -> None:
    wrong = [{"loc": ["body", "config"], "msg": "bad", "type": "x"}]
    faults.on("/config", fs.reply(422, {"detail": wrong}))
    error = await raised(platform, put=True)
    assert isinstance(error, errors.Invalid)
    assert error.envelope.errors[0].msg == "bad"
    assert error.sentence == "The platform found errors in what was sent."


@pytest.mark.parametrize("found", ["none", {"a": 1}, [None, 3, []], [{"loc": [[]], "msg": {}, "type": 7}] * 10_000])
async def test_errors_of_any_shape_stay_within_the_tree(faults: FaultServer, platform: Platform, found: object) -> None:
    faults.on("/config", fs.reply(422, fs.envelope(422, "no", found)))
    error = await raised(platform, put=True)
    assert isinstance(error, errors.Invalid)
    assert len(error.envelope.errors) <= 1000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>signed out</html>",
        b"[]",
        b"{}",
        b'{"config": null}',
        b'{"config": []}',
        b'{"config": "x"}',
        b'{"config": {}',
        b'{"config": ' + b'{"a":' * 2000 + b"1" + b"}" * 2000 + b"}",
        b"[" * 100_000,
        b'{"config": ' + b"1" * 10_000 + b"}",
        b"\xff\xfe{\x00}\x00",
    ],
)
@pytest.mark.parametrize("put", [False, True], ids=["GET", "PUT"])
async def test_a_200_that_is_not_the_apis_answer_is_foreign(
    faults: FaultServer, platform: Platform, body: bytes, put: bool
) -> None:
    faults.on("/config", fs.reply(200, body))
    error = await raised(platform, put=put)
    assert type(error) is Foreign
    assert error.status == 200


@pytest.mark.parametrize("status", [201, 202, 203, 204, 205, 206, 299])
async def test_another_2xx_is_foreign(faults: FaultServer, platform: Platform, status: int) -> None:
    faults.on("/config", fs.reply(status, b"" if status == 204 else {"config": {}}))
    error = await raised(platform, put=True)
    assert type(error) is Foreign
    assert error.status == status


def holds(value: object, secret: str) -> bool:
    """Whether a value's text, or anything that an exception carries along, holds the secret."""
    return secret in repr(value) or secret in str(value)


def behind(error: BaseException) -> Iterator[BaseException]:
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None:
            yield one
            waiting += [one.__cause__, one.__context__]


@pytest.mark.parametrize(
    "behaviour",
    [
        fs.cut(),
        fs.cut(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"),
        fs.raw(b"nonsense\r\n\r\n"),
        fs.reply(200, b"<html>"),
        fs.reply(200, {"config": TOKEN}),
        fs.reply(401, fs.envelope(401, f"Token {TOKEN} is unknown", [{"loc": [TOKEN], "msg": TOKEN, "type": TOKEN}])),
        fs.reply(500, f"Authorization: Bearer {TOKEN}".encode()),
        fs.reply(503, {"detail": {"headers": {"Authorization": f"Bearer {TOKEN}"}}}),
        fs.reply(302, b"", ("Location", f"/?token={TOKEN}")),
        fs.raw(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200_000 + b"\r\n\r\n"),
    ],
)
async def test_no_error_holds_the_token(faults: FaultServer, behaviour: fs.Behaviour) -> None:
    faults.on("/config", behaviour)
    error = await raised(Platform(faults.url), put=True)
    for one in behind(error):
        assert not holds(one, TOKEN)
        assert not holds(one.args, TOKEN)
        assert not holds(vars(one), TOKEN)
    assert error.__context__ is None
    assert error.__cause__ is None


async def test_an_unsent_call_holds_no_token_either() -> None:
    error = await raised(Platform("http://127.0.0.1:9"), put=True)
    assert list(behind(error)) == [error]
    assert not holds(vars(error), TOKEN)


def test_the_tree_is_the_one_drawn() -> None:
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, PlatformError)}
    drawing = (errors.__doc__ or "").split()
    assert {kind.__name__ for kind in kinds} <= set(drawing)
    assert {kind.__base__ for kind in kinds} == {Exception, PlatformError, errors.NotSent, Refused, Unclear}
