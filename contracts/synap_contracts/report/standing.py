"""What an outcome comes to in a run: its word, its sign, and whether it fails the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from synap_contracts.clauses.catalogue import Level
    from synap_contracts.runs.result import Outcome, Run


@dataclass(frozen=True)
class Standing:
    """An outcome as a report shows it.

    Args:
        word: What it is called.
        sign: The same in one character.
        breaks: Whether it fails the run.
    """

    word: str
    sign: str
    breaks: bool = False


WARNING: Final = Standing("warning", "!")
FAILED: Final = Standing("failed", "✗", breaks=True)
_STANDINGS: Final[dict[Outcome, Standing]] = {
    "passed": Standing("passed", "✓"),
    "known": Standing("known", "k"),
    "stale": Standing("stale", "s", breaks=True),
    "not-testable": Standing("not testable", "·"),
    "error": Standing("error", "?"),
}
ALL: Final = (FAILED, WARNING, *_STANDINGS.values())

MEANINGS: Final = {
    "passed": "no scenario that was played broke the clause",
    "failed": "the clause is broken",
    "warning": "a SHOULD is broken; that does not fail the run, unless --strict is given",
    "known": "broken, and listed as a known failure",
    "stale": "listed as a known failure, and not broken any more: take it off the list",
    "not testable": "this client, or this server, gave no means to ask",
    "error": "the adapter or the server failed, so nothing is known of the client",
}


def standing(outcome: Outcome, level: Level, *, strict: bool) -> Standing:
    """What an outcome comes to.

    Args:
        outcome: Of a clause.
        level: Of the same clause.
        strict: Whether a SHOULD that fails fails the run.
    """
    if outcome == "failed":
        return FAILED if strict or level == "MUST" else WARNING
    return _STANDINGS[outcome]


def counted(run: Run, *, strict: bool) -> dict[str, int]:
    """How many clauses of a run came to what, by word; what none came to is left out."""
    words = [standing(result.outcome, result.clause.level, strict=strict).word for result in run.clauses]
    return {each.word: words.count(each.word) for each in ALL if each.word in words}


def counted_words(run: Run, *, strict: bool) -> list[str]:
    """The same in words."""
    counts = counted(run, strict=strict)
    return [f"{count} {'warnings' if word == 'warning' and count > 1 else word}" for word, count in counts.items()]


def verdict(run: Run, *, strict: bool) -> tuple[str, str]:
    """A run in some words, and the word of the outcome that decides."""
    count = counted(run, strict=strict)
    sure = count.get("passed", 0)
    if failed := count.get("failed"):
        return f"breaks {_clauses(failed)}", "failed"
    if stale := count.get("stale"):
        return f"{stale} known {'failure is' if stale == 1 else 'failures are'} none any more", "stale"
    if error := count.get("error"):
        return f"{_clauses(error)} could not be judged", "error"
    if known := count.get("known"):
        return f"breaks {_clauses(known)}, as known", "known"
    if not sure:
        return ("nothing could be asked", "not testable") if run.error is None else ("could not be run", "error")
    return ("keeps every MUST that was asked" if "warning" in count else "keeps all that was asked"), "passed"


def _clauses(count: int) -> str:
    return f"{count} clause{'' if count == 1 else 's'}"
