"""Shrinking a counterexample: scenarios are data, so they are shrunk as data, within a time limit.

Hypothesis shrinks the choices that drew an example. Fixed scenarios, saved examples and the history of a client have no
such choices, so all counterexamples are shrunk here: the same rules for all. A budget of scenarios makes the result the
same on every machine; the time limit is for clients that take long.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from synap_contracts.client.protocol import is_tagged
from synap_contracts.client.real_time import monotonic
from synap_contracts.observation.expected import OPTIONAL_STRINGS
from synap_contracts.scenarios.model import Call, Scenario, Together, calls_of, one, reference_of
from synap_contracts.scenarios.serialization import dumps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synap_contracts.scenarios.model import Step

Json = Any

_EMPTY_ID: Final = 10
_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz")
_EARLIER: Final = 4
"""How many earlier calls are tried together with the one that fails."""
_SPELL_OUT: Final = 12
"""Up to this length, a text is also tried without each of its characters."""


def cost(scenario: Scenario) -> tuple[int, int, int, int, bytes]:
    """Return the size of a scenario: steps, messages, text, unusual characters.

    An empty ID counts as a long one: it is a different case, which names a cause only if no other ID fails.
    """
    text = dumps(scenario)
    entries = [entry for call in scenario.calls for entry in call.messages if isinstance(entry, dict)]
    empty = sum(entry.get(name) == "" for entry in entries for name in OPTIONAL_STRINGS)
    unusual = sum(c not in _PLAIN for call in scenario.calls for entry in call.messages for c in _text(entry))
    return len(scenario.steps), scenario.size, len(text) + _EMPTY_ID * empty, unusual, text


def _text(entry: Json) -> str:
    return str(entry.get("content")) if isinstance(entry, dict) else ""


def shrink(
    scenario: Scenario, fails: Callable[[Scenario], bool], seconds: float, spent: Callable[[], bool] = lambda: False
) -> Scenario:
    """Return the smallest scenario found in time that still fails.

    Args:
        scenario: A scenario that fails.
        fails: Returns whether a scenario fails in the same way.
        seconds: The time limit.
        spent: Returns whether the budget for running scenarios is spent.
    """
    until = monotonic() + seconds
    tried = {dumps(scenario)}

    def smaller(scenario: Scenario) -> Scenario | None:
        for candidate in chain.from_iterable(_passes(scenario)):
            text = dumps(candidate)
            if text in tried or cost(candidate) >= cost(scenario):
                continue
            if monotonic() > until or spent():
                return None
            tried.add(text)
            if fails(candidate):
                return candidate
        return None

    while monotonic() < until and not spent() and (found := smaller(scenario)) is not None:
        scenario = found
    return scenario


def parts(scenario: Scenario, call: int, indexes: tuple[int, ...]) -> Iterator[Scenario]:
    """Yield much smaller scenarios that are likely to fail: with one or two calls, and with few messages.

    Args:
        scenario: A scenario that fails.
        call: The number of the call that fails.
        indexes: The indexes of the messages that it fails with.
    """
    numbers = [(step, n) for n, step in enumerate(scenario.steps) for _ in calls_of(step)]
    if call >= len(numbers):
        return
    step, place = numbers[call]
    others = tuple(each for each in scenario.steps[:place] if not calls_of(each))
    earlier = [each for each in scenario.steps[:place] if calls_of(each)][-_EARLIER:]
    for steps in ((step,), *((each, step) for each in reversed(earlier))):
        for few in (*_few_messages(steps, indexes), steps):
            yield replace(scenario, steps=(*others, *few))


def _few_messages(steps: tuple[Step, ...], indexes: tuple[int, ...]) -> Iterator[tuple[Step, ...]]:
    """Yield the steps with only the first message, the first two, or the given ones with the first."""
    near = {index for each in indexes for index in (each - 1, each)}
    for kept in ({0}, {0, 1}, set(indexes), near, {0, *indexes}):
        if kept:
            yield tuple(_only(step, kept) if isinstance(step, Call) else step for step in steps)


def _only(call: Call, kept: set[int]) -> Call:
    places = [n for n in range(len(call.messages)) if n in kept] or [0]
    refused = tuple(number for number, n in enumerate(places) if n in call.refused)
    return replace(call, messages=tuple(call.messages[n] for n in places if call.messages), refused=refused)


def _passes(scenario: Scenario) -> Iterator[Iterator[Scenario]]:
    yield _fewer_steps(scenario)
    yield _fewer_messages(scenario)
    yield _fewer_in_equal_calls(scenario)
    yield _all_plain(scenario)
    yield _one_conversation(scenario)
    yield _simpler_calls(scenario)
    yield _simpler_messages(scenario)


def _without(items: tuple[Any, ...]) -> Iterator[tuple[int, int]]:
    """Yield ranges to remove, the longest first."""
    length = len(items)
    while length:
        for start in range(0, len(items), length):
            yield start, min(start + length, len(items))
        length //= 2


def _fewer_steps(scenario: Scenario) -> Iterator[Scenario]:
    steps = scenario.steps
    for start, end in _without(steps):
        if end - start < len(steps):
            yield replace(scenario, steps=steps[:start] + steps[end:])
    for place, step in enumerate(steps):
        if isinstance(step, Together):
            for removed in range(len(step.calls)):
                calls = step.calls[:removed] + step.calls[removed + 1 :]
                yield _with_step(scenario, place, replace(step, calls=calls) if len(calls) > 1 else calls[0])
            if step.staggered:
                yield _with_step(scenario, place, replace(step, staggered=False))


def _with_step(scenario: Scenario, place: int, step: Step) -> Scenario:
    return replace(scenario, steps=(*scenario.steps[:place], step, *scenario.steps[place + 1 :]))


def _each_call(scenario: Scenario, change: Callable[[Call], Iterator[Call]]) -> Iterator[Scenario]:
    for place, step in enumerate(scenario.steps):
        match step:
            case Call():
                for call in change(step):
                    yield _with_step(scenario, place, call)
            case Together(calls):
                for n, each in enumerate(calls):
                    for call in change(each):
                        yield _with_step(scenario, place, replace(step, calls=(*calls[:n], call, *calls[n + 1 :])))
            case _:
                continue


def _fewer_messages(scenario: Scenario) -> Iterator[Scenario]:
    def change(call: Call) -> Iterator[Call]:
        for start, end in _without(call.messages):
            if end - start == len(call.messages):
                continue  # an empty batch is a different case
            refused = tuple(n - (end - start) * (n >= end) for n in call.refused if not start <= n < end)
            yield replace(call, messages=call.messages[:start] + call.messages[end:], refused=refused)

    return _each_call(scenario, change)


def _fewer_in_equal_calls(scenario: Scenario) -> Iterator[Scenario]:
    """Shrink calls with the same messages together."""
    calls = [step for step in scenario.steps if isinstance(step, Call)]
    for messages in {dumps(one(*call.messages)): call.messages for call in calls}.values():
        alike = [n for n, step in enumerate(scenario.steps) if isinstance(step, Call) and step.messages == messages]
        if len(alike) < 2 or any(call.refused for call in calls):  # noqa: PLR2004 - a pair
            continue
        for start, end in _without(messages):
            rest = messages[:start] + messages[end:]
            if rest:
                yield _with_messages(scenario, alike, rest)
        simplest = tuple({**entry, "role": "user", "content": _letter(n)} for n, entry in enumerate(messages))
        yield _with_messages(scenario, alike, simplest)


def _with_messages(scenario: Scenario, places: list[int], messages: tuple[Json, ...]) -> Scenario:
    steps = enumerate(scenario.steps)
    changed = (replace(s, messages=messages) if n in places and isinstance(s, Call) else s for n, s in steps)
    return replace(scenario, steps=tuple(changed))


def _all_plain(scenario: Scenario) -> Iterator[Scenario]:
    """Simplify all messages of a call, or all but one: often only their number matters."""

    def plain(entry: Json, number: int) -> Json:
        reference = reference_of(entry)
        if reference is None or not {"role", "content"} <= entry.keys():
            return entry
        return {"conversation_id": entry["conversation_id"], "role": "user", "content": _letter(number)}

    def change(call: Call) -> Iterator[Call]:
        simplest = tuple(plain(entry, number) for number, entry in enumerate(call.messages))
        yield replace(call, messages=simplest)
        for n, entry in enumerate(call.messages):
            yield replace(call, messages=(*simplest[:n], entry, *simplest[n + 1 :]))

    return _each_call(scenario, change)


def _letter(number: int) -> str:
    return chr(ord("a") + number % 26)


def _one_conversation(scenario: Scenario) -> Iterator[Scenario]:
    def moved(entry: Json) -> Json:
        reference = reference_of(entry)
        form = f":{reference[2]}" if reference and reference[2] else ""
        return {**entry, "conversation_id": f"$0{form}"} if reference else entry

    def change(call: Call) -> Iterator[Call]:
        yield replace(call, messages=tuple(map(moved, call.messages)))
        for n, entry in enumerate(call.messages):
            yield _with_message(call, n, moved(entry))

    return _each_call(scenario, change)


def _simpler_calls(scenario: Scenario) -> Iterator[Scenario]:
    def change(call: Call) -> Iterator[Call]:
        for n in range(len(call.refused)):
            yield replace(call, refused=call.refused[:n] + call.refused[n + 1 :])
        if call.trouble is not None:
            yield replace(call, trouble=None)
        yield from (replace(call, given="list"), replace(call, loop="shared"), replace(call, client="a"))

    yield from _each_call(scenario, change)
    if scenario.tenancy:
        yield replace(scenario, tenancy=None)


def _with_message(call: Call, place: int, entry: Json) -> Call:
    return replace(call, messages=(*call.messages[:place], entry, *call.messages[place + 1 :]))


def _simpler_messages(scenario: Scenario) -> Iterator[Scenario]:
    def change(call: Call) -> Iterator[Call]:
        for n, entry in enumerate(call.messages):
            for simpler in _simpler_entry(entry, n):
                yield _with_message(call, n, simpler)

    return _each_call(scenario, change)


def _simpler_entry(entry: Json, number: int) -> Iterator[Json]:
    if not isinstance(entry, dict):
        return
    given = [key for key in ("metadata", "session_id", "customer_id", "user_id") if key in entry]
    for key in given:
        yield {name: value for name, value in entry.items() if name != key}
    if isinstance(entry.get("content"), str):
        texts = (_letter(number), *_simpler_text(entry["content"]))
        yield from ({**entry, "content": text} for text in texts)
    if isinstance(entry.get("role"), str):
        yield {**entry, "role": "user"}
    for key in given:
        yield from ({**entry, key: value} for value in _simpler(entry[key]))


def _simpler(value: Json) -> Iterator[Json]:
    match value:
        case bool() | None:
            return
        case str():
            yield from ("a", *_simpler_text(value))
        case int() | float():
            yield from (simple for simple in (0, 1, 0.5, int(value) // 2) if simple != value)
        case list():
            yield from (value[:start] + value[end:] for start, end in _without(tuple(value)))
            for n, each in enumerate(value):
                yield from ([*value[:n], simple, *value[n + 1 :]] for simple in _simpler(each))
        case dict() if not is_tagged(value):
            yield from _simpler_object(value)


def _simpler_object(value: dict[str, Json]) -> Iterator[Json]:
    keys = list(value)
    yield from ({key: value[key] for key in keys[:start] + keys[end:]} for start, end in _without(tuple(keys)))
    yield from (each for each in value.values() if isinstance(each, dict))
    for key, each in value.items():
        yield from ({**value, key: simple} for simple in _simpler(each))
        for name in ("a", *_simpler_text(key)):
            if name not in value:
                yield {name if other == key else other: inner for other, inner in value.items()}


def _simpler_text(text: str) -> Iterator[str]:
    """Yield shorter, then simpler texts, but no empty one, which is a different case."""
    if len(text) > _SPELL_OUT:
        yield "a" * len(text)
    length = len(text) // 2
    while length:
        yield text[:-length]
        yield text[length:]
        length //= 2
    if len(text) == 1:
        return
    if len(text) <= _SPELL_OUT:
        for n, character in enumerate(text):
            yield text[:n] + text[n + 1 :]
            if character not in _PLAIN:
                yield text[:n] + "a" + text[n + 1 :]
