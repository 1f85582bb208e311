"""Playing a scenario against the fake: what is seen of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from synap_contracts.clauses.judge import judge
from synap_contracts.clauses.network import trouble
from synap_contracts.client.bundled import reference
from synap_contracts.client.driver import Inside
from synap_contracts.client.host.service import Host
from synap_contracts.runs.replay import Trial
from synap_contracts.runs.scenario_runner import Player, random_of
from synap_contracts.scenarios.model import Call, Close, Scenario, one
from synap_contracts.scenarios.strategies import message
from synap_contracts.server.other_origin import bystander
from synap_contracts.server.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synap_contracts.scenarios.model import Step


class OneAnswer(reference.ReferenceClient):
    """Has one object for all its answers."""

    def __init__(self, base_url: str, api_key: str | None, timeout_s: float = 30.0) -> None:
        super().__init__(base_url, api_key, timeout_s)
        self.answer: dict[str, Any] = {}

    async def record_messages_batch(self, messages: Any) -> dict[str, Any]:
        """As the page has it, but for the object."""
        self.answer.update(await super().record_messages_batch(messages))
        return self.answer

    async def aclose(self) -> None:
        """Leave nothing behind."""
        self.answer.clear()


@pytest.fixture
def player(fake_url: str) -> Iterator[Callable[[Callable[..., Any]], Player]]:
    """Makes players of a client against the shared fake."""
    server = Server(fake_url)
    server.probe()
    players: list[Player] = []
    with bystander() as neighbour:

        def made(factory: Callable[..., Any]) -> Player:
            players.append(Player(server, lambda: Inside(Host(factory, "test")), neighbour, random_of(0), 5.0))
            return players[-1]

        yield made
        for each in players:
            each.stop()
    server.close()


@pytest.mark.parametrize(
    ("skips", "times", "struck"),
    [(0, 1, True), (0, 2, True), (0, None, True), (1, 1, False), (1, None, False)],
    ids=["at once", "twice", "for good", "at a second request", "from a second request on"],
)
def test_a_trouble_came_about_where_the_fake_used_it_up(
    skips: int,
    times: int | None,
    struck: bool,  # noqa: FBT001 - a parameter of the test
    player: Callable[..., Player],
) -> None:
    fault = trouble("SERVER-ERROR", "ServerError", "the server answered 500", times=times, status=500)
    later = one(message(0), trouble=type(fault)(fault.clause, fault.fault, fault.named, skips=skips))
    (seen,) = player(reference.make).play(later).calls
    assert seen.struck is struck


@pytest.mark.parametrize(
    ("steps", "by"),
    [((Call((message(0),)), Call((message(1),))), 1), ((Call((message(0),)), Close()), None)],
    ids=["the next call", "closing"],
)
def test_an_answer_that_changes_is_told_with_what_changed_it(
    steps: tuple[Step, ...], by: int | None, player: Callable[..., Player]
) -> None:
    observation = player(OneAnswer).play(Scenario(steps))
    assert [(each.call, each.by) for each in observation.altered] == [(0, by)]
    assert [each.clause for each in judge(observation)] == ["RES-CALLS"]


def test_what_the_reference_client_refuses_alone_too_is_no_fault_of_the_servers(player: Callable[..., Player]) -> None:
    class Refuses(reference.ReferenceClient):
        async def record_messages_batch(self, messages: Any) -> dict[str, Any]:
            raise reference.InvalidInputError(f"no {type(messages).__name__} today")

    twice = Scenario((Call((message(0),)), Call((message(0),))))
    trial = Trial(player(reference.make), player(lambda base_url, api_key: Refuses(base_url, api_key, 5.0)), 1.0)
    assert trial._servers("RES-CALLS", twice, times=1) is None  # noqa: SLF001 - the one place that decides it
    assert trial._servers("ACCEPT", twice, times=1) is not None  # noqa: SLF001 - as above


def test_a_refusal_of_wide_input_twice_breaks_nothing(player: Callable[..., Player]) -> None:
    wide = Call((message(0, content="\ud800"),))
    assert judge(player(reference.make).play(Scenario((wide, wide)), fresh=True)) == []


class KeepsQuiet(reference.ReferenceClient):
    """Calls nobody after a 429 until Retry-After has passed."""

    until = 0.0

    async def record_messages_batch(self, messages: Any) -> dict[str, Any]:
        """As the page has it, but for that."""
        if time.monotonic() < self.until:
            raise reference.RateLimitError("rate limited: Synap asked for quiet")
        try:
            return await super().record_messages_batch(messages)
        except reference.RateLimitError:
            self.until = time.monotonic() + 1
            raise


def test_a_client_that_keeps_quiet_for_retry_after_is_waited_for(player: Callable[..., Player]) -> None:
    limited = trouble("RATE-LIMIT", "RateLimited", "the server answered 429", retry_after=1)
    scenario = Scenario((Call((message(0),), trouble=limited), Call((message(1),))))
    assert judge(player(lambda base_url, api_key: KeepsQuiet(base_url, api_key, 5.0)).play(scenario)) == []
