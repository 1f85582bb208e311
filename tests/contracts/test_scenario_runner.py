"""Running a scenario against the fake: what is observed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from synap_contracts.clauses.connection import NET_TIMEOUT
from synap_contracts.clauses.judge import judge
from synap_contracts.clauses.rows import ACCEPT, RES_CALLS
from synap_contracts.clauses.statuses import RATE_LIMIT, SERVER_ERROR
from synap_contracts.client.bundled import reference
from synap_contracts.client.host.service import Host
from synap_contracts.client.in_process import InProcess
from synap_contracts.client.spec import Spec
from synap_contracts.runs.replay import Replayer
from synap_contracts.runs.scenario_runner import ScenarioRunner, random_from
from synap_contracts.scenarios.messages import message
from synap_contracts.scenarios.model import Call, Close, Scenario, one
from synap_contracts.scenarios.troubles import trouble
from synap_contracts.server.other_origin import other_origin
from synap_contracts.server.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from synap_contracts.scenarios.model import Step


class OneAnswer(reference.ReferenceClient):
    """Returns the same object for all calls."""

    def __init__(self, base_url: str, api_key: str | None, timeout_s: float = 30.0) -> None:
        super().__init__(base_url, api_key, timeout_s)
        self.answer: dict[str, Any] = {}

    async def record_messages_batch(self, messages: Any) -> dict[str, Any]:
        """Record messages, and return the shared object."""
        self.answer.update(await super().record_messages_batch(messages))
        return self.answer

    async def aclose(self) -> None:
        """Clear the object."""
        self.answer.clear()


@pytest.fixture
def runner(fake_url: str) -> Iterator[Callable[[Callable[..., Any]], ScenarioRunner]]:
    """Creates runners for a client and the shared fake."""
    server = Server(fake_url)
    server.probe()
    runners: list[ScenarioRunner] = []
    with other_origin() as origin:

        def create(factory: Callable[..., Any]) -> ScenarioRunner:
            runners.append(
                ScenarioRunner(server, lambda: InProcess(Host(factory, "test")), origin, random_from(0), 5.0)
            )
            return runners[-1]

        yield create
        for each in runners:
            each.stop()
    server.close()


class WritesLate(reference.ReferenceClient):
    """Sends the first message of a batch, and the rest when it is closed."""

    def __init__(self, base_url: str, api_key: str | None, timeout_s: float = 30.0) -> None:
        super().__init__(base_url, api_key, timeout_s)
        self.rest: list[dict[str, Any]] = []

    async def record_messages_batch(self, messages: Any) -> dict[str, Any]:
        """Record the first message, and keep the others."""
        self.rest += messages[1:]
        return await super().record_messages_batch(messages[:1])

    async def aclose(self) -> None:
        """Record the others."""
        await super().record_messages_batch(self.rest)


def test_late_write_is_not_attributed_to_another_client(runner: Callable[..., ScenarioRunner]) -> None:
    late, other = runner(WritesLate), runner(reference.make)
    late.run(one(message(0), message(1)), fresh=True)
    time.sleep(0.1)  # its messages arrive while the other client runs
    late.driver.send("ping")
    assert judge(other.run(one(message(0)), fresh=True)) == []


def test_calls_after_one_that_waits_are_not_started(runner: Callable[..., ScenarioRunner]) -> None:
    silent = trouble(NET_TIMEOUT.id, "ReadTimeout", "no response arrived in time", times=None)
    client = runner(lambda base_url, api_key: reference.ReferenceClient(base_url, api_key, 30.0))
    observation = client.run(Scenario((Call((message(0),), trouble=silent), Call((message(1),)))))
    assert len(observation.calls) == 1
    assert judge(observation) == []


@pytest.mark.parametrize(
    ("skips", "times", "fault_hit"),
    [(0, 1, True), (0, 2, True), (0, None, True), (1, 1, False), (1, None, False)],
    ids=["at once", "twice", "for good", "at a second request", "from a second request on"],
)
def test_fault_hit_if_the_fake_used_it(
    skips: int,
    times: int | None,
    fault_hit: bool,  # noqa: FBT001 - a parameter of the test
    runner: Callable[..., ScenarioRunner],
) -> None:
    fault = trouble(SERVER_ERROR.id, "ServerError", "the server returned 500", times=times, status=500)
    later = one(message(0), trouble=type(fault)(fault.clause, fault.fault, fault.named, skips=skips))
    (call,) = runner(reference.make).run(later).calls
    assert call.fault_hit is fault_hit


@pytest.mark.parametrize(
    ("steps", "after"),
    [((Call((message(0),)), Call((message(1),))), 1), ((Call((message(0),)), Close()), None)],
    ids=["the next call", "closing"],
)
def test_altered_answer_is_reported_with_its_cause(
    steps: tuple[Step, ...], after: int | None, runner: Callable[..., ScenarioRunner]
) -> None:
    observation = runner(OneAnswer).run(Scenario(steps))
    assert [(each.call, each.after) for each in observation.altered] == [(0, after)]
    assert [each.clause for each in judge(observation)] == ["RES-CALLS"]


def test_reference_client_that_fails_alone_clears_the_server(runner: Callable[..., ScenarioRunner]) -> None:
    class Refuses(reference.ReferenceClient):
        async def record_messages_batch(self, messages: Any) -> dict[str, Any]:
            raise reference.InvalidInputError(f"no {type(messages).__name__} today")

    twice = Scenario((Call((message(0),)), Call((message(0),))))
    replayer = Replayer(runner(reference.make), runner(lambda base_url, api_key: Refuses(base_url, api_key, 5.0)), 100)
    assert replayer._server_failure(RES_CALLS.id, twice, times=1) is None  # noqa: SLF001 - the only place that decides it
    assert replayer._server_failure(ACCEPT.id, twice, times=1) is not None  # noqa: SLF001 - as above


def test_wide_input_may_be_rejected_twice(runner: Callable[..., ScenarioRunner]) -> None:
    wide = Call((message(0, content="\ud800"),))
    assert judge(runner(reference.make).run(Scenario((wide, wide)), fresh=True)) == []


class KeepsQuiet(reference.ReferenceClient):
    """Sends nothing after a 429 until Retry-After has elapsed."""

    until = 0.0

    async def record_messages_batch(self, messages: Any) -> dict[str, Any]:
        """Record messages, unless the client must wait."""
        if time.monotonic() < self.until:
            raise reference.RateLimitError("rate limited: Synap asked for quiet")
        try:
            return await super().record_messages_batch(messages)
        except reference.RateLimitError:
            self.until = time.monotonic() + 1
            raise


def test_kit_waits_until_retry_after_has_elapsed(runner: Callable[..., ScenarioRunner]) -> None:
    limited = trouble(RATE_LIMIT.id, "RateLimited", "the server returned 429", retry_after=1)
    scenario = Scenario((Call((message(0),), trouble=limited), Call((message(1),))))
    assert judge(runner(lambda base_url, api_key: KeepsQuiet(base_url, api_key, 5.0)).run(scenario)) == []


class Breaker(reference.ReferenceClient):
    """Sends nothing for a while after an error. All clients share the breaker."""

    closed_at: ClassVar = 0.0

    async def record_messages_batch(self, messages: Any) -> dict[str, Any]:
        """Record messages, unless the breaker is open."""
        if time.monotonic() < Breaker.closed_at:
            raise reference.NetworkError("the circuit is open")
        try:
            return await super().record_messages_batch(messages)
        except reference.SynapError:
            Breaker.closed_at = time.monotonic() + 0.2
            raise


def breaker(base_url: str, api_key: str | None) -> Breaker:
    return Breaker(base_url, api_key, 5.0)


def declared(base_url: str, api_key: str | None) -> Breaker:
    return breaker(base_url, api_key)


declared.recovers_s = 0.2  # type: ignore[attr-defined]  # functions accept attributes


@pytest.mark.parametrize("factory", [breaker, declared], ids=lambda factory: factory.__name__)
@pytest.mark.parametrize("later", [0, 1], ids=["in the scenario", "in the next one"])
def test_declared_breaker_has_time_to_recover(
    factory: Callable[..., Breaker], later: int, runner: Callable[..., ScenarioRunner]
) -> None:
    failed = trouble(SERVER_ERROR.id, "ServerError", "the server returned 503", status=503)
    steps = (Call((message(0),), trouble=failed), Call((message(1),)))
    scenarios = [Scenario(steps[:1]), Scenario(steps[1:])] if later else [Scenario(steps)]
    client = runner(factory)
    Breaker.closed_at = 0.0
    found = [each.clause for scenario in scenarios for each in judge(client.run(scenario, fresh=True))]
    assert found[:1] == ([] if factory is declared else ["ACCEPT"])


ENDS = """
import os
from synap_contracts.client.bundled import reference

class Client(reference.ReferenceClient):
    async def record_messages_batch(self, messages):
        if messages[0]["content"] == "end":
            os._exit(3)
        return await super().record_messages_batch(messages)

def make(base_url, api_key):
    return Client(base_url, api_key, 5.0)
"""


def test_run_goes_on_after_the_process_ended(fake_url: str, tmp_path: Path) -> None:
    (tmp_path / "ends.py").write_text(ENDS)
    spec = Spec("ends:make", (str(tmp_path),))
    server = Server(fake_url)
    server.probe()
    with other_origin() as origin:
        client = ScenarioRunner(server, spec.start, origin, random_from(0), 5.0)
        ended = client.run(one(message(0, content="end"), message(1)), fresh=True)
        found = judge(ended)
        assert judge(client.run(one(message(0)))) == []
        client.stop()
    server.close()
    assert [each.message for each in found] == ["nothing went wrong, but the client ended its process with status 3"]
