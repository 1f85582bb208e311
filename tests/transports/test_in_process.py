"""The door inside this process: the vendor's hosts come to the fake, nothing else does."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest
import respx
from asking import BATCH
from respx.mocks import HTTPCoreMocker

from synap_mock import SynapMock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_mock import Server

PROD = "https://synap-cloud-prod.maximem.ai"
STAGING = "https://synap-cloud-staging.maximem.ai"


@pytest.mark.parametrize("host", [PROD, STAGING, PROD + ":8443", "http://synap-cloud-prod.maximem.ai"])
def test_the_vendors_hosts_are_served(fake: SynapMock, host: str) -> None:
    with fake.intercept():
        assert httpx.get(f"{host}/health").status_code == 200


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_async_clients_are_served_under_any_event_loop(fake: SynapMock, backend: str) -> None:
    async def ask() -> int:
        async with httpx.AsyncClient() as client:
            return (await client.get(f"{PROD}/health")).status_code

    with fake.intercept():
        assert anyio.run(ask, backend=backend) == 200


def test_it_gives_the_fake(fake: SynapMock) -> None:
    with fake.intercept() as given:
        assert given is fake


def test_other_hosts_pass(fake: SynapMock, server: Server) -> None:
    with SynapMock().intercept():
        httpx.get(f"{server.url}/v1/elsewhere", trust_env=False)
    assert [call.path for call in fake.unmodelled] == ["/v1/elsewhere"]


@respx.mock
def test_other_peoples_respx_routes_are_served_as_without_us(fake: SynapMock) -> None:
    respx.get("https://api.example/x").respond(201)
    with fake.intercept():
        assert httpx.get("https://api.example/x").status_code == 201


@respx.mock
def test_a_strict_respx_router_still_rejects_the_rest(fake: SynapMock) -> None:
    with fake.intercept(), pytest.raises(respx.models.AllMockedAssertionError):
        httpx.get("https://api.example/unmocked")


@respx.mock(assert_all_mocked=False)
def test_a_lenient_respx_router_does_not_take_the_vendors_calls(fake: SynapMock) -> None:
    with fake.intercept():
        assert httpx.get(f"{PROD}/api/v1/auth/whoami").status_code == 401


def test_the_apps_own_transports_are_left_alone(fake: SynapMock) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(418))
    with fake.intercept(), httpx.Client(transport=transport) as client:
        assert client.get(f"{PROD}/health").status_code == 418


def test_after_it_nobody_intercepts_who_did_not_before(fake: SynapMock) -> None:
    before = list(HTTPCoreMocker.routers)
    with fake.intercept():
        assert len(HTTPCoreMocker.routers) == len(before) + 1
    assert before == HTTPCoreMocker.routers


def test_after_the_last_one_httpcore_is_as_it_was() -> None:
    script = """
from httpcore import ConnectionPool
from synap_mock import SynapMock
before = ConnectionPool.handle_request
with SynapMock().intercept():
    assert ConnectionPool.handle_request is not before
assert ConnectionPool.handle_request is before
"""
    subprocess.run([sys.executable, "-P", "-c", script], check=True)


def test_nested_the_innermost_serves(fake: SynapMock) -> None:
    inner = SynapMock()
    with fake.intercept(), inner.intercept():
        httpx.get(f"{PROD}/v1/x")
    assert (len(fake.requests), len(inner.requests)) == (0, 1)


def test_one_intercept_is_entered_once(fake: SynapMock) -> None:
    door = fake.intercept()
    with door, pytest.raises(RuntimeError, match="active already"):
        door.__enter__()


def test_it_decorates_a_function(fake: SynapMock) -> None:
    @fake.intercept()
    def ask() -> int:
        return httpx.get(f"{PROD}/health").status_code

    assert [ask(), ask()] == [200, 200]


def test_it_decorates_a_coroutine_function(fake: SynapMock) -> None:
    @fake.intercept()
    async def ask() -> int:
        async with httpx.AsyncClient() as client:
            return (await client.get(f"{PROD}/health")).status_code

    assert anyio.run(ask) == 200


def test_it_decorates_the_tests_of_a_class(fake: SynapMock) -> None:
    @fake.intercept()
    class Tests:
        def test_asks(self) -> int:
            return httpx.get(f"{PROD}/health").status_code

    assert Tests().test_asks() == 200


def test_it_does_not_decorate_a_generator(fake: SynapMock) -> None:
    def fixture() -> Iterator[None]:
        yield

    with pytest.raises(TypeError, match="can't decorate a generator"):
        fake.intercept()(fixture)


def test_a_thread_is_served(fake: SynapMock, entry: dict[str, Any]) -> None:
    def record() -> None:
        httpx.post(PROD + BATCH, json={"messages": [entry]}, headers={"Authorization": f"Bearer {fake.api_key}"})

    with fake.intercept():
        thread = threading.Thread(target=record)
        thread.start()
        thread.join()
    assert len(fake.messages) == 1


def test_respx_does_not_keep_the_calls(fake: SynapMock) -> None:
    with fake.intercept() as _, httpx.Client() as client:
        for _ in range(3):
            client.get(f"{PROD}/health")
        assert sum(len(router.calls) for router in HTTPCoreMocker.routers) == 0


def test_nested_each_serves_the_hosts_that_it_was_given() -> None:
    outer, inner = SynapMock(hosts=["synap.example"]), SynapMock()
    with outer.intercept(), inner.intercept():
        assert httpx.get("https://synap.example/health").status_code == 200
        assert httpx.get(f"{PROD}/health").status_code == 200
