"""The filters of ``GET /_mock/requests``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from synap_mock.domain.faults.schedule import topics_of
from synap_mock.domain.rules.index import RULES
from synap_mock.domain.values.quoting import quote
from synap_mock.domain.values.real_time import monotonic
from synap_mock.http.control.json import ControlRefused, is_about_all
from synap_mock.http.control.searching.search import Search

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from synap_mock.domain.history.exchange import Exchange, Logged
    from synap_mock.domain.history.newest import Numbered
    from synap_mock.domain.state import State

    Filter = Callable[[Numbered], bool]

FILTERS: Final = ("status", "route", "rule", "text", "since")
"""The query parameters that choose calls."""
_AT_ONCE: Final = 20
_MOMENT: Final = 0.05
"""Seconds."""
_STATUS: Final = re.compile("[1-5](?:[0-9]{2}|xx)|none")
_ROUTE: Final = re.compile(r"(?:[A-Z]+ )?/.*", re.DOTALL)
_NUMBER: Final = re.compile("[0-9]{1,18}")
_RULES: Final = frozenset(rule.id for rule in RULES)


def is_search(request: Request) -> bool:
    """Whether a request has a filter, or waits."""
    return any(name in request.query_params for name in (*FILTERS, "wait", "count"))


def search_calls(
    request: Request, state: State, before: int | None = None, keep: Filter = lambda _: True
) -> Search[Numbered]:
    """The search that a request asks for.

    Args:
        request: the request.
        state: the world.
        before: only calls with a lower number; None: all.
        keep: whether a call is searched.

    Raises:
        ControlRefused: a filter has a value that it does not accept.
    """
    given = request.query_params
    filters: dict[str, Filter] = {}
    if "status" in given:
        filters["status"] = _status(given["status"])
    if "route" in given:
        filters["route"] = _route(given["route"])
    if "rule" in given:
        filters["rule"] = _rule(given["rule"])
    if "text" in given:
        filters["text"] = _text(given["text"], request.app.state.shown, state)
    if "since" in given and is_about_all(request):
        raise ControlRefused("since must be absent with all=1: calls are numbered in each world; give one with world=")
    since = given.get("since", "0")
    if not _NUMBER.fullmatch(since):
        raise ControlRefused(f"since must be the number of a call, and 0 for all, not {quote(since)}")

    def read(cursor: int) -> tuple[list[Numbered], int]:
        found = state.journal.after(max(cursor, int(since)), _AT_ONCE, before)
        return [item for item in found if keep(item)], found[-1].number if found else cursor

    def mismatches(item: Numbered) -> list[str]:
        return [name for name, matches in filters.items() if not matches(item)]

    return Search(state.feed, read, mismatches)


def _status(given: str) -> Filter:
    wanted = given.split(",")
    if not all(map(_STATUS.fullmatch, wanted)):
        raise ControlRefused(f"status must be a status, such as 400, 4xx, none or 400,5xx, not {quote(given)}")

    def matches(item: Numbered) -> bool:
        status = item.exchange.status
        return ("none" if status is None else str(status)) in wanted or f"{(status or 0) // 100}xx" in wanted

    return matches


def _route(given: str) -> Filter:
    if not _ROUTE.fullmatch(given):
        raise ControlRefused(f"route must be a path, with or without its method, not {quote(given)}")

    def matches(item: Numbered) -> bool:
        call = item.exchange
        pattern = (call.route or " ").partition(" ")[2]
        return given in topics_of(call.method, (call.path, pattern), usual=False) or given == call.route

    return matches


def _rule(given: str) -> Filter:
    if given not in _RULES:
        raise ControlRefused(f"no rule is named {quote(given)}; `synap-mock rules` lists them")
    return lambda item: any(refusal.rule.id == given for refusal in item.exchange.refusals)


def _text(given: str, shown: Shown, state: State) -> Filter:
    def matches(item: Numbered) -> bool:
        """As the control API shows the call: what is masked is not found."""
        call, body, answer = shown.logged(item, state)
        return any(given in text for text in (body, answer, call.path, call.query))

    return matches


class Shown:
    """Calls with keys and tokens masked, for a moment: many that wait look at the same call."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Exchange, Logged]] = {}
        self._since = 0.0

    def logged(self, item: Numbered, state: State) -> Logged:
        """The call as the control API shows it."""
        now = monotonic()
        if now - self._since > _MOMENT or len(self._kept) > _AT_ONCE:
            self._kept.clear()
            self._since = now
        known = self._kept.get(item.number)
        if known is not None and known[0] is item.exchange:
            return known[1]
        logged = item.exchange.logged(state.redactor, item.number)
        self._kept[item.number] = item.exchange, logged
        return logged
