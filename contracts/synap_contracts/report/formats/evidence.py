"""The evidence for one cell of the HTML report: requests, recorded messages, outcomes, and how to reproduce them."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any, Final

from synap_contracts.report.formats.example import is_marked
from synap_contracts.report.formats.markup import element
from synap_contracts.report.reproduce import file_name
from synap_contracts.report.verdicts import MEANINGS, clause_verdict, client_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from synap_contracts.report.types import (
        CallReport,
        ClauseReport,
        ConversationReport,
        ExampleReport,
        FindingReport,
        RequestReport,
        RunReport,
    )

Json = Any

_MANY: Final = 12
"""Messages and rows after this many are counted, not listed, unless they differ."""
_LONG: Final = 4_000
"""The maximum number of characters of one text."""


def anchor(number: int, clause: str) -> str:
    """Return the anchor of the evidence for a client's clause."""
    return f"evidence-{number}-{clause}"


def cell(number: int, clause: str) -> str:
    """Return the anchor of its cell."""
    return f"cell-{number}-{clause}"


def panel(run: RunReport, clause: ClauseReport, number: int, *, strict: bool) -> Element:
    """Return the panel that a cell opens.

    Args:
        run: A run of the JSON document.
        clause: One of its clauses.
        number: The index of the run.
        strict: Whether a SHOULD that fails fails the run.
    """
    verdict = clause_verdict(clause, strict=strict)
    back = f"#{cell(number, clause['id'])}"
    title = f"{anchor(number, clause['id'])}-title"
    tone = verdict.word.replace(" ", "-")
    finding = next((each for each in run["findings"] if each["id"] == clause["finding"]), None)
    named = finding is not None and finding["clause"] == clause["id"]
    found = finding["counterexample"] if finding is not None and named else clause["counterexample"]
    return element(
        "section",
        element("a", href=back, class_="backdrop", tabindex="-1", aria_hidden="true"),
        element(
            "article",
            element(
                "header",
                element(
                    "h2",
                    element("span", f"{verdict.sign} {verdict.word}", class_=f"outcome {tone}"),
                    f" {clause['id']} · ",
                    element("bdi", client_name(run)),
                    id=title,
                ),
                element("a", "close", href=back, class_="close"),
            ),
            element("p", clause["statement"]),
            element("p", f"{clause['level']}, {clause['evidence']}: {clause['source']}", class_="small"),
            *(() if finding is None else _finding(finding, number, named=named)),
            *(_without_example(clause, verdict.word) if found is None else _with_example(clause, found)),
            element("h3", "Reproduce it"),
            *_reproduction(run, clause, found),
        ),
        id=anchor(number, clause["id"]),
        class_="evidence",
        role="dialog",
        aria_labelledby=title,
    )


def _finding(finding: FindingReport, number: int, *, named: bool) -> Iterator[Element]:
    """Yield what the finding says that explains a clause, with a link to the clause that names it."""
    text = element("bdi", f"finding {finding['id']}: {finding['summary']}")
    link = text if named else element("a", text, href=f"#{anchor(number, finding['clause'])}")
    yield element("p", link, class_="sentence")
    if named and finding["also"]:
        yield element("p", f"It also violates {', '.join(finding['also'])}.")
    if finding["fix"]:
        yield element("p", element("bdi", f"What to change: {finding['fix']}"))


def _without_example(clause: ClauseReport, word: str) -> Iterator[Element]:
    """Yield the explanation of an outcome without a counterexample."""
    yield element("p", f"{_scenarios(clause['examples'])}: {MEANINGS[word]}.")
    if clause["message"]:
        yield _code(clause["message"])


def _scenarios(count: int) -> str:
    return f"{count:,} scenario{'' if count == 1 else 's'}"


def _with_example(clause: ClauseReport, found: ExampleReport) -> Iterator[Element]:
    yield element("p", element("bdi", found["sentence"]), class_="sentence")
    if clause["message"] != found["sentence"]:
        yield element("p", element("bdi", clause["message"]))
    if not found["steady"]:
        yield element("p", "It does not happen every time.")
    for call in found["calls"]:
        yield element("h3", f"Call {call['number']}{call['circumstances']}")
        yield element("h4", "Messages sent")
        yield _lines(found, call, "messages", call["messages"])
        yield element("h4", "Outcome")
        yield from _outcome(found, call)
    yield element("h3", "Requests")
    yield from _wire(found["wire"])
    yield element("h3", "Recorded messages")
    yield from _recorded(found["recorded"])
    if found["heard"]:
        yield element("h3", "Logged or printed, with the key")
        yield from (_code(_cut(text)) for text in found["heard"][:_MANY])


