# ruff: noqa: INP001 - a script
"""How accurate findings are: wrong clients with one defect must have one finding, right clients none.

python contracts/accuracy.py                          every wrong client of the zoo, with seed 0
python contracts/accuracy.py --right --seeds 20       every right client, with 20 seeds
python contracts/accuracy.py --folder DIR MODULE …    the labelled clients of other modules, written as in the zoo

All clauses are tested in the quick profile, as `synap-mock verify --profile quick` does. A line is printed per run, the
figures at the end. Each client runs in a process of its own; `--jobs` is their number.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from labels import Exhibit

ZOO = Path(__file__).parent / "zoo"
_LIMIT_S = 300


@dataclass(frozen=True)
class Case:
    """A client to run with a seed.

    Args:
        client: The client as `module:factory`.
        clause: The clause that must name its only finding, or None for a right client.
        also: Other clauses that may name it.
        seed: The seed of the search.
        profile: The profile.
        folder: A folder of modules in addition to the zoo.
    """

    client: str
    clause: str | None
    seed: int
    profile: str
    folder: str
    also: tuple[str, ...] = ()


def findings(case: Case) -> list[str]:
    """Return the findings of a client, as `CLAUSE summary`. Runs in this process."""
    from synap_contracts.client.spec import Spec  # noqa: PLC0415 - only in the processes that run clients
    from synap_contracts.runs.run import RunOptions, run_client  # noqa: PLC0415

    dialect = "observed" if case.clause == "DIALECT" else "documented"
    spec = Spec(case.client, (case.folder, str(ZOO)))
    run = run_client(RunOptions(spec, profile=case.profile, seed=case.seed, dialect=dialect))  # type: ignore[arg-type]
    errors = [f"ERROR {each.clause.id} {each.message}" for each in run.clauses if each.outcome == "error"]
    return [f"{each.clause.id} {each.summary}".replace("\n", " ") for each in run.findings] + errors


def run_case(case: Case) -> tuple[Case, list[str]]:
    """Run a client in a new process, and return its findings."""
    arguments = [case.client, case.clause or "", str(case.seed), case.profile, case.folder]
    command = [sys.executable, "-P", __file__, "--one", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S, check=False)  # noqa: S603 - ours
    except subprocess.TimeoutExpired:
        return case, [f"ERROR did not end within {_LIMIT_S} s"]
    marked = [line[2:] for line in done.stdout.splitlines() if line.startswith("> ")]
    return case, marked if done.returncode == 0 else [f"ERROR {done.stderr[-500:]}"]


def verdict(case: Case, found: list[str]) -> str:
    """Return `as expected`, or what is wrong with the findings."""
    if case.clause is None:
        return "false alarm" if found else "as expected"
    named = [each.split()[0] for each in found]
    if not named:
        return "missed"
    if len(named) > 1:
        return "several findings"
    return "as expected" if named[0] in {case.clause, *case.also} else "another clause"


def exhibits(modules: list[str], folder: str) -> Iterator[Exhibit]:
    """Yield the labelled clients of modules, or of the zoo."""
    sys.path[:0] = [folder, str(ZOO)]
    import labels  # noqa: PLC0415 - the zoo is not a package

    yield from labels.members(modules) if modules else labels.catalogue()


def main() -> None:
    """Run the clients, and print what was found."""
    parser = argparse.ArgumentParser(description="Measure the accuracy of findings.")
    parser.add_argument("modules", nargs="*")
    parser.add_argument("--folder", default=str(ZOO))
    parser.add_argument("--right", action="store_true", help="run the right clients, not the wrong ones")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--profile", default="quick")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--every", type=int, default=1, help="run every n-th client")
    options = parser.parse_args()
    chosen = [
        each for each in exhibits(options.modules, options.folder) if (each.label.clause is None) == options.right
    ]
    cases = [
        Case(f"{each.module}:{each.factory}", each.label.clause, seed, options.profile, options.folder, each.label.also)
        for seed in range(options.seeds)
        for each in chosen[:: options.every]
    ]
    counts: dict[str, int] = {}
    with ThreadPoolExecutor(options.jobs) as pool:
        for case, found in pool.map(run_case, cases):
            result = verdict(case, found)
            counts[result] = counts.get(result, 0) + 1
            print(f"{result}: {case.client} seed {case.seed} ({case.clause})", *found, sep="\n    ", flush=True)  # noqa: T201
    share = counts.get("as expected", 0) / max(1, len(cases))
    print(f"{len(cases)} runs: {counts}; as expected: {share:.1%}")  # noqa: T201


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        client, clause, seed, profile, folder = sys.argv[2:]
        for line in findings(Case(client, clause or None, int(seed), profile, folder)):
            print(f"> {line}")  # noqa: T201
    else:
        main()
