"""Running a scenario: its steps for the client and for the server's control API, and what is observed."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Final

from synap_contracts.client.driver import NORMAL_TIMEOUT_S, SHORT_TIMEOUT_S
from synap_contracts.client.protocol import AdapterError, Hung, Returned
from synap_contracts.client.real_time import monotonic, pause
from synap_contracts.observation.expected import REASON, canonical
from synap_contracts.observation.observed import Observation, ObservedStep
from synap_contracts.runs.faults import fault_hit, scheduled_fault
from synap_contracts.runs.state import (
    OpenClient,
    Recovery,
    RunState,
    StartedCall,
    has_id,
    may_have_failed_fast,
    observe,
)
from synap_contracts.scenarios.model import Call, Close, Names, Open, Revoke, Scenario, Together, calls_of
from synap_contracts.server.other_origin import unused_address
from synap_contracts.server.server import BATCH_ROUTE

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from synap_contracts.client.driver import Driver
    from synap_contracts.client.protocol import Outcome
    from synap_contracts.scenarios.model import Json, KeyKind, Place
    from synap_contracts.server.other_origin import OtherOrigin
    from synap_contracts.server.server import Recording, Request, Server

STAGGER_S: Final = 0.06
"""How much later each of several staggered responses is sent."""
_MAX_WAITS: Final = 4
"""How often a client may wait for the whole of Retry-After."""


class ScenarioRunner:
    """Runs scenarios with one client and one server.

    A scenario of only ordinary calls runs on a client that stays open. What such a client does can depend on earlier
    scenarios, so these are stored too.

    Args:
        server: The server.
        start: Starts the client's adapter.
        origin: Another origin.
        random: The source of conversation IDs.
        deadline_s: The time after which an ordinary call counts as hung.
        waiting: Surrounds each wait, so that other threads of the job can work meanwhile.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the last two have defaults
        self,
        server: Server,
        start: Callable[[], Driver],
        origin: OtherOrigin,
        random: Random,
        deadline_s: float = 20.0,
        waiting: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self.server = server
        self.start = start
        self.origin = origin
        self.random = random
        self.deadline_s = deadline_s
        self.waiting = waiting
        self.shared: dict[str, OpenClient] = {}
        """The clients that stay open."""
        self.hangs = False
        """Whether an ordinary call hung. Later calls get less time then."""
        self.history: list[Scenario] = []
        """All scenarios that ran on the clients that stay open, or that hung just now."""
        self.recovery = Recovery()
        self._driver: Driver | None = None
        self._handles = 0

    @property
    def driver(self) -> Driver:
        """The adapter, started when it is needed."""
        if self._driver is None:
            with self.waiting():
                self._driver = self.start()
            self._driver.waiting = self.waiting
        return self._driver

    def stop(self) -> None:
        """End the adapter. The next scenario starts another one."""
        if self._driver is not None:
            self.close_shared()
            self._driver.end()
            self._driver = None
        self.shared.clear()

    def close_shared(self) -> None:
        """Close the clients that stayed open."""
        for client in self.shared.values():
            if client.open:
                self.driver.close_later(client.handle)
        self.shared.clear()

    def run(self, scenario: Scenario, *, fresh: bool = False) -> Observation:
        """Run a scenario.

        Args:
            scenario: The scenario.
            fresh: Whether it must run on new clients.

        Raises:
            AdapterError: The adapter failed. Another one is started for the next scenario.
            ServerError: The server failed.
        """
        recovering = monotonic() < self.recovery.until
        observation = self._run_once(scenario, fresh=fresh)
        if recovering and any(map(may_have_failed_fast, observation.calls)):
            self._pause_until(self.recovery.until)
            observation = self._run_once(scenario, fresh=fresh)
        return observation

    def _pause_until(self, time: float) -> None:
        if (seconds := time - monotonic()) > 0:
            with self.waiting():
                pause(seconds)

    def _run_once(self, scenario: Scenario, *, fresh: bool) -> Observation:
        shared = scenario.plain and not fresh
        state = RunState(scenario, Names(self.random), self.shared if shared else {})
        self.server.reset()
        self.origin.clear()
        try:
            output = self._run_steps(state, shared=shared)
        except AdapterError:
            self.stop()
            raise
        if state.hung:
            self.stop()
        return Observation(
            scenario,
            tuple(state.steps),
            dialect=self.server.dialect,
            output=output,
            secrets=tuple(c.key.key for c in state.clients.values()) if scenario.listening else (),
            altered=tuple(state.altered),
            elsewhere=tuple(self.origin.received),
        )

    def _run_steps(self, state: RunState, *, shared: bool) -> tuple[str, ...]:
        """Run all steps, and return what the client logged and printed."""
        scenario = state.scenario
        if scenario.listening:
            self.driver.listen()
        if shared:
            if not self.shared:
                self.history.clear()
            self.history.append(scenario)
        for step in scenario.steps:
            if state.stuck:
                break  # its next call would wait behind the one that still waits
            self._run_step(state, step)
        if not shared:
            self._close_all(state)
        output = self.driver.stop_listening() if scenario.listening else ()
        if scenario.ending:
            with self.waiting():
                output += self.driver.end_gently()
            self.stop()
        return output

    def _close_all(self, state: RunState) -> None:
        for client in state.clients.values():
            if not client.open or state.hung:
                continue
            if state.scenario.listening:
                self._close(state, client)  # its output is searched as well
            else:
                self.driver.close_later(client.handle)

    def _close(self, state: RunState, client: OpenClient) -> None:
        outcome = self.driver.close(client.handle)
        state.note_altered(outcome, None)
        state.note(outcome)
        client.open = False

    def _run_step(self, state: RunState, step: object) -> None:
        match step:
            case Open(name, kind, place):
                state.clients[name] = self._new_client(state, name, kind, place)
            case Revoke(name):
                client = self._client(state, name)
                self.server.revoke(client.key)
                client.revoked = True
            case Close(name):
                client = self._client(state, name)
                if client.open:
                    self._close(state, client)
            case Call() | Together():
                self._run_calls(state, calls_of(step), staggered=isinstance(step, Together) and step.staggered)

    def _new_client(self, state: RunState, name: str, kind: KeyKind = "own", place: Place = "server") -> OpenClient:
        self._handles += 1
        troubles = [call.trouble for call in state.scenario.calls if call.client == name and call.trouble]
        return OpenClient(
            f"{name}{self._handles}",
            self.server.new_key(state.scenario.tenancy),
            kind,
            place,
            state.scenario.tenancy,
            short=any(trouble.short for trouble in troubles),
            patient=any(trouble.patient for trouble in troubles),
        )

    def _client(self, state: RunState, name: str) -> OpenClient:
        if name not in state.clients:
            state.clients[name] = self._new_client(state, name)
        return state.clients[name]

    def _open(self, state: RunState, client: OpenClient) -> Outcome:
        url = {"server": self.server.url, "bystander": self.origin.url}.get(client.place) or unused_address()
        outcome = self.driver.open(
            client.handle,
            url,
            client.given_key,
            timeout_s=SHORT_TIMEOUT_S if client.short else NORMAL_TIMEOUT_S,
            retry="own" if client.patient else "fast",
        )
        client.open = isinstance(outcome, Returned)
        state.note(outcome)
        return outcome

    def _run_calls(self, state: RunState, calls: tuple[Call, ...], *, staggered: bool) -> None:
        """Run the calls of a step concurrently."""
        before = state.recording
        prepared = [(call, *self._prepare(state, call)) for call in calls]
        staggered = staggered and self._schedule_delays(len(calls))
        started = [self._start(state, *each) for each in prepared]
        state.calls |= {each.request: state.number + n for n, each in enumerate(started) if each.request}
        outcomes = [each.outcome or self._wait(state, each) for each in started]
        requests, hit = self._end_faults(state, calls, staggered=staggered)
        submitted = [e["conversation_id"] for each in started for e in each.messages if has_id(e)]
        state.recording = self._recorded(state, submitted, started[0].client.key.key)
        observed = []
        for each, outcome in zip(started, outcomes, strict=True):
            call = replace(
                observe(state, each, outcome, requests, settable=self._timeout_settable(each.call)), fault_hit=hit
            )
            call = replace(call, quiet_s=self.recovery.quiet_s(call, self.driver.hello.recovers_s))
            state.note_altered(outcome, state.number)
            each.client.quiet_until = max(each.client.quiet_until, monotonic() + call.quiet_s)
            state.number += 1
            observed.append(call)
        state.steps.append(ObservedStep(tuple(observed), before, state.recording))

    def _recorded(self, state: RunState, submitted: list[str], key: str) -> Recording:
        """Return what is recorded under the keys of this scenario's clients, and in its conversations under any.

        A client can still write messages of earlier scenarios, or those of a client that the kit has closed.
        """
        instances = {client.key.instance_id for client in state.clients.values()}
        state.conversations |= {str(canonical(each)) for each in submitted}
        recording = self.server.recording(submitted, key)
        return {
            place: rows for place, rows in recording.items() if place[0] in instances or place[1] in state.conversations
        }

    def _schedule_delays(self, count: int) -> bool:
        """Delay the responses to earlier calls, so that they end in reverse order. Return whether the server can."""
        if "faults" not in self.server.capabilities:
            return False
        delays = [{"fault": "Latency", "seconds": STAGGER_S * n} for n in reversed(range(count))]
        self.server.schedule_fault({"sequence": delays})
        return True

    def _end_faults(
        self, state: RunState, calls: tuple[Call, ...], *, staggered: bool
    ) -> tuple[tuple[Request, ...], bool]:
        """Remove all faults. Return the requests since the last failure, and whether the failure occurred."""
        troubled = any(call.trouble for call in calls)
        scheduled = self.server.scheduled_faults() if troubled and not staggered else []
        if troubled or staggered:
            self.server.clear_faults()
        requests = self._new_requests(state) if troubled else ()
        return requests, staggered or fault_hit(calls, scheduled, requests)

    def _timeout_settable(self, call: Call) -> bool:
        return not (call.trouble and call.trouble.short) or "timeout_s" in self.driver.hello.can

    def _prepare(self, state: RunState, call: Call) -> tuple[OpenClient, tuple[Json, ...]]:
        """Return the client and the messages of a call, and tell the server which entries to reject."""
        messages = tuple(state.names.entry(entry) for entry in call.messages)
        client = self._client(state, call.client)
        for index in call.refused:
            entry = messages[index]
            where = {"conversation_id": entry["conversation_id"], "content": entry["content"]}
            self.server.reject(where, REASON, 1 if call.relents else None)
            state.rejected.add((entry["conversation_id"], entry["content"]))
        return client, messages

    def _start(self, state: RunState, call: Call, client: OpenClient, messages: tuple[Json, ...]) -> StartedCall:
        """Open the client if necessary, schedule the failure, and send the call."""
        recovered = self.recovery.until if state.steps else 0.0
        self._pause_until(max(client.quiet_until, recovered))
        if not client.open:
            outcome = self._open(state, client)
            if not isinstance(outcome, Returned):
                return StartedCall(call, client, messages, None, outcome)
        if call.trouble:
            fault = json.loads(json.dumps(call.trouble.fault).replace("$bystander", self.origin.url))
            self.server.schedule_fault(scheduled_fault({"route": BATCH_ROUTE, **fault}, call.trouble.skips))
        request = self.driver.call(client.handle, list(messages), given=call.given, loop=call.loop)
        return StartedCall(call, client, messages, request, None)

    def _wait(self, state: RunState, started: StartedCall) -> Outcome:
        assert started.request is not None  # noqa: S101 - otherwise it has an outcome
        outcome = self.driver.outcome(started.request, self._deadline(started.call))
        state.note(outcome)
        state.stuck |= isinstance(outcome, Hung) and started.call.trouble is not None
        self.hangs |= type(outcome) is Hung and started.call.trouble is None
        return outcome

    def _deadline(self, call: Call) -> float:
        """Return the time limit of a call. A client with a short timeout ends soon, however often it retries."""
        if call.trouble and call.trouble.patient:
            return self.deadline_s + _MAX_WAITS * float(call.trouble.fault.get("retry_after", 0))
        if not self._timeout_settable(call) or (call.trouble is None and self.hangs):
            return self.deadline_s / 4
        return self.deadline_s / 2 if call.trouble and call.trouble.short else self.deadline_s

    def _new_requests(self, state: RunState) -> tuple[Request, ...]:
        requests = self.server.requests()
        new, state.requests = requests[state.requests :], len(requests)
        return new


def random_from(seed: int | str) -> Random:
    """Return the source of a lane's conversation IDs."""
    return Random(seed)  # noqa: S311 - IDs, not secrets
