"""Scenarios as JSON, for reports, saved examples and files of known failures."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from typing import Any, Final

from synap_contracts.scenarios.model import Call, Close, Json, Open, Revoke, Scenario, Step, Together, Trouble

_STEPS: Final = {"open": Open, "call": Call, "together": Together, "revoke": Revoke, "close": Close}


def to_json(scenario: Scenario) -> Json:
    """Return a scenario as JSON, without fields that have their default value."""
    return {**_non_defaults(scenario, exclude="steps"), "steps": [_step_to_json(step) for step in scenario.steps]}


def from_json(value: Json) -> Scenario:
    """Return the scenario that `to_json` wrote.

    Raises:
        ValueError: The value is not a scenario.
    """
    try:
        return Scenario(**{**value, "steps": tuple(_step_from_json(step) for step in value["steps"])})
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a scenario: {error}") from error


def dumps(scenario: Scenario) -> bytes:
    """Return a scenario as bytes. Equal scenarios have equal bytes."""
    return json.dumps(to_json(scenario), sort_keys=True).encode()


def replay_id(scenario: Scenario) -> str:
    """Return the ID of a scenario for `--replay`."""
    return hashlib.sha256(dumps(scenario)).hexdigest()[:10]


def _non_defaults(value: Any, *, exclude: str) -> dict[str, Json]:  # noqa: ANN401 - any of the dataclasses above
    return {
        f.name: getattr(value, f.name)
        for f in fields(value)
        if f.name != exclude and getattr(value, f.name) != f.default
    }


def _step_to_json(step: Step) -> Json:
    name = next(name for name, kind in _STEPS.items() if isinstance(step, kind))
    match step:
        case Together(calls, staggered):
            together = {"do": name, "calls": [_step_to_json(call) for call in calls]}
            return {**together, "staggered": True} if staggered else together
        case Call(trouble=Trouble() as trouble):
            return {"do": name, **_non_defaults(step, exclude="trouble"), "trouble": _non_defaults(trouble, exclude="")}
        case _:
            return {"do": name, **_non_defaults(step, exclude="")}


def _step_from_json(value: Json) -> Step:
    attributes = {**value}
    kind = _STEPS[attributes.pop("do")]
    if kind is Together:
        calls = tuple(call for call in map(_step_from_json, value["calls"]) if isinstance(call, Call))
        return Together(calls, staggered=value.get("staggered", False))
    if kind is Call:
        attributes["messages"] = tuple(attributes["messages"])
        attributes["refused"] = tuple(attributes.get("refused", ()))
        if attributes.get("trouble"):
            attributes["trouble"] = Trouble(**attributes["trouble"])
    step: Step = kind(**attributes)
    return step
