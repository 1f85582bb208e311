"""The report as one HTML file: a matrix of clients and clauses, each cell opening its evidence.

There is no script: a cell leads to an anchor, and the style sheet shows what is led to. The policy allows the one style
sheet, by its hash, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import tostring

from synap_contracts.clauses.catalogue import REVISION
from synap_contracts.report import evidence
from synap_contracts.report.document import run_of
from synap_contracts.report.markup import element
from synap_contracts.report.standing import ALL, MEANINGS, counted_words, standing, verdict

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from synap_contracts.runs.result import Run

Json = Any

_STYLE: Final = Path(__file__).with_name("page.css")
_FEW: Final = 3
"""With so many clients a cell has its outcome in words beside the sign."""


def page(runs: list[Run], version: str, *, strict: bool = False) -> str:
    """The HTML file.

    Args:
        runs: A run for each client.
        version: Of the kit.
        strict: Whether a SHOULD that fails fails the run.
    """
    told = [run_of(run) for run in runs]
    style = _STYLE.read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"Synap's contract: {', '.join(run.spec for run in runs)}"),
        element("style", style),
    )
    few = len(runs) <= _FEW
    clients = (
        _client(run, each, number, strict=strict) for number, (run, each) in enumerate(zip(runs, told, strict=True))
    )
    sections = [
        element("section", *clients, class_="clients"),
        _matrix(told, [] if few else [verdict(run, strict=strict) for run in runs], strict=strict),
    ]
    body = element(
        "body",
        element(
            "header",
            element("h1", "Clients held to Synap's contract"),
            element("p", f"synap-mock {version}, contract of {REVISION}. A cell opens its evidence.", class_="small"),
        ),
        *(sections if few else reversed(sections)),
        _legend(),
        *(
            evidence.panel(each, clause, number, strict=strict)
            for number, each in enumerate(told)
            for clause in each["clauses"]
        ),
    )
    text = tostring(element("html", head, body, lang="en"), encoding="unicode", method="html")
    return f"<!doctype html>\n{text}\n"


def _client(run: Run, told: Json, number: int, *, strict: bool) -> Element:
    words, decides = verdict(run, strict=strict)
    client, server = told["client"], told["server"]
    counts = counted_words(run, strict=strict)
    facts = {
        "against": f"{server['url'] or 'a fake'}, {server['dialect']} dialect",
        "search": f"profile {told['profile']}, seed {told['seed']}, {told['seconds']:.1f} s",
        "limits": "; ".join(client["limits"]),
    }
    return element(
        "article",
        element("h2", element("bdi", evidence.named(client))),
        element("p", element("code", client["spec"])) if client["spec"] != evidence.named(client) else None,
        element("p", words, class_=f"verdict {_class(decides)}"),
        element("p", element("bdi", run.error)) if run.error is not None else None,
        element("p", ", ".join(counts)) if counts else None,
        element("dl", *(element(tag, text) for name, told in facts.items() if told for tag, text in _pair(name, told))),
        class_="client",
        id=f"client-{number}",
    )


def _pair(name: str, told: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("dt", name), ("dd", told)


def _class(word: str) -> str:
    return re.sub(r"\W", "-", word)


def _matrix(told: list[Json], verdicts: list[tuple[str, str]], *, strict: bool) -> Element:
    clauses = {clause["id"]: clause for run in told for clause in run["clauses"]}
    found = [{clause["id"]: clause for clause in run["clauses"]} for run in told]
    heads = (element("th", element("bdi", evidence.named(run["client"])), scope="col") for run in told)
    rows = (
        element(
            "tr",
            element(
                "th",
                element("span", id_, class_="id"),
                element("span", f" {clause['level']}", class_="level"),
                element("span", clause["statement"], class_="statement"),
                scope="row",
            ),
            *(
                _cell(run, each.get(id_), number, alone=len(told) == 1, strict=strict)
                for number, (run, each) in enumerate(zip(told, found, strict=True))
            ),
            class_="kept" if {each[id_]["outcome"] for each in found if id_ in each} == {"passed"} else "told",
        )
        for id_, clause in clauses.items()
    )
    choice = element(
        "label", element("input", type="checkbox", id="only"), " hide what everybody passed", class_="only"
    )
    table = element(
        "table",
        element("thead", element("tr", element("th", "clause", scope="col"), *heads)),
        element("tbody", _verdicts(verdicts) if verdicts else None, *rows),
        class_=f"matrix {'many' if verdicts else 'few'}",
    )
    return element("section", choice, element("div", table, class_="scroll", tabindex="0"), id="matrix")


def _verdicts(verdicts: list[tuple[str, str]]) -> Element:
    """The row that leads to each client's own box."""
    signs = {each.word: each.sign for each in ALL}
    cells = (
        element("td", element("a", signs[decides], href=f"#client-{number}", title=words), class_=_class(decides))
        for number, (words, decides) in enumerate(verdicts)
    )
    return element("tr", element("th", element("span", "in all", class_="id"), scope="row"), *cells)


def _cell(run: Json, clause: Json, number: int, *, alone: bool, strict: bool) -> Element:
    if clause is None and run["error"] is not None:
        return element("td", element("a", "? could not be run", href=f"#client-{number}"), class_="error")
    if clause is None:
        return element("td", "not asked", class_="not-asked")
    stands = standing(clause["outcome"], clause["level"], strict=strict)
    id_ = clause["id"]
    message = clause["message"] if alone and stands.word != "passed" else None
    link = element(
        "a",
        element("span", stands.sign, class_="sign", aria_hidden="true"),
        element("span", f" {stands.word}", class_="word"),
        element("span", message, class_="message") if message else None,
        href=f"#{evidence.anchor(number, id_)}",
        title=f"{id_}, {evidence.named(run['client'])}: {stands.word}",
    )
    return element("td", link, id=evidence.cell(number, id_), class_=_class(stands.word))


def _legend() -> Element:
    return element(
        "dl",
        *(
            part
            for each in ALL
            for part in (
                element("dt", element("span", each.sign, class_="sign"), f" {each.word}", class_=_class(each.word)),
                element("dd", MEANINGS[each.word]),
            )
        ),
        class_="legend",
    )
