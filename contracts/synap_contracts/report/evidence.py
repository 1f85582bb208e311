"""The evidence behind one cell of the HTML report: what was sent, seen, recorded, answered, and how to see it again."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any, Final

from synap_contracts.report.markup import element
from synap_contracts.report.standing import MEANINGS, standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

Json = Any

_MANY: Final = 12
"""Messages and rows beyond this many are counted, not listed, unless something about them differs."""
_LONG: Final = 4_000
"""Characters of one text; more are counted."""


def anchor(number: int, clause: str) -> str:
    """Where the evidence of a client's clause is."""
    return f"evidence-{number}-{clause}"


def cell(number: int, clause: str) -> str:
    """Where its cell is."""
    return f"cell-{number}-{clause}"


def named(client: Json) -> str:
    """A client's name and version."""
    return f"{client['name']} {client['version']}" if client["version"] else str(client["name"])


def panel(run: Json, clause: Json, number: int, *, strict: bool) -> Element:
    """What a cell opens.

    Args:
        run: As `document.run_of` tells it.
        clause: One of its clauses.
        number: Of the run.
        strict: Whether a SHOULD that fails fails the run.
    """
    stands = standing(clause["outcome"], clause["level"], strict=strict)
    back = f"#{cell(number, clause['id'])}"
    title = f"{anchor(number, clause['id'])}-title"
    tone = stands.word.replace(" ", "-")
    found = clause["counterexample"]
    return element(
        "section",
        element("a", href=back, class_="backdrop", tabindex="-1", aria_hidden="true"),
        element(
            "article",
            element(
                "header",
                element(
                    "h2",
                    element("span", f"{stands.sign} {stands.word}", class_=f"outcome {tone}"),
                    f" {clause['id']} · ",
                    element("bdi", named(run["client"])),
                    id=title,
                ),
                element("a", "close", href=back, class_="close"),
            ),
            element("p", clause["statement"]),
            element("p", f"{clause['level']}, {clause['evidence']}: {clause['source']}", class_="small"),
            *(_without(clause, stands.word) if found is None else _with(clause, found)),
            element("h3", "See it again"),
            *_again(run, clause, found),
        ),
        id=anchor(number, clause["id"]),
        class_="evidence",
        role="dialog",
        aria_labelledby=title,
    )


def _without(clause: Json, word: str) -> Iterator[Element]:
    """Where there is no counterexample."""
    yield element("p", f"{_scenarios(clause['examples'])}: {MEANINGS[word]}.")
    if clause["message"]:
        yield _code(clause["message"])


def _scenarios(count: int) -> str:
    return f"{count:,} scenario{'' if count == 1 else 's'} played"


def _with(clause: Json, found: Json) -> Iterator[Element]:
    yield element("p", element("bdi", found["sentence"]), class_="sentence")
    if clause["message"] != found["sentence"]:
        yield element("p", element("bdi", clause["message"]))
    if not found["steady"]:
        yield element("p", "It does not happen every time.")
    for call in found["calls"]:
        yield element("h3", f"Call {call['number']}{call['circumstances']}")
        yield element("h4", "Messages sent")
        yield _lines(found, call, "messages", call["messages"])
        yield element("h4", "What the caller was told")
        yield from _told(found, call)
    yield element("h3", "On the wire")
    yield from _wire(found["wire"])
    yield element("h3", "In truth, recorded")
    yield from _recorded(found["recorded"])
    if found["heard"]:
        yield element("h3", "Logged or printed, with the key")
        yield from (_code(_cut(text)) for text in found["heard"][:_MANY])


