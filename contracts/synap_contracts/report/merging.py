"""Merging the reports of shards: the result is the report of one run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

from synap_contracts.report.document import document, run_to_json
from synap_contracts.report.reproduce import write_scripts
from synap_contracts.report.shards import shard_from_json
from synap_contracts.runs.jobs.assembly import merge
from synap_contracts.scenarios.saved import SavedExamples

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from synap_contracts.report.types import Report, RunReport, ShardReport
    from synap_contracts.runs.result import Run

_WHOLE: Final = "expected a report of synap-mock verify --shard"


class Unmergeable(Exception):  # noqa: N818 - the text is shown to the user unchanged
    """Reports are not the shards of one run. The text states which, and why."""


def merge_reports(reports: Mapping[Path, Report], folder: Path) -> Report:
    """Return the report of the run that others are the shards of.

    Args:
        reports: The reports by file.
        folder: The folder for saved counterexamples.

    Raises:
        Unmergeable: They are not the shards of one run.
    """
    (first, report), *others = reports.items()
    for file, other in others:
        for name in ("kit", "contract", "strict"):
            _require_equal(file, name, other[name], report[name], first)
        _require_equal(file, "clients", _clients(other), _clients(report), first)
    runs = [
        _merge_runs({file: each["runs"][number] for file, each in reports.items()}, folder)
        for number in range(len(report["runs"]))
    ]
    return document(runs, report["kit"], strict=report["strict"], contract=report["contract"])


def _clients(report: Report) -> list[str]:
    return [run["client"]["spec"] for run in report["runs"]]


def _require_equal(file: Path, name: str, found: object, expected: object, first: Path) -> None:
    if found != expected:
        raise Unmergeable(f"{file}: {name} is {found!r}; expected {expected!r}, as in {first}")


def _merge_runs(runs: Mapping[Path, RunReport], folder: Path) -> RunReport:
    """Return the run that the shards of one client make."""
    shards = {file: _shard(file, run) for file, run in runs.items()}
    first, one = next(iter(shards.items()))
    for file, shard in shards.items():
        _require_equal(file, "the number of shards", shard["of"], one["of"], first)
        for name, expected in one["search"].items():
            _require_equal(file, name, cast("dict[str, object]", shard["search"])[name], expected, first)
    _require_one_of_each(shards, one["of"])
    parts = []
    for file, shard in sorted(shards.items(), key=lambda each: each[1]["index"]):
        try:
            parts.append(shard_from_json(shard))
        except ValueError as error:
            raise Unmergeable(f"{file}: {error}") from None
    seconds = sum(run["seconds"] for run in runs.values())
    run = replace(merge(parts), seconds=seconds, options=_with_folder(one["options"], folder))
    return write_scripts(run_to_json(_save_examples(run, folder)))


def _with_folder(options: list[str], folder: Path) -> tuple[str, ...]:
    """Return the options of a command with another folder for saved counterexamples."""
    pairs = [(name, value) for name, value in zip(options[::2], options[1::2], strict=True) if name != "--folder"]
    return tuple(part for pair in (*pairs, ("--folder", str(folder))) for part in pair)


def _save_examples(run: Run, folder: Path) -> Run:
    """Save the counterexamples, so that `verify --replay` finds them, and return the run with their folder."""
    saved = SavedExamples(folder, run.spec)
    for each in run.clauses:
        if each.outcome == "failed" and each.counterexample is not None:
            saved.save(each.clause.id, each.counterexample.scenario)
    for finding in run.findings:
        saved.save(finding.clause.id, finding.counterexample.scenario)
    return replace(run, folder=str(saved.folder))


def _shard(file: Path, run: RunReport) -> ShardReport:
    if run["error"] is not None and not run["clauses"]:
        raise Unmergeable(f"{file}: the client could not be run: {run['error']}")
    if run["shard"] is None:
        raise Unmergeable(f"{file} is not a shard; {_WHOLE}")
    return run["shard"]


def _require_one_of_each(shards: Mapping[Path, ShardReport], count: int) -> None:
    files: dict[int, list[str]] = {}
    for file, shard in shards.items():
        files.setdefault(shard["index"], []).append(str(file))
    for index, names in files.items():
        if len(names) > 1:
            raise Unmergeable(f"{' and '.join(names)} are both shard {index}/{count}; expected each shard once")
    missing: Sequence[str] = [f"{index}/{count}" for index in range(1, count + 1) if index not in files]
    if missing:
        raise Unmergeable(f"shard {', '.join(missing)} is missing; expected one report of each shard")
