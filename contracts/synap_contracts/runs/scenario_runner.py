"""Playing a scenario: steps to the client and to the server's control face, and what was seen meanwhile."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, Final

from synap_contracts.clauses.judge import REASON
from synap_contracts.client.driver import NORMAL_TIMEOUT_S, SHORT_TIMEOUT_S
from synap_contracts.client.protocol import AdapterError, Hung, Raised, Returned
from synap_contracts.client.real_time import monotonic, pause
from synap_contracts.observation.observed import Altered, CallSeen, Event, Observation
from synap_contracts.scenarios.model import (
    Call,
    Close,
    KeyKind,
    Names,
    Open,
    Place,
    Revoke,
    Scenario,
    Together,
    calls_of,
)
from synap_contracts.server.other_origin import nobody
from synap_contracts.server.server import BATCH, Key

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_contracts.client.driver import Driver
    from synap_contracts.client.protocol import Told
    from synap_contracts.server.other_origin import Bystander
    from synap_contracts.server.server import Request, Server, Truth

Json = Any

_ROUTE: Final = f"POST {BATCH}"
_RETRY_AFTERS: Final = 4
"""So many times a client may wait as long as it is told."""
_STAGGER_S: Final = 0.06
_UNKNOWN_KEY: Final = "synap_0nobody0issued0this0key0anywhere0"


@dataclass
class Client:
    """A client that is open, or shall be opened by its next call."""

    handle: str
    key: Key
    kind: KeyKind = "own"
    at: Place = "server"
    tenancy: str | None = None
    open: bool = False
    revoked: bool = False
    short: bool = False
    patient: bool = False
    quiet_until: float = 0.0
    """When the server wants to hear of it again: until then it may refuse by itself to call."""

    @property
    def sent_key(self) -> str | None:
        """The key that the client is given."""
        match self.kind:
            case "own":
                return self.key.key
            case "unknown":
                return _UNKNOWN_KEY
            case "missing":
                return None
            case "newline":
                return f"{self.key.key}\n"
            case "accented":
                return f"{self.key.key}é"


@dataclass
class _Run:
    """What one play keeps while it runs."""

    scenario: Scenario
    names: Names
    clients: dict[str, Client] = field(default_factory=dict)
    truth: Truth = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    requests: int = 0
    refused: set[tuple[str, str]] = field(default_factory=set)
    number: int = 0
    hung: bool = False
    asked: dict[int, int] = field(default_factory=dict)
    """The numbers of the calls, by those of their requests."""
    altered: list[Altered] = field(default_factory=list)

    def notices(self, told: Told, by: int | None) -> None:
        """Keep what is told of answers that changed."""
        if isinstance(told, Returned | Raised):
            self.altered += [Altered(self.asked.get(number), by, at) for number, at in told.altered]


class Player:
    """Plays scenarios against one client and one server.

    A scenario of nothing but ordinary calls is played on a client that stays open; what such a client does then may
    hang on what came before, so that is kept too.

    Args:
        server: The server.
        start: Starts the client's adapter.
        bystander: Another origin.
        random: Where conversation ids come from.
        deadline_s: How long an ordinary call may take before it counts as hung.
    """

    def __init__(
        self,
        server: Server,
        start: Callable[[], Driver],
        bystander: Bystander,
        random: Random,
        deadline_s: float = 20.0,
    ) -> None:
        self.server = server
        self.start = start
        self.bystander = bystander
        self.random = random
        self.deadline_s = deadline_s
        self.warm: dict[str, Client] = {}
        self.hangs = False
        """Whether a call hung that nothing stood in the way of: others are given less time then."""
        self.history: list[Scenario] = []
        """Everything that was played on the clients that are open, or hung just now."""
        self._driver: Driver | None = None
        self._handles = 0

    @property
    def driver(self) -> Driver:
        """The adapter, started when it is needed."""
        if self._driver is None:
            self._driver = self.start()
        return self._driver

    def stop(self) -> None:
        """End the adapter; the next scenario starts another."""
        if self._driver is not None:
            self.cool()
            self._driver.end()
            self._driver = None
        self.warm.clear()

    def cool(self) -> None:
        """Close the clients that stayed open."""
        for client in self.warm.values():
            if client.open:
                self.driver.leave(client.handle)
        self.warm.clear()

    def play(self, scenario: Scenario, *, fresh: bool = False) -> Observation:
        """Play a scenario.

        Args:
            scenario: What to play.
            fresh: Whether new clients are opened for it in any case.

        Raises:
            AdapterError: The adapter broke; another one is started for the next scenario.
            ServerError: The server does not do what it is there for.
        """
        warm = scenario.plain and not fresh
        run = _Run(scenario, Names(self.random), self.warm if warm else {})
        self.server.reset()
        self.bystander.clear()
        try:
            if scenario.listening:
                self.driver.listen()
            if warm:
                if not self.warm:
                    self.history.clear()
                self.history.append(scenario)
            for step in scenario.steps:
                self._step(run, step)
            if not warm:
                self._close_all(run)
            heard = self.driver.heard() if scenario.listening else ()
            if scenario.ending:
                heard += self.driver.farewell()
                self.stop()
        except AdapterError:
            self.stop()
            raise
        if run.hung:
            self.stop()
        return Observation(
            scenario,
            tuple(run.events),
            dialect=self.server.dialect,
            heard=heard,
            secrets=tuple(c.key.key for c in run.clients.values()) if scenario.listening else (),
            altered=tuple(run.altered),
            overheard=tuple(self.bystander.heard),
        )

    def _close_all(self, run: _Run) -> None:
        for client in run.clients.values():
            if not client.open or run.hung:
                continue
            if run.scenario.listening:
                run.notices(self.driver.close(client.handle), None)  # what it says then is listened to as well
            else:
                self.driver.leave(client.handle)

    def _step(self, run: _Run, step: object) -> None:
        match step:
            case Open(name, kind, at):
                run.clients[name] = self._client(run, name, kind, at)
            case Revoke(name):
                client = self._known(run, name)
                self.server.revoke(client.key)
                client.revoked = True
            case Close(name):
                client = self._known(run, name)
                if client.open:
                    run.notices(self.driver.close(client.handle), None)
                    client.open = False
            case Call() | Together():
                self._calls(run, calls_of(step), slow=isinstance(step, Together) and step.staggered)

    def _client(self, run: _Run, name: str, kind: KeyKind = "own", at: Place = "server") -> Client:
        self._handles += 1
        mine = [call for call in run.scenario.calls if call.client == name and call.trouble]
        return Client(
            f"{name}{self._handles}",
            self.server.new_key(run.scenario.tenancy),
            kind,
            at,
            run.scenario.tenancy,
            short=any(call.trouble.short for call in mine if call.trouble),
            patient=any(call.trouble.patient for call in mine if call.trouble),
        )

    def _known(self, run: _Run, name: str) -> Client:
        if name not in run.clients:
            run.clients[name] = self._client(run, name)
        return run.clients[name]

    def _opened(self, run: _Run, client: Client) -> Told:
        where = {"server": self.server.url, "bystander": self.bystander.url}.get(client.at) or nobody()
        told = self.driver.open(
            client.handle,
            where,
            client.sent_key,
            timeout_s=SHORT_TIMEOUT_S if client.short else NORMAL_TIMEOUT_S,
            retry="own" if client.patient else "fast",
        )
        client.open = isinstance(told, Returned)
        run.hung |= isinstance(told, Hung)
        return told

    def _calls(self, run: _Run, calls: tuple[Call, ...], *, slow: bool) -> None:
        before = run.truth
        prepared = [self._prepared(run, call) for call in calls]
        troubled = any(call.trouble for call in calls)
        slow = slow and "faults" in self.server.means
        if slow:
            latencies = [{"fault": "Latency", "seconds": _STAGGER_S * (len(calls) - n - 1)} for n in range(len(calls))]
            self.server.arm({"sequence": latencies})
        numbers = range(run.number, run.number + len(calls))
        under_way: list[tuple[Call, Client, tuple[Json, ...], Told | int]] = []
        for call, client, messages in prepared:
            under_way.append((call, client, messages, self._asked(run, call, client, messages)))
        run.asked |= {state: n for n, (*_, state) in zip(numbers, under_way, strict=True) if isinstance(state, int)}
        ended = [
            (call, client, messages, self._told(run, call, state), not isinstance(state, int))
            for call, client, messages, state in under_way
        ]
        armed = self.server.armed() if troubled and not slow else []
        if troubled or slow:
            self.server.disarm()
        requests = self._requests_since(run) if troubled else ()
        struck = slow or _struck(calls, armed, requests)
        asked = [e["conversation_id"] for _, _, messages in prepared for e in messages if _has_id(e)]
        run.truth = self.server.truth(asked, prepared[0][1].key.key)
        seen = tuple(
            CallSeen(
                run.number + n,
                call,
                messages,
                told,
                client.key,
                client.kind,
                client.at,
                revoked=client.revoked,
                opening=opening,
                requests=requests,
                tenancy=client.tenancy,
                refused=frozenset(n for n, entry in enumerate(messages) if _named(entry) in run.refused),
                settable=self._settable(call),
                struck=struck,
            )
            for n, (call, client, messages, told, opening) in enumerate(ended)
        )
        for n, (call, client, _, told, _) in zip(numbers, ended, strict=True):
            run.notices(told, n)
            if call.trouble and struck and isinstance(told, Raised):
                client.quiet_until = monotonic() + float(call.trouble.fault.get("retry_after", 0))
        run.number += len(calls)
        run.events.append(Event(seen, before, run.truth))

    def _settable(self, call: Call) -> bool:
        return not (call.trouble and call.trouble.short) or "timeout_s" in self.driver.hello.can

    def _prepared(self, run: _Run, call: Call) -> tuple[Call, Client, tuple[Json, ...]]:
        """The call with its entries as they are sent, and everything told to the server that it needs."""
        messages = tuple(run.names.entry(entry) for entry in call.messages)
        client = self._known(run, call.client)
        for index in call.refused:
            entry = messages[index]
            where = {"conversation_id": entry["conversation_id"], "content": entry["content"]}
            self.server.refuse(where, REASON, 1 if call.relents else None)
            run.refused.add((entry["conversation_id"], entry["content"]))
        return call, client, messages

    def _asked(self, run: _Run, call: Call, client: Client, messages: tuple[Json, ...]) -> Told | int:
        """The number of the request under way, or what the opening came to."""
        if not client.open:
            told = self._opened(run, client)
            if not isinstance(told, Returned):
                return told
        pause(max(0.0, client.quiet_until - monotonic()))
        if call.trouble:
            fault = json.loads(json.dumps(call.trouble.fault).replace("$bystander", self.bystander.url))
            passing = {"fault": "Latency", "seconds": 0, "times": call.trouble.skips, "route": _ROUTE}
            armed = {"route": _ROUTE, **fault}
            self.server.arm({"sequence": [passing, armed]} if call.trouble.skips else armed)
        return self.driver.ask("call", client=client.handle, messages=list(messages), given=call.given, loop=call.loop)

    def _told(self, run: _Run, call: Call, state: Told | int) -> Told:
        if not isinstance(state, int):
            return state
        told = self.driver.outcome(state, self._deadline(call))
        run.hung |= isinstance(told, Hung)
        self.hangs |= isinstance(told, Hung) and call.trouble is None
        return told

    def _deadline(self, call: Call) -> float:
        """How long a call may take: a client that was told a short timeout soon gives up, however often it tries."""
        if call.trouble and call.trouble.patient:
            return self.deadline_s + _RETRY_AFTERS * float(call.trouble.fault.get("retry_after", 0))
        if not self._settable(call):
            return self.deadline_s / 4
        if call.trouble is None and self.hangs:
            return self.deadline_s / 4
        return self.deadline_s / 2 if call.trouble and call.trouble.short else self.deadline_s

    def _requests_since(self, run: _Run) -> tuple[Request, ...]:
        requests = self.server.requests()
        new, run.requests = requests[run.requests :], len(requests)
        return new


def _struck(calls: tuple[Call, ...], armed: list[Json], requests: tuple[Request, ...]) -> bool:
    """Whether what was armed came about; where the server can't tell, it did.

    Args:
        calls: The calls of a step.
        armed: What was left of it when they had ended.
        requests: What they sent.
    """
    troubles = [call.trouble for call in calls if call.trouble]
    if len(troubles) != 1 or not armed:
        return True
    (trouble,) = troubles
    if len(armed) > 1:
        return False  # requests that were to pass before it did not come
    if armed[0].get("times") is not None:
        return bool(armed[0]["times"] != trouble.fault.get("times", 1))
    came = sum(request.path == BATCH for request in requests)
    silent = trouble.fault.get("fault") in {"ReadTimeout", "StalledBody"}  # what is never answered may be in no journal
    return silent or not 0 < came <= trouble.skips


def _named(entry: Json) -> tuple[Json, Json] | None:
    """What a refusal knows an entry by."""
    named = (entry.get("conversation_id"), entry.get("content")) if isinstance(entry, dict) else (None, None)
    return named if all(isinstance(each, str) for each in named) else None


def _has_id(entry: Json) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("conversation_id"), str)


def random_of(seed: int) -> Random:
    """Where a run's conversation ids come from."""
    return Random(seed)  # noqa: S311 - ids, no secrets
