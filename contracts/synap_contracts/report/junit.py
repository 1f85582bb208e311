"""Runs as JUnit XML: a suite per client, a test case per clause.

JUnit has no warnings: a SHOULD that fails is a passed case with the property `warning`, and a known failure is a
skipped case. The evidence is the output of the case. The case of the clause that names a finding has its example.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import indent, tostring

from synap_contracts.observation.redaction import redact
from synap_contracts.report.markup import element
from synap_contracts.report.terminal import format_evidence
from synap_contracts.report.verdicts import verdict_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from synap_contracts.runs.result import ClauseResult, Run


def xml(runs: list[Run], *, strict: bool = False) -> str:
    """Return the XML.

    Args:
        runs: The run of each client.
        strict: Whether a SHOULD that fails fails the run.
    """
    suites = [_suite(run, strict=strict) for run in runs]
    whole = element("testsuites", *suites, name="synap-mock verify", **_totals(suites))
    whole.set("time", f"{sum(run.seconds for run in runs):.3f}")
    indent(whole)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(whole, encoding="unicode")}\n'


def _totals(suites: list[Element]) -> dict[str, str]:
    return {name: str(sum(int(suite.attrib[name]) for suite in suites)) for name in ("tests", *_KINDS)}


_KINDS = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def _suite(run: Run, *, strict: bool) -> Element:
    cases = [_case(result, run, strict=strict) for result in run.clauses]
    if run.error is not None and not run.clauses:
        case = element("testcase", classname=f"synap_contracts.{run.spec}", name="run")
        case.append(element("error", run.error, message=f"could not be run: {run.error}", type="could not be run"))
        cases.append(case)
    counts = {name: str(sum(case.find(tag) is not None for case in cases)) for name, tag in _KINDS.items()}
    properties = {
        "client": run.name if run.version is None else f"{run.name} {run.version}",
        "server": run.server,
        "dialect": run.dialect,
        "profile": run.profile,
        "seed": str(run.seed),
        **({"limits": "; ".join(run.limits)} if run.limits else {}),
    }
    return element(
        "testsuite",
        element("properties", *(element("property", name=name, value=value) for name, value in properties.items())),
        *cases,
        name=run.spec,
        tests=str(len(cases)),
        time=f"{run.seconds:.3f}",
        **counts,
    )


def _case(result: ClauseResult, run: Run, *, strict: bool) -> Element:
    verdict = verdict_of(result.outcome, result.clause.level, strict=strict)
    case = element("testcase", classname=f"synap_contracts.{run.spec}", name=result.clause.id)
    text = "\n".join(format_evidence(result, run))
    finding = run.finding_of(result)
    summary = result.message if finding is None else f"{finding.summary} (finding {finding.id})"
    message = f"{verdict.word}: {redact(summary, run.secrets)}"
    kind = f"{result.clause.level} {verdict.word}"
    match verdict.word:
        case "passed":
            return case
        case "failed" | "stale":
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
