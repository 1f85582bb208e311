"""The report as one HTML file: a matrix of clients and clauses, in which each cell opens its evidence.

The file has no script: a cell links to an anchor, and the style sheet shows the target. The content security policy
allows only this style sheet, by its hash.
"""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import tostring

from synap_contracts.report.formats import evidence
from synap_contracts.report.formats.compared import format_comparison
from synap_contracts.report.formats.markup import element
from synap_contracts.report.verdicts import (
    ALL,
    MEANINGS,
    clause_verdict,
    client_name,
    format_counts,
    search_of,
    summarize,
    verdict_of,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from synap_contracts.report.types import ClauseReport, Report, RunReport

_STYLE: Final = ("inspector", "style.css")
"""The style sheet of synap-mock's inspector, as package data: one look."""
_OWN_STYLE: Final = "report.css"
_FEW: Final = 3
"""Up to this number of clients, a cell shows the outcome in words next to the sign."""


def page(report: Report) -> str:
    """Return the HTML file."""
    runs, strict = report["runs"], report["strict"]
    sheets = (files("synap_mock").joinpath(*_STYLE), files(__package__).joinpath(_OWN_STYLE))
    style = "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"Synap's contract: {', '.join(run['client']['spec'] for run in runs)}"),
        element("style", style),
    )
    few = len(runs) <= _FEW
    clients = (_client(run, number, strict=strict) for number, run in enumerate(runs))
    sections = [
        element("section", *clients, class_="clients"),
        _matrix(runs, [] if few else [summarize(run, strict=strict) for run in runs], strict=strict),
    ]
    made_by = f"synap-mock {report['kit']}, contract of {report['contract']}. A cell opens its evidence."
    body = element(
        "body",
        element(
            "header",
            element("h1", "Clients checked against Synap's contract"),
            element("p", made_by, class_="small"),
        ),
        *(sections if few else reversed(sections)),
        _legend(),
        *(
            evidence.panel(run, clause, number, strict=strict)
            for number, run in enumerate(runs)
            for clause in run["clauses"]
        ),
    )
    text = tostring(element("html", head, body, lang="en"), encoding="unicode", method="html")
    return f"<!doctype html>\n{text}\n"


def _client(run: RunReport, number: int, *, strict: bool) -> Element:
    words, decides = summarize(run, strict=strict)
    client, server = run["client"], run["server"]
    counts = format_counts(run, strict=strict)
    facts = {
        "against": f"{server['url'] or 'a fake'}, {server['dialect']} dialect",
        "search": f"{search_of(run)}, {run['seconds']:.1f} s",
        "limits": "; ".join(client["limits"]),
        **({} if run["against"] is None else {"compared": ". ".join(format_comparison(run["against"]))}),
    }
    return element(
        "article",
        element("h2", element("bdi", client_name(run))),
        element("p", element("code", client["spec"])) if client["spec"] != client_name(run) else None,
        element("p", words, class_=f"verdict {_class(decides)}"),
        element("p", element("bdi", run["error"])) if run["error"] is not None else None,
        element("p", ", ".join(counts)) if counts else None,
        element("dl", *(part for name, text in facts.items() if text for part in _pair(name, text))),
        _findings(run, number, strict=strict) if run["findings"] else None,
        class_="client",
        id=f"client-{number}",
    )


def _findings(run: RunReport, number: int, *, strict: bool) -> Element:
    """Return the list of findings, each with a link to its example."""
    entries = (
        element(
            "li",
            element("a", element("bdi", each["summary"]), href=f"#{evidence.anchor(number, each['clause'])}"),
            element("p", ", ".join((each["clause"], *each["also"])), class_="small"),
            element("p", element("bdi", each["fix"])) if each["fix"] else None,
            class_=verdict_of("failed", each["level"], strict=strict).word,
        )
        for each in run["findings"]
    )
    return element("ol", *entries, class_="findings")


def _pair(name: str, text: str) -> tuple[Element, Element]:
    return element("dt", name), element("dd", text)


def _class(word: str) -> str:
    return re.sub(r"\W", "-", word)


def _matrix(runs: list[RunReport], verdicts: list[tuple[str, str]], *, strict: bool) -> Element:
    clauses = {clause["id"]: clause for run in runs for clause in run["clauses"]}
    found = [{clause["id"]: clause for clause in run["clauses"]} for run in runs]
    heads = (element("th", element("bdi", client_name(run)), scope="col") for run in runs)
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
                _cell(run, each.get(id_), number, alone=len(runs) == 1, strict=strict)
                for number, (run, each) in enumerate(zip(runs, found, strict=True))
            ),
            class_="all-passed" if {each[id_]["outcome"] for each in found if id_ in each} == {"passed"} else "shown",
        )
        for id_, clause in clauses.items()
    )
    choice = element(
        "label", element("input", type="checkbox", id="only"), " hide clauses that all clients pass", class_="only"
    )
    table = element(
        "table",
        element("thead", element("tr", element("th", "clause", scope="col"), *heads)),
        element("tbody", _verdicts(verdicts) if verdicts else None, *rows),
        class_=f"matrix {'many' if verdicts else 'few'}",
    )
    return element("section", choice, element("div", table, class_="scroll", tabindex="0"), id="matrix")


def _verdicts(verdicts: list[tuple[str, str]]) -> Element:
    """Return the row with links to the summary of each client."""
    signs = {each.word: each.sign for each in ALL}
    cells = (
        element("td", element("a", signs[decides], href=f"#client-{number}", title=words), class_=_class(decides))
        for number, (words, decides) in enumerate(verdicts)
    )
    return element("tr", element("th", element("span", "summary", class_="id"), scope="row"), *cells)


def _cell(run: RunReport, clause: ClauseReport | None, number: int, *, alone: bool, strict: bool) -> Element:
    if clause is None and run["error"] is not None:
        return element("td", element("a", "? could not be run", href=f"#client-{number}"), class_="error")
    if clause is None:
        return element("td", "not tested", class_="not-tested")
    verdict = clause_verdict(clause, strict=strict)
    id_ = clause["id"]
    finding = "" if clause["finding"] is None else f" (finding {clause['finding']})"
    message = clause["message"] if alone and verdict.word != "passed" else None
    link = element(
        "a",
        element("span", verdict.sign, class_="sign", aria_hidden="true"),
        element("span", f" {verdict.word}{finding}", class_="word"),
        element("span", message, class_="message") if message else None,
        href=f"#{evidence.anchor(number, id_)}",
        title=f"{id_}, {client_name(run)}: {verdict.word}",
    )
    return element("td", link, id=evidence.cell(number, id_), class_=_class(verdict.word))


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
