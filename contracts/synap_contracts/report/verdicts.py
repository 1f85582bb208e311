"""What an outcome means for a run: its word, its sign, and whether it fails the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from synap_contracts.clauses.clause import Level
    from synap_contracts.report.types import ClauseReport, Report, RunReport
    from synap_contracts.runs.result import Outcome


@dataclass(frozen=True)
class Verdict:
    """An outcome as a report shows it.

    Args:
        word: The word.
        sign: The same in one character.
        fails: Whether it fails the run.
    """

    word: str
    sign: str
    fails: bool = False


WARNING: Final = Verdict("warning", "!")
FAILED: Final = Verdict("failed", "✗", fails=True)
_VERDICTS: Final[dict[Outcome, Verdict]] = {
    "passed": Verdict("passed", "✓"),
    "known": Verdict("known", "k"),
    "stale": Verdict("stale", "s", fails=True),
    "not-testable": Verdict("not testable", "·"),
    "error": Verdict("error", "?"),
}
LOST: Final = Verdict("lost", "↓", fails=True)
ALL: Final = (FAILED, WARNING, LOST, *_VERDICTS.values())

MEANINGS: Final = {
    "passed": "no scenario that ran violated the clause",
    "failed": "the clause is violated",
    "warning": "a SHOULD is violated; this does not fail the run, unless --strict is given",
    "lost": "not testable, but it passed in the report that --against names",
    "known": "violated, and listed as a known failure",
    "stale": "listed as a known failure, but it no longer occurs: remove it from the list",
    "not testable": "this client, or this server, does not support what the test needs",
    "error": "the adapter or the server failed, so the run says nothing about the client",
}


def verdict_of(outcome: Outcome, level: Level, *, strict: bool) -> Verdict:
    """Return what an outcome means.

    Args:
        outcome: The outcome of a clause.
        level: The level of the clause.
        strict: Whether a SHOULD that fails fails the run.
    """
    if outcome == "failed":
        return FAILED if strict or level == "MUST" else WARNING
    return _VERDICTS[outcome]


def clause_verdict(clause: ClauseReport, *, strict: bool) -> Verdict:
    """Return what the outcome of a clause means, compared with an earlier one if there is one."""
    lost = clause["outcome"] == "not-testable" and clause["before"] in {"passed", "stale"}
    if lost and (strict or clause["level"] == "MUST"):
        return LOST
    return verdict_of(clause["outcome"], clause["level"], strict=strict)


def client_name(run: RunReport) -> str:
    """Return the name and the version of a client."""
    client = run["client"]
    return client["name"] if client["version"] is None else f"{client['name']} {client['version']}"


def search_of(run: RunReport) -> str:
    """Return what a run searched, in words."""
    shard = f", shard {run['shard']['index']}/{run['shard']['of']}" if run["shard"] is not None else ""
    return f"profile {run['profile']}, seed {run['seed']}{shard}"


def exit_status(report: Report) -> int:
    """Return the exit status of the command: 0 passed, 1 failed, 2 something could not be run."""
    statuses = {_status(run, strict=report["strict"]) for run in report["runs"]}
    all_ran = all(run["error"] is None for run in report["runs"])
    return 1 if 1 in statuses and all_ran else max(statuses, default=0)


def _status(run: RunReport, *, strict: bool) -> int:
    if run["error"] is not None and not run["clauses"]:
        return 2
    verdicts = [clause_verdict(each, strict=strict) for each in run["clauses"]]
    if any(each.fails for each in verdicts):
        return 1
    return 2 if any(each.word == "error" for each in verdicts) else 0


def count_verdicts(run: RunReport, *, strict: bool) -> dict[str, int]:
    """Count the clauses of a run by the word of their verdict, without zeros."""
    words = [clause_verdict(each, strict=strict).word for each in run["clauses"]]
    return {each.word: words.count(each.word) for each in ALL if each.word in words}


def format_counts(run: RunReport, *, strict: bool) -> list[str]:
    """Return the counts as texts."""
    counts = count_verdicts(run, strict=strict)
    return [f"{count} {'warnings' if word == 'warning' and count > 1 else word}" for word, count in counts.items()]


def summarize(run: RunReport, *, strict: bool) -> tuple[str, str]:
    """Summarize a run in a few words, with the word of the decisive verdict."""
    count = count_verdicts(run, strict=strict)
    stale = f"{{}} known failure{' no longer occurs' if count.get('stale') == 1 else 's no longer occur'}"
    texts = {
        "failed": "fails {} clause{}",
        "lost": "{} clause{} that passed before could not be tested",
        "stale": stale,
        "error": "{} clause{} could not be judged",
        "known": "fails {} clause{}, as known",
    }
    for word, text in texts.items():
        if number := count.get(word):
            return text.format(number, "" if number == 1 else "s"), word
    if not count.get("passed"):
        return ("nothing could be tested", "not testable") if run["error"] is None else ("could not be run", "error")
    return ("passes every MUST that was tested" if "warning" in count else "passes all tested clauses"), "passed"