def _told(found: Json, call: Json) -> Iterator[Element]:
    told = call["told"]
    differs = _differs(found, call, "answer")
    if "hung" in told:
        yield _code(f"no answer for {told['hung']} s", differs=differs)
    elif "raised" in told:
        when = "raised when it was opened" if call["opening"] else "raised"
        yield _code(f"{when} {told['raised']['class']}: {_cut(told['raised']['text'])}", differs=differs)
    elif not isinstance(told["returned"], dict) or not isinstance(told["returned"].get("results"), list):
        yield _code(f"returned {_json(told['returned'])}", differs=differs)
    else:
        answer = told["returned"]
        counts = [(f"answer.{name}", value) for name, value in answer.items() if name != "results"]
        yield _table((path, _json(value), _differs(found, call, path)) for path, value in counts)
        yield _lines(found, call, "answer.results", answer["results"])


def _lines(found: Json, call: Json, path: str, values: list[Json]) -> Element:
    """A list, a line each; of a long one the first, and what differs."""
    rows = [(f"{path}[{n}]", _json(value), _differs(found, call, f"{path}[{n}]")) for n, value in enumerate(values)]
    shown = [row for n, row in enumerate(rows) if n < _MANY or row[2]]
    rest = (
        element("p", f"{len(rows):,} in all; --json FILE has them", class_="small") if len(rows) > len(shown) else None
    )
    listed = _table(iter(shown)) if rows else _code(f"{path} = []", differs=_differs(found, call, path))
    return element("div", listed, rest)


def _table(rows: Iterator[tuple[str, str, bool]]) -> Element:
    return element(
        "ol",
        *(
            element(
                "li",
                element("span", path, class_="path"),
                element("span", " differs", class_="differs") if differs else None,
                _code(value, differs=differs),
            )
            for path, value, differs in rows
        ),
    )


def _differs(found: Json, call: Json, path: str) -> bool:
    own = found["call"] in {None, call["number"]}
    return own and any(mark == path or mark.startswith((f"{path}.", f"{path}[")) for mark in found["differs"])


def _wire(requests: list[Json]) -> Iterator[Element]:
    if not requests:
        yield element("p", "No recording request came to the server.")
    for request in requests[:_MANY]:
        status = "was not answered" if request["status"] is None else f"was answered {request['status']}"
        yield element("h4", f"{request['method']} {request['path']} {status}")
        yield _code(_cut(request["body"]))
        if request["answer"]:
            yield _code(_cut(request["answer"]))
    if len(requests) > _MANY:
        yield element("p", f"{len(requests):,} requests in all; --json FILE has them", class_="small")


def _recorded(conversations: list[Json]) -> Iterator[Element]:
    if not conversations:
        yield element("p", "Nothing.")
    for each in conversations:
        yield element("h4", f"Conversation {each['conversation_id']}")
        rows = each["messages"]
        yield _table((str(place), _json(_said(row)), False) for place, row in enumerate(rows[:_MANY], 1))
        if len(rows) > _MANY:
            yield element("p", f"{len(rows):,} messages in all; --json FILE has them", class_="small")


_SAID: Final = ("message_id", "role", "content", "user_id", "customer_id", "session_id", "metadata", "recorded_at")


def _said(row: Json) -> Json:
    """What was recorded, without what says nothing."""
    return {name: row[name] for name in _SAID if row.get(name) not in (None, {})}


def _again(run: Json, clause: Json, found: Json) -> Iterator[Element]:
    if found is None:
        spec = shlex.quote(run["client"]["spec"])
        how = f"--profile {run['profile']} --seed {run['seed']}"
        yield _code(f"synap-mock verify {spec} --clause {clause['id']} {how}")
        return
    yield _code(found["reproduce"]["command"])
    for name, what in (("curl", "By curl, as a client should send it"), ("python", "By a Python script")):
        yield element("details", element("summary", what), _code(_cut(found["reproduce"][name], 4 * _LONG)))


def _json(value: Json) -> str:
    return _cut(json.dumps(value, ensure_ascii=False, default=str))


def _cut(text: str, length: int = _LONG) -> str:
    return text if len(text) <= length else f"{text[:length]} … ({len(text):,} characters)"


def _code(text: str, *, differs: bool = False) -> Element:
    return element("pre", element("code", text), class_="marked" if differs else "plain")
