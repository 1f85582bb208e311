"""What a test schedules: faults, rejections, responses of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synap_mock.domain.faults.canned import canned_response
from synap_mock.domain.faults.fault import NOTHING
from synap_mock.domain.faults.rejections import Rejection
from synap_mock.domain.faults.schedule import ScheduledFault, reachable, script
from synap_mock.domain.redaction.errors import masked_errors
from synap_mock.http.api import modelled_route

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synap_mock.domain.faults.fault import Fault
    from synap_mock.domain.faults.matching import FaultWhere
    from synap_mock.domain.faults.rejections import Where
    from synap_mock.domain.state import State
    from synap_mock.transports.server import Server


class Scheduling:
    """The part of `SynapMock` that schedules."""

    __slots__ = ()

    _state: State
    _servers: list[Server]

    def redact(self, text: str) -> str:
        """`text` with every key and token of this fake masked, and what has the form of the vendor's keys. For logs."""
        return self._state.redact(text)

    @masked_errors
    def fail(
        self,
        fault: Fault,
        *,
        times: int | None = 1,
        after_commit: bool = False,
        route: str | None = None,
        where: FaultWhere | None = None,
    ) -> None:
        """Let the next calls fail; several faults apply in the order in which they were scheduled.

        Args:
            fault: the fault, such as ``ServerError(503)``.
            times: how many calls; None: every one until the reset.
            after_commit: the call is carried out first, then its response fails; `messages` has what was recorded.
            route: which calls: ``"METHOD /path"`` or ``"/path"``; None: those that an application makes,
                so that the requests that an SDK makes when it starts don't use up the fault.
            where: which of these: values that an entry of the call must have (``{"user_id": "u1"}``), or a predicate on
                the request.

        Raises:
            TypeError: an argument of the wrong type.
            ValueError: an argument out of its range; a call that can't arrive, after the commit or behind a port.
        """
        if fault is None:
            raise TypeError("fault must be a fault, such as ServerError(503), not None; fail_sequence takes None")
        self._arm([ScheduledFault(fault, times, after_commit, route, where)])

    @masked_errors
    def fail_sequence(
        self,
        faults: Sequence[Fault | None],
        *,
        after_commit: bool = False,
        route: str | None = None,
        where: FaultWhere | None = None,
    ) -> None:
        """Let the next calls fail one after the other, each in its own way; None lets a call succeed.

        Args:
            faults: the script.
            after_commit: as in `fail`.
            route: as in `fail`.
            where: as in `fail`.

        Raises:
            TypeError, ValueError: as in `fail`.
        """
        self._arm(script(faults, after_commit=after_commit, route=route, where=where))

    @masked_errors
    def reject(self, where: Where, *, error: str = "rejected by the test", times: int | None = 1) -> None:
        """Reject matching entries with code ``REJECTED``, and not the rest of their batch.

        Args:
            where: an index in the batch, a conversation id, values that an entry must have (``{"role": "user"}``), or a
                predicate on the entry, a dict.
            error: the reason that the client receives.
            times: in how many batches; None: in every one until the reset.

        Raises:
            TypeError: an argument of the wrong type.
            ValueError: an argument out of its range.
        """
        self._state.rejections.add(Rejection(where, error, times))

    @masked_errors
    def answer(  # noqa: PLR0913 - what an answer has
        self,
        method: str,
        path: str,
        *,
        json: Any = NOTHING,  # noqa: ANN401 - any JSON value, or a function
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        times: int | None = None,
        where: FaultWhere | None = None,
        override: bool = False,
        optional: bool = False,
    ) -> None:
        """Respond to the calls of a route; of several answers that apply, the newest responds.

        A route that is not modelled then counts as modelled, and requires a key.

        Args:
            method: such as ``"POST"``.
            path: such as ``"/v1/credits/balance"``; a segment ``{name}`` matches any.
            json: the body of the response, none by default; or a function that takes an `IncomingRequest` and returns
                the body or a `Respond`. If it raises, the call receives 500, `errors` has the exception with its lines,
                and the pytest fixture fails the test.
            status: of the response. The SDK accepts only 200.
            headers: of the response.
            times: how many calls; None: every one until the reset.
            where: which of these calls, as in `fail`.
            override: replace a route that is modelled, too.
            optional: a test that does not use it passes; by default the pytest fixture fails that test.

        Raises:
            TypeError: an argument of the wrong type.
            ValueError: an argument out of its range, or a route that is modelled, without `override`.
        """
        terms = {"times": times, "where": where, "override": override, "optional": optional}
        canned = canned_response(method, path, json=json, status=status, headers=headers or {}, **terms)
        modelled = modelled_route(method, path)
        if modelled and not override:
            raise ValueError(
                f"{modelled} is modelled; override=True replaces it, and fail(Respond(...), route=...) replaces "
                "single responses"
            )
        self._state.canned_responses.add(canned)

    def _arm(self, faults: Sequence[ScheduledFault]) -> None:
        if self._servers:
            for armed in faults:
                reachable(armed.fault)
        self._state.faults.add(*faults)
