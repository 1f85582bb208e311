"""Runs as JUnit XML: a suite per client, a test case per clause.

JUnit has no warnings: a SHOULD that fails is a passed case with the property `warning`, and a known failure is a
skipped case. The evidence is the output of the case. The case of the clause that names a finding has its example.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import indent, tostring

from synap_contracts.report.formats.example import format_evidence
from synap_contracts.report.formats.markup import element
from synap_contracts.report.verdicts import clause_verdict, client_name

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from synap_contracts.report.types import ClauseReport, Report, RunReport


def xml(report: Report) -> str:
    """Return the XML."""
    suites = [_suite(run, strict=report["strict"]) for run in report["runs"]]
    whole = element("testsuites", *suites, name="synap-mock verify", **_totals(suites))
    whole.set("time", f"{sum(run['seconds'] for run in report['runs']):.3f}")
    indent(whole)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(whole, encoding="unicode")}\n'


def _totals(suites: list[Element]) -> dict[str, str]:
    return {name: str(sum(int(suite.attrib[name]) for suite in suites)) for name in ("tests", *_KINDS)}


_KINDS = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def _suite(run: RunReport, *, strict: bool) -> Element:
    client, error, shard = run["client"], run["error"], run["shard"]
    cases = [_case(result, run, strict=strict) for result in run["clauses"]]
    if error is not None and not run["clauses"]:
        case = element("testcase", classname=f"synap_contracts.{client['spec']}", name="run")
        case.append(element("error", error, message=f"could not be run: {error}", type="could not be run"))
        cases.append(case)
    counts = {name: str(sum(case.find(tag) is not None for case in cases)) for name, tag in _KINDS.items()}
    properties = {
        "client": client_name(run),
        "server": run["server"]["url"],
        "dialect": run["server"]["dialect"],
        "profile": run["profile"],
        "seed": str(run["seed"]),
        **({"shard": f"{shard['index']}/{shard['of']}"} if shard is not None else {}),
        **({"limits": "; ".join(client["limits"])} if client["limits"] else {}),
    }
    return element(
        "testsuite",
        element("properties", *(element("property", name=name, value=value) for name, value in properties.items())),
        *cases,
        name=client["spec"],
        tests=str(len(cases)),
        time=f"{run['seconds']:.3f}",
        **counts,
    )


def _case(result: ClauseReport, run: RunReport, *, strict: bool) -> Element:
    verdict = clause_verdict(result, strict=strict)
    case = element("testcase", classname=f"synap_contracts.{run['client']['spec']}", name=result["id"])
    text = "\n".join(format_evidence(result, run))
    finding = next((each for each in run["findings"] if each["id"] == result["finding"]), None)
    summary = result["message"] if finding is None else f"{finding['summary']} (finding {finding['id']})"
    message = f"{verdict.word}: {summary}"
    kind = f"{result['level']} {verdict.word}"
    match verdict.word:
        case "passed":
            return case
        case "failed" | "lost" | "stale":
            case.append(element("failure", text, message=message, type=kind))
        case "error":
            case.append(element("error", text, message=message, type=kind))
        case "warning":
            case.append(element("properties", element("property", name="warning", value=message)))
            case.append(element("system-out", text))
        case _:
            case.append(element("skipped", message=message, type=kind))
            case.append(element("system-out", text))
    return case
