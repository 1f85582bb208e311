"""Every public method of the official SDK that sends HTTP returns what it should; what a release adds is named."""

from __future__ import annotations

import asyncio
import inspect
import re
from typing import TYPE_CHECKING, Any, Final

import pytest
from asking import ONE, in_process
from maximem_synap import MaximemSynapSDK
from maximem_synap.transport.endpoints import ENDPOINTS
from surface.case import Case, Sdk, plain
from surface.cases import BACKFILLED, CASES, SILENT, UNMODELLED
from surface.results import CLIENTS_FACT, CUSTOMERS_FACT, OTHER_CID, PREFERENCE, PROFILE
from surface.steps import FOR_PROMPT
from surface.table import page

from synap_mock.http.api import ROUTES, modelled_route

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from synap_mock import SynapMock

pytestmark = pytest.mark.synap(freeze="2026-11-23T12:00:00Z")
ARGUMENTS: Final[dict[str, dict[str, Any]]] = {
    "redeem": {"code": "CODE"},
    "estimate": {"metric_type": "memories", "units": 1},
}
"""What the credits methods require."""
VENDORS: Final = {f"{spec['method']} {spec['path']}" for spec in ENDPOINTS.values()}
"""The routes of the SDK's own table."""


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK keeps files under the home folder."""
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def sent(synap_mock: SynapMock) -> list[str]:
    """The routes that are sent, telemetry included; and the seeds of every case."""
    synap_mock.remember(PREFERENCE, user_id="ann", kind="preference")
    synap_mock.remember(CUSTOMERS_FACT, customer_id="acme")
    synap_mock.remember(CLIENTS_FACT)
    synap_mock.profile("ann", PROFILE)
    found: list[str] = []
    synap_mock.on_request(lambda request: found.append(modelled_route(request.method, request.path) or request.path))
    return found


def by_sdk(use: Callable[[Sdk], Awaitable[Any]], *, initialized: bool = True) -> Any:
    async def run() -> Any:
        sdk = MaximemSynapSDK()
        if initialized:
            await sdk.initialize()
        try:
            return await use(sdk)
        finally:
            await sdk.shutdown()

    return asyncio.run(run())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_method_sends_its_routes_and_returns_every_field(sent: list[str], case: Case) -> None:
    async def use(sdk: Sdk) -> tuple[Any, list[str]]:
        given = await case.before(sdk)
        sent.clear()
        returned = plain(await case.call(sdk, given))
        return returned, list(sent)

    returned, routes = by_sdk(use, initialized=case.method != "initialize")
    assert returned == case.expected
    assert sorted(routes) == sorted(case.routes)  # a unified fetch sends its routes side by side


def test_turns_of_another_process_are_read_back(synap_mock: SynapMock, sent: list[str]) -> None:
    """In the background, so that no method returns them; the SDK's archive has them afterwards."""
    message = {"conversation_id": OTHER_CID, "role": "user", "content": "hi", "user_id": "ann"}

    async def use(sdk: Sdk) -> int:
        other = in_process(synap_mock)
        other.post(ONE, json=message)
        other.post("/v1/conversations/compact", json={"conversation_id": OTHER_CID})  # else they are recent turns
        sent.clear()
        await sdk.conversation.context.get_context_for_prompt(OTHER_CID)
        for _ in range(200):
            await asyncio.sleep(0.005)
            if len(sent) > 1:
                break
        await asyncio.sleep(0.01)
        count: int = sdk._turn_store.count(OTHER_CID)  # noqa: SLF001 - it has no public face
        return count

    assert by_sdk(use) == 1
    assert sent[:2] == [FOR_PROMPT, BACKFILLED[0]]


# --- the table is complete ----------------------------------------------------------------------------------------


def methods(of: object, prefix: str = "") -> Iterator[str]:
    """The public methods of the SDK's object and of the objects that it has."""
    for name in dir(type(of)) + list(vars(of)):
        if name.startswith("_"):
            continue
        value = getattr(of, name)
        if inspect.ismethod(value):
            yield f"{prefix}{name}"
        elif type(value).__module__.startswith("maximem_synap") and type(value).__name__.endswith("Interface"):
            yield from methods(value, f"{prefix}{name}.")


@pytest.mark.usefixtures("synap_mock")
def test_every_public_method_of_the_sdk_is_in_the_table() -> None:
    listed = {case.method for case in CASES} | set(SILENT) | set(UNMODELLED.values())
    assert set(methods(MaximemSynapSDK())) == listed


def test_every_route_of_the_sdk_is_modelled_or_listed() -> None:
    modelled = {f"{route.method} {route.path}" for route in ROUTES}
    assert VENDORS - modelled - set(UNMODELLED) == set()


def test_every_modelled_route_of_the_sdk_is_sent_by_a_case() -> None:
    routes = {route for case in CASES for route in case.routes} | {BACKFILLED[0]}
    assert routes == VENDORS - set(UNMODELLED)


@pytest.mark.parametrize("method", UNMODELLED.values())
def test_an_unmodelled_method_sends_nothing(sent: list[str], method: str) -> None:
    """As long as the SDK raises before it sends; once a release sends, its routes are worth modelling."""

    async def use(sdk: Sdk) -> None:
        sent.clear()
        call = getattr(sdk.credits, method.removeprefix("credits."))
        given = ARGUMENTS.get(call.__name__, {})
        with pytest.raises(TypeError, match="auth_context"):
            await call(**given)
        assert sent == []

    by_sdk(use)


def test_a_new_route_of_a_release_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check itself: without it, a release's new route would go unnoticed."""
    monkeypatch.setattr(f"{__name__}.VENDORS", VENDORS | {"GET /v1/new"})
    with pytest.raises(AssertionError, match=re.escape("GET /v1/new")):
        test_every_route_of_the_sdk_is_modelled_or_listed()


def test_the_page_is_the_table(project_root: Path) -> None:
    """To regenerate it: ``python tests/surface/table.py > docs/generated/sdk-surface.md``."""
    assert (project_root / "docs" / "generated" / "sdk-surface.md").read_text(encoding="utf-8") == page()
