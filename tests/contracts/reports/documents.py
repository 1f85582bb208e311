"""Runs as the document from which all reports are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synap_contracts.report.document import document, run_to_json

if TYPE_CHECKING:
    from synap_contracts.report.types import Report
    from synap_contracts.runs.result import Run


def report_of(*runs: Run, strict: bool = False, kit: str = "1") -> Report:
    """Return the report of runs."""
    return document(map(run_to_json, runs), kit, strict=strict)
