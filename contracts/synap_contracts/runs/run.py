"""One run: a client, a server, the checks between them."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses.catalogue import BY_ID
from synap_contracts.client.process import Unusable
from synap_contracts.client.protocol import AdapterError
from synap_contracts.client.real_time import monotonic
from synap_contracts.client.spec import OWN, Spec, inside
from synap_contracts.observation.redaction import hidden
from synap_contracts.runs.check_runner import PROFILES, Plan, Runner
from synap_contracts.runs.known import Listed, found_of
from synap_contracts.runs.replay import Trial
from synap_contracts.runs.result import Run
from synap_contracts.runs.scenario_runner import Player, random_of
from synap_contracts.scenarios.saved import Kept
from synap_contracts.server.other_origin import bystander
from synap_contracts.server.server import Server, ServerError, own_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from synap_contracts.clauses.check import Depth
    from synap_contracts.client.driver import Driver
    from synap_contracts.scenarios.model import Scenario

_SHRINK_S: Final = {"quick": 5.0, "default": 20.0, "deep": 120.0}
_DEADLINE_S: Final = {"quick": 12.0, "default": 20.0, "deep": 60.0}


@dataclass(frozen=True)
class Order:
    """What the user asked for.

    Args:
        spec: The client.
        profile: How deep to search.
        seed: What the search begins with.
        clauses: Ids of what is asked; all where there are none.
        examples: How many a check draws; the profile's number where it is None.
        dialect: What the server speaks.
        url: A server elsewhere, or None to start one.
        api_key: A key that it takes.
        control_token: What its control face wants.
        folder: Where counterexamples are kept, or None.
        deadline_s: How long a call may take before it counts as hung; the profile's time where it is None.
        listed: Failures that are known.
    """

    spec: Spec
    profile: Depth = "default"
    seed: int = 0
    clauses: frozenset[str] = frozenset()
    examples: int | None = None
    dialect: str = "documented"
    url: str | None = None
    api_key: str | None = None
    control_token: str | None = None
    folder: Path | None = None
    deadline_s: float | None = None
    listed: Listed = field(default_factory=Listed)


def verify(
    order: Order,
    progress: Callable[[str, int, int], None] = lambda *_: None,
    replayed: Callable[[Kept], tuple[str, Scenario]] | None = None,
) -> Run:
    """Run the checks that were asked for.

    Args:
        order: What was asked for.
        progress: Told of each check as it begins.
        replayed: Gives the one scenario to play instead, with its clause.

    Raises:
        Unusable: There is no such client.
        AdapterError: Its adapter breaks again and again.
        ServerError: There is no such server.
    """
    with ExitStack() as stack:
        server = _server(order, stack)
        try:
            return _run(order, progress, replayed, server, stack)
        except (Unusable, AdapterError, ServerError) as error:
            # What an adapter's last words quote is told to anybody who reads the log.
            raise type(error)(hidden(str(error), frozenset(server.secrets))) from None


def _run(
    order: Order,
    progress: Callable[[str, int, int], None],
    replayed: Callable[[Kept], tuple[str, Scenario]] | None,
    server: Server,
    stack: ExitStack,
) -> Run:
    began = monotonic()
    neighbour = stack.enter_context(bystander())
    random = random_of(order.seed)
    deadline = order.deadline_s or _DEADLINE_S[order.profile]
    player = Player(server, order.spec.start, neighbour, random, deadline)
    control = Player(server, _reference, neighbour, random, deadline)
    stack.callback(player.stop)
    stack.callback(control.stop)
    hello = player.driver.hello
    kept = Kept(order.folder, order.spec.text)
    count, corner_s, drawn_s = PROFILES[order.profile]
    plan = Plan(
        order.profile,
        count if order.examples is None else order.examples,
        corner_s,
        drawn_s,
        order.seed,
        order.clauses or frozenset(BY_ID),
    )
    ledger = order.listed.ledger(hello.version, order.dialect)
    trial = Trial(player, control, _SHRINK_S[order.profile], ledger.judged)
    runner = Runner(player, trial, plan, kept, progress, ledger)
    if replayed is None:
        known = ledger.replayed(player, plan.clauses)
        results = ledger.settled(runner.run(), known)
    else:
        results = runner.replay(*replayed(kept))
    secrets = frozenset(server.secrets)
    return Run(
        spec=order.spec.text,
        name=hello.name,
        version=hello.version,
        server=server.url,
        dialect=order.dialect,
        profile=order.profile,
        seed=order.seed,
        folder=None if kept.folder is None else str(kept.folder),
        limits=tuple(limits(player.driver)),
        seconds=monotonic() - began,
        clauses=tuple(replace(each, message=hidden(each.message, secrets)) for each in results),
        shown=tuple(ledger.shown),
        found=found_of(ledger, order.dialect),
        secrets=secrets,
    )


def _reference() -> Driver:
    return inside(OWN["reference"], "reference")


def _server(order: Order, stack: ExitStack) -> Server:
    if order.url is None:
        return stack.enter_context(own_server(order.dialect))
    server = Server(order.url, order.api_key, order.control_token, dialect=order.dialect)
    stack.callback(server.close)
    server.probe()
    if order.api_key is None and "keys" not in server.means:
        raise ServerError(f"{order.url} makes no keys; name one that it takes with --api-key")
    if "truth" in server.means:
        was = server.control("GET", "/_mock/settings")["dialect"]
        if was != order.dialect:
            server.settings(dialect=order.dialect)
            stack.callback(server.settings, dialect=was)
    return server


def limits(driver: Driver) -> list[str]:
    """What the client declared that it can't do, or be told, in words."""
    hello = driver.hello
    found = [
        f"the client can't be told its {what}: its factory, or its adapter, takes no {name}"
        for name, what in (("timeout_s", "timeout"), ("retry", "waits"))
        if name not in hello.can
    ]
    if hello.integers is not None:
        found.append(f"the client keeps integers up to {hello.integers}; no greater ones are sent")
    if not hello.surrogates:
        found.append("the client takes no lone surrogates; none are sent")
    if not hello.concurrent:
        found.append("the client takes one call at a time")
    return found
