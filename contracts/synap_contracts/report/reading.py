"""Reading a report that was written as JSON."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING

from synap_contracts.client.checking.types import problems
from synap_contracts.report.types import Report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class InvalidReport(Exception):  # noqa: N818 - the text is shown to the user unchanged
    """A file is not a report. The text states where and why."""


def read(file: Path) -> Report:
    """Return the report in a file.

    Raises:
        InvalidReport: The file cannot be read, or is not a report.
    """
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidReport(f"cannot read {file}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise InvalidReport(f"{file} is not JSON ({error}); expected a report of synap-mock verify --json") from None
    wrong = problems(value, Report, whole="the file") or [*_dangling(value)]
    if wrong:
        raise InvalidReport(f"{file} is not a report of synap-mock verify --json: {wrong[0]}{_of_other_kit(value)}")
    report: Report = value
    return report


def _dangling(report: Report) -> Iterator[str]:
    """Yield the references of a report to what it does not contain."""
    for number, run in enumerate(report["runs"]):
        clauses, findings = {each["id"] for each in run["clauses"]}, {each["id"] for each in run["findings"]}
        for place, finding in enumerate(run["findings"]):
            if finding["clause"] not in clauses:
                yield f"runs[{number}].findings[{place}].clause is {finding['clause']!r}; expected a clause of the run"
        for place, clause in enumerate(run["clauses"]):
            if clause["finding"] not in {None, *findings}:
                yield f"runs[{number}].clauses[{place}].finding is {clause['finding']}; expected a finding of the run"


def _of_other_kit(value: object) -> str:
    """Return a hint if another version of the kit wrote a report."""
    kit, own = value.get("kit", "") if isinstance(value, dict) else "", version("synap-mock")
    return f" (synap-mock {kit} wrote it; this is {own})" if isinstance(kit, str) and kit not in {"", own} else ""
