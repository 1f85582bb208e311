"""Comparing a run with an earlier report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from synap_contracts.report.verdicts import client_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synap_contracts.report.types import Report, RunReport
    from synap_contracts.runs.result import Outcome

_FAILING: Final[frozenset[Outcome]] = frozenset({"failed", "known"})
_PASSING: Final[frozenset[Outcome]] = frozenset({"passed", "stale"})


class Incomparable(Exception):  # noqa: N818 - the text is shown to the user unchanged
    """A report has no run to compare with. The text states why."""


def run_of(old: Report, client: str, clients: Sequence[str]) -> RunReport:
    """Return the earlier run of a client: the run of the same client, or the only one if only one client runs now.

    Args:
        old: The earlier report.
        client: The client, as it was named.
        clients: All clients of the later report.

    Raises:
        Incomparable: There is none, or it is only a part of a run.
    """
    specs = [run["client"]["spec"] for run in old["runs"]]
    if client not in specs and not len(specs) == len(clients) == 1:
        raise Incomparable(f"it has no run of {client}; expected one of {', '.join(specs)}")
    run = old["runs"][specs.index(client) if client in specs else 0]
    if run["shard"] is not None:
        raise Incomparable("it is the report of a shard; merge the shards first (synap-mock report merge)")
    return run


def compare(run: RunReport, old: tuple[RunReport, str] | None) -> RunReport:
    """Return a run with what differs from an earlier one. Only clauses that both have are compared.

    Args:
        run: The run.
        old: The earlier run with its revision of the contract, or None to compare with nothing.
    """
    if old is None:
        return run
    earlier, contract = old
    before = {each["id"]: each["outcome"] for each in earlier["clauses"]}
    both = [(each["id"], before[each["id"]], each["outcome"]) for each in run["clauses"] if each["id"] in before]
    return {
        **run,
        "clauses": [{**each, "before": before.get(each["id"])} for each in run["clauses"]],
        "against": {
            "client": client_name(earlier),
            "contract": contract,
            "dialect": earlier["server"]["dialect"],
            "profile": earlier["profile"],
            "seed": earlier["seed"],
            "new": [clause for clause, was, now in both if now == "failed" and was not in _FAILING],
            "fixed": [clause for clause, was, now in both if now in _PASSING and was in _FAILING],
            "lost": [clause for clause, was, now in both if now == "not-testable" and was in _PASSING],
        },
    }
