# ruff: noqa: INP001 - a script
"""Which clause catches which wrong client: plays the zoo, and prints docs/kill-matrix.md.

python contracts/kill_matrix.py > docs/kill-matrix.md
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from synap_contracts.clauses import CLAUSES
from synap_contracts.client.spec import Spec
from synap_contracts.verify import Order, verify

from synap_mock import SynapMock

if TYPE_CHECKING:
    from labels import Exhibit

ZOO = Path(__file__).parent / "zoo"

HEAD = """# The kill matrix

Made by `python contracts/kill_matrix.py`: every client of `contracts/zoo/` held to every clause, in the quick profile.
A wrong client is there to be caught by one clause, its own; whatever else it breaks stands beside that. No right client
may break any.
"""


def broken(exhibit: Exhibit, url: str) -> list[str]:
    """The ids of the clauses that a client breaks."""
    spec = Spec(f"{exhibit.module}:{exhibit.factory}", (str(ZOO),))
    dialect = "observed" if exhibit.label.clause == "DIALECT" else "documented"
    run = verify(Order(spec, profile="quick", examples=4, url=url, deadline_s=6.0, dialect=dialect))
    return [result.clause.id for result in run.of("failed")]


def main() -> None:
    """Print the page."""
    sys.path.insert(0, str(ZOO))
    from labels import catalogue  # noqa: PLC0415 - the zoo is no package

    kills: dict[str, list[str]] = {clause.id: [] for clause in CLAUSES}
    rows = []
    with SynapMock().serve() as server:
        for exhibit in sorted(catalogue(), key=lambda each: (each.label.clause or "", each)):
            name, own = f"{exhibit.module}:{exhibit.factory}", exhibit.label.clause
            found = broken(exhibit, server.url)
            for clause in found:
                kills[clause].append(name)
            own_is = "right" if own is None else f"{own} {'yes' if own in found else '**NO**'}"
            rest = ", ".join(clause for clause in found if clause != own)
            rows.append(f"| `{name}` | {exhibit.label.says} | {own_is} | {rest} |")
            sys.stderr.write(f"{len(rows)} {name} {own_is}; {rest}\n")
    lines = [HEAD, "## By clause", "", "| clause | catches |", "| --- | --- |"]
    lines += [f"| {clause} | {len(names)} |" for clause, names in kills.items()]
    lines += ["", "## By client", "", "| client | what it does | its own clause catches it | caught by too |"]
    lines += ["| --- | --- | --- | --- |", *rows]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