def _outcome(found: ExampleReport, call: CallReport) -> Iterator[Element]:
    outcome = call["outcome"]
    differs = is_marked("answer", call, found)
    if "ended" in outcome:
        yield _code(f"ended its process (status {outcome['ended']['status']})", differs=differs)
        yield _code(_cut(outcome["ended"]["output"]))
    elif "hung" in outcome:
        yield _code(f"no answer for {outcome['hung']} s", differs=differs)
    elif "raised" in outcome:
        when = "raised when it was opened" if call["opening"] else "raised"
        yield _code(f"{when} {outcome['raised']['class']}: {_cut(outcome['raised']['text'])}", differs=differs)
    elif not isinstance(outcome["returned"], dict) or not isinstance(outcome["returned"].get("results"), list):
        yield _code(f"returned {_json(outcome['returned'])}", differs=differs)
    else:
        answer = outcome["returned"]
        counts = [(f"answer.{name}", value) for name, value in answer.items() if name != "results"]
        yield _table((path, _json(value), is_marked(path, call, found)) for path, value in counts)
        yield _lines(found, call, "answer.results", answer["results"])


def _lines(found: ExampleReport, call: CallReport, path: str, values: list[Json]) -> Element:
    """Return a list with a line for each value. Of a long list, only the first values and those that differ."""
    rows = [(f"{path}[{n}]", _json(value), is_marked(f"{path}[{n}]", call, found)) for n, value in enumerate(values)]
    shown = [row for n, row in enumerate(rows) if n < _MANY or row[2]]
    rest = (
        element("p", f"{len(rows):,} in total; --json FILE has them", class_="small")
        if len(rows) > len(shown)
        else None
    )
    listed = _table(iter(shown)) if rows else _code(f"{path} = []", differs=is_marked(path, call, found))
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


def _wire(requests: list[RequestReport]) -> Iterator[Element]:
    if not requests:
        yield element("p", "The server received no recording request.")
    for request in requests[:_MANY]:
        status = "got no response" if request["status"] is None else f"returned {request['status']}"
        yield element("h4", f"{request['method']} {request['path']} {status}")
        yield _code(_cut(request["body"]))
        if request["answer"]:
            yield _code(_cut(request["answer"]))
    if len(requests) > _MANY:
        yield element("p", f"{len(requests):,} requests in total; --json FILE has them", class_="small")


def _recorded(conversations: list[ConversationReport]) -> Iterator[Element]:
    if not conversations:
        yield element("p", "Nothing.")
    for each in conversations:
        yield element("h4", f"Conversation {each['conversation_id']}")
        rows = each["messages"]
        yield _table((str(place), _json(_fields(row)), False) for place, row in enumerate(rows[:_MANY], 1))
        if len(rows) > _MANY:
            yield element("p", f"{len(rows):,} messages in total; --json FILE has them", class_="small")


_FIELDS: Final = ("message_id", "role", "content", "user_id", "customer_id", "session_id", "metadata", "recorded_at")


def _fields(row: Json) -> Json:
    """Return a recorded message without empty fields."""
    return {name: row[name] for name in _FIELDS if row.get(name) not in (None, {})}


def _reproduction(run: RunReport, clause: ClauseReport, found: ExampleReport | None) -> Iterator[Element]:
    if found is None:
        spec = shlex.quote(run["client"]["spec"])
        search = f"--profile {run['profile']} --seed {run['seed']}"
        yield _code(f"synap-mock verify {spec} --clause {clause['id']} {search}")
        return
    how = found["reproduce"]
    yield _code(how["command"])
    script = "With a Python script" if run["scripts"] is None else f"With {run['scripts']}/{file_name(found)}"
    for what, text in (("With curl, as a client should send it", how["curl"]), (script, how["python"])):
        yield element("details", element("summary", what), _code(_cut(text, 4 * _LONG)))


def _json(value: Json) -> str:
    return _cut(json.dumps(value, ensure_ascii=False, default=str))


def _cut(text: str, length: int = _LONG) -> str:
    return text if len(text) <= length else f"{text[:length]} … ({len(text):,} characters)"


def _code(text: str, *, differs: bool = False) -> Element:
    return element("pre", element("code", text), class_="marked" if differs else "plain")
