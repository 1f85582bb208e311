"""The parts of a run as JSON, for `report merge`: what a job stores, without loss, and without executable content."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from dataclasses import MISSING, fields, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from synap_contracts.clauses.catalogue import BY_ID
from synap_contracts.clauses.clause import Clause
from synap_contracts.client.protocol import Ended, Hello, Hung, Raised, Returned
from synap_contracts.observation.observed import AlteredAnswer, Observation, ObservedCall, ObservedStep
from synap_contracts.observation.violation import Violation
from synap_contracts.runs.exercise import Exercise
from synap_contracts.runs.jobs.job import LaneResult, Prelude
from synap_contracts.runs.known import KnownFailures
from synap_contracts.runs.result import ClauseResult, Counterexample, KnownFailure
from synap_contracts.runs.tally import Tally
from synap_contracts.scenarios.model import Scenario
from synap_contracts.scenarios.serialization import from_json, to_json
from synap_contracts.server.server import UNKNOWN, Key, Recorded, Request

if TYPE_CHECKING:
    from collections.abc import Callable

Json: TypeAlias = Any

_CLASSES: Final = {
    each.__name__: each
    for each in (
        *(AlteredAnswer, ClauseResult, Counterexample, Ended, Exercise, Hello, Hung, Key, KnownFailure, LaneResult),
        *(Observation, ObservedCall, ObservedStep, Prelude, Raised, Recorded, Request, Returned, Tally, Violation),
    )
}
_LEFT_OUT: Final = {Observation: "scenario", ObservedCall: "call"}
"""What the scenario of a counterexample has already. A call must be the scenario's own object."""


def encode(value: Any) -> Json:  # noqa: ANN401 - any value of a part
    """Return a value as JSON. An object with one key that begins with `$` stands for a value that JSON lacks.

    Raises:
        TypeError: The value does not belong to a part.
    """
    match value:
        case float() if not math.isfinite(value):
            return {"$float": repr(value)}
        case None | bool() | int() | float() | str():
            return value
        case list() | tuple() | frozenset() | set() | dict():
            return _encode_container(value)
    return _encode_object(value)


def _encode_container(value: Any) -> Json:  # noqa: ANN401 - a list, tuple, set or dict
    name = type(value).__name__
    match value:
        case list():
            return [encode(each) for each in value]
        case Counter() | defaultdict():
            return {f"${name}": {str(key): encode(each) for key, each in value.items()}}
        case dict() if all(isinstance(key, str) and not key.startswith("$") for key in value):
            return {key: encode(each) for key, each in value.items()}
        case dict():
            return {"$dict": [[encode(key), encode(each)] for key, each in value.items()]}
    return {f"${name}": [encode(each) for each in _ordered(value)]}


def _encode_object(value: Any) -> Json:  # noqa: ANN401 - any other value
    name = type(value).__name__
    match value:
        case dt.datetime():
            return {"$time": value.isoformat()}
        case Clause():
            return {"$clause": value.id}
        case Scenario():
            return {"$scenario": to_json(value)}
        case KnownFailures():
            return {"$KnownFailures": [encode(value.found), encode(value.confirmed)]}
        case _ if value is UNKNOWN:
            return {"$unknown": None}
        case _ if name in _CLASSES:
            return {f"${name}": _fields(value)}
    raise TypeError(f"{name} does not belong to a part of a run")


def _ordered(value: Any) -> Any:  # noqa: ANN401 - a tuple or a set
    return value if isinstance(value, tuple) else sorted(value)


def _fields(value: Any) -> dict[str, Json]:  # noqa: ANN401 - one of the dataclasses above
    left_out = _LEFT_OUT.get(type(value))
    return {
        each.name: encode(getattr(value, each.name))
        for each in fields(value)
        if each.name != left_out and (each.default is MISSING or getattr(value, each.name) != each.default)
    }


def decode(value: Json) -> Any:  # noqa: ANN401 - the value that was encoded
    """Return the value that `encode` wrote.

    Raises:
        ValueError: The JSON is not what `encode` writes.
    """
    match value:
        case list():
            return [decode(each) for each in value]
        case dict() if len(value) == 1 and next(iter(value)).startswith("$"):
            ((tag, inner),) = value.items()
            try:
                return _tagged(tag[1:], inner)
            except (KeyError, TypeError, AttributeError, IndexError) as error:
                raise ValueError(f"{tag} is damaged: {error}") from error
        case dict():
            return {key: decode(each) for key, each in value.items()}
    return value


def _tagged(tag: str, inner: Json) -> Any:  # noqa: ANN401 - as above
    if tag in _DECODERS:
        return _DECODERS[tag](inner)
    attributes = {key: decode(each) for key, each in inner.items()}
    if tag in {"Observation", "ObservedCall"}:
        return attributes  # `_example` makes the object
    return _example(**attributes) if tag == "Counterexample" else _CLASSES[tag](**attributes)


def _known(inner: Json) -> KnownFailures:
    known = KnownFailures()
    known.found, known.confirmed = map(decode, inner)
    return known


_DECODERS: Final[dict[str, Callable[[Json], Any]]] = {
    "float": float,
    "tuple": lambda inner: tuple(map(decode, inner)),
    "set": lambda inner: set(map(decode, inner)),
    "frozenset": lambda inner: frozenset(map(decode, inner)),
    "Counter": Counter,
    "defaultdict": lambda inner: defaultdict(list, decode(inner)),
    "dict": lambda inner: {decode(key): decode(each) for key, each in inner},
    "time": dt.datetime.fromisoformat,
    "clause": BY_ID.__getitem__,
    "scenario": from_json,
    "unknown": lambda _: UNKNOWN,
    "KnownFailures": _known,
}


def _example(scenario: Scenario, observation: dict[str, Any], **attributes: Any) -> Counterexample:  # noqa: ANN401 - fields
    calls = scenario.calls
    steps = tuple(
        replace(step, calls=tuple(ObservedCall(call=calls[each["number"]], **each) for each in step.calls))
        for step in observation.pop("steps")
    )
    return Counterexample(scenario=scenario, observation=Observation(scenario, steps, **observation), **attributes)
