from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.embedded.box import plain, served_box

CONFIG = "/org/acme/ws/research/runtimes/analyst/config"


@pytest.fixture(scope="session")
def box_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served_box(tmp_path_factory.mktemp("box")) as url:
        yield url


@pytest.fixture
def api(box_url: str) -> Iterator[Callable[[str | None], httpx.Client]]:
    """Makes a client that calls the API with the token given; faults that a test left are gone after it."""
    clients: list[httpx.Client] = []

    def client(token: str | None) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        clients.append(plain(base_url=f"{box_url}/api/v1", headers=headers, timeout=10))
        return clients[-1]

    yield client
    with plain() as one:
        one.delete(f"{box_url}/api/v1/_faults")
    for one in clients:
        one.close()


@pytest.fixture
def alice(api: Callable[[str | None], httpx.Client]) -> httpx.Client:
    return api("demo-alice")


@pytest.fixture
def bob(api: Callable[[str | None], httpx.Client]) -> httpx.Client:
    return api("demo-bob")
