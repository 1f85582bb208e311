"""Calls that are almost a modelled route: the error about one names the route, or the methods, that would be."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from synap_mock.http.api import DATA_ROUTES

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIXES: Final = frozenset({"api", "v1"})
_ALIKE: Final = 0.8
"""`batches` and `batch` are 0.83 alike; of the vendor's other routes, the nearest are 0.73."""
_LONGEST: Final = 200


def near_miss(method: str, path: str) -> str | None:
    """The modelled route that a path which is not modelled resembles, as ``METHOD /path``; None: there is none.

    A path resembles a route if they differ in the prefix (``/v1``, ``/api/v1``), in slashes, in upper and lower case,
    in white space or in a letter or two of a segment. A modelled path with another method does not count: it may be
    a route of the vendor's that the fake does not model.
    """
    if len(path) > _LONGEST:
        return None
    segments = _segments(path)
    candidates: list[tuple[float, bool, str]] = []
    for known, methods in DATA_ROUTES.items():
        if _matches_exactly(known, path):
            return None
        likeness = _likeness(_segments(known), segments)
        if likeness:
            candidates += [(likeness, allowed == method, f"{allowed} {known}") for allowed in methods]
    return max(candidates)[2] if candidates else None


def other_methods(method: str, path: str) -> tuple[str, ...]:
    """The methods that the fake models on a path, unless it models this one there. HEAD is served wherever GET is."""
    known = path if path in DATA_ROUTES else next((each for each in DATA_ROUTES if _matches_exactly(each, path)), "")
    methods = {*DATA_ROUTES.get(known, ())}
    methods |= {"HEAD"} if "GET" in methods else set()
    return () if method in methods else tuple(sorted(methods))


def _segments(path: str) -> list[str]:
    found = [segment.strip().lower() for segment in path.split("/") if segment.strip()]
    while found and found[0] in _PREFIXES:
        del found[0]
    return found


def _likeness(known: list[str], sent: list[str]) -> float:
    """The mean likeness of the segments; 0 if one of them is another word. A parameter is like any segment."""
    if len(known) != len(sent):
        return 0.0
    scores = list(_scores(known, sent))
    return sum(scores) / len(scores) if min(scores, default=0.0) >= _ALIKE else 0.0


def _scores(known: list[str], sent: list[str]) -> Iterator[float]:
    for name, segment in zip(known, sent, strict=True):
        # A parameter counts a little less, so that "messages" is a literal before it is an ID.
        yield _ALIKE if name.startswith("{") else SequenceMatcher(None, name, segment).ratio()


def _matches_exactly(known: str, path: str) -> bool:
    expected, sent = known.split("/"), path.split("/")
    return len(expected) == len(sent) and all(
        name == segment or (name.startswith("{") and segment) for name, segment in zip(expected, sent, strict=True)
    )
