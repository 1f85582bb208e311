# ruff: noqa: INP001 - a script
"""Which clause catches which wrong client: plays the zoo, and prints docs/generated/kill-matrix.md.

python contracts/kill_matrix.py > docs/generated/kill-matrix.md        one wrong client for each clause, in some minutes
python contracts/kill_matrix.py --all > docs/generated/kill-matrix.md  every one, in half an hour or more
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from synap_contracts.clauses.catalogue import BY_ID, CLAUSES
from synap_contracts.client.spec import Spec
from synap_contracts.runs.check_runner import Plan, Runner
from synap_contracts.runs.replay import Trial
from synap_contracts.runs.result import ClauseResult
from synap_contracts.runs.scenario_runner import Player, random_of
from synap_contracts.scenarios.saved import Kept
from synap_contracts.server.other_origin import bystander
from synap_contracts.server.server import own_server

if TYPE_CHECKING:
    from labels import Exhibit
    from synap_contracts.observation.finding import Finding
    from synap_contracts.observation.observed import Observation
    from synap_contracts.scenarios.model import Scenario
    from synap_contracts.server.other_origin import Bystander
    from synap_contracts.server.server import Server

ZOO = Path(__file__).parent / "zoo"

HEAD = """# The kill matrix

Made by `python contracts/kill_matrix.py`: {which} of `contracts/zoo/`, and the right
ones, held to every clause, in the quick profile. A wrong client is there to be caught by one clause, its own; whatever
else it breaks stands beside that. No right client may break any. (`make zoo` holds every wrong client to its clause.)
"""


class Sight(Trial):
    """Takes what is found as it was seen: the server is ours, and nothing has to be small."""

    def of(self, finding: Finding, observation: Observation, past: Scenario) -> ClauseResult | None:
        """What is broken; what may be so only for want of other calls is tried as always."""
        if finding.unless_alone:
            return super().of(finding, observation, past)
        return ClauseResult(BY_ID[finding.clause], "failed", message=finding.sentence)


def broken(exhibit: Exhibit, server: Server, neighbour: Bystander) -> list[str]:
    """The ids of the clauses that a client breaks."""
    name, own = f"{exhibit.module}:{exhibit.factory}", exhibit.label.clause
    # What leaves threads and loops behind, and what is said when a process ends.
    apart = own in {"REUSE", "AUTH-SECRET"} or exhibit.module == "hanging"
    spec = Spec(name, (str(ZOO),), in_process=not apart)
    reference = Spec("reference", in_process=True)
    server.dialect = "observed" if own == "DIALECT" else "documented"
    server.settings(dialect=server.dialect)
    player, control = (Player(server, each.start, neighbour, random_of(0), 4.0) for each in (spec, reference))
    plan = Plan("quick", 3, 3.0, 0.5, 0)
    try:
        results = Runner(player, Sight(player, control, 0.0), plan, Kept(None, name)).run()
    finally:
        player.stop()
        control.stop()
    return [result.clause.id for result in results if result.outcome == "failed"]


def main() -> None:
    """Print the page."""
    sys.path.insert(0, str(ZOO))
    from labels import catalogue  # noqa: PLC0415 - the zoo is no package

    exhibits = sorted(catalogue(), key=lambda each: (each.label.clause or "", each))
    whole = sys.argv[1:] == ["--all"]
    if not whole:
        first = {each.label.clause: each for each in reversed(exhibits) if each.label.clause}
        exhibits = [each for each in exhibits if each.label.clause is None or first[each.label.clause] is each]
    kills: dict[str, list[str]] = {clause.id: [] for clause in CLAUSES}
    rows = []
    with own_server("documented") as server, bystander() as neighbour:
        for exhibit in exhibits:
            name, own = f"{exhibit.module}:{exhibit.factory}", exhibit.label.clause
            found = broken(exhibit, server, neighbour)
            for clause in found:
                kills[clause].append(name)
            own_is = "right" if own is None else f"{own} {'yes' if own in found else '**NO**'}"
            rest = ", ".join(clause for clause in found if clause != own)
            rows.append(f"| `{name}` | {exhibit.label.says} | {own_is} | {rest} |")
            sys.stderr.write(f"{len(rows)} {name} {own_is}; {rest}\n")
    head = HEAD.format(which="every wrong client" if whole else "one wrong client for each clause")
    lines = [head, "## By clause", "", "| clause | catches |", "| --- | --- |"]
    lines += [f"| {clause} | {len(names)} |" for clause, names in kills.items()]
    lines += ["", "## By client", "", "| client | what it does | its own clause catches it | caught by too |"]
    lines += ["| --- | --- | --- | --- |", *rows]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
