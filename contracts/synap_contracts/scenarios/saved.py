"""Counterexamples that are kept from run to run, in a folder for each client."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from hypothesis.database import DirectoryBasedExampleDatabase, InMemoryExampleDatabase

from synap_contracts.clauses.catalogue import CLAUSES
from synap_contracts.scenarios.model import dumps, from_json, replay_id

if TYPE_CHECKING:
    from pathlib import Path

    from hypothesis.database import ExampleDatabase

    from synap_contracts.scenarios.model import Scenario


class Kept:
    """A client's counterexamples, in a hypothesis example database.

    Args:
        folder: Of all clients, or None to keep nothing.
        client: The client as the user named it.
    """

    def __init__(self, folder: Path | None, client: str) -> None:
        self.folder = None if folder is None else folder / (re.sub(r"[^\w.=-]+", "_", client)[:80] or "client")
        self.database: ExampleDatabase = (
            InMemoryExampleDatabase() if self.folder is None else DirectoryBasedExampleDatabase(self.folder)
        )

    def of(self, clause: str) -> tuple[Scenario, ...]:
        """What broke a clause, the smallest first; what an older version wrote and this can't read is left out."""
        found = []
        for value in sorted(self.database.fetch(clause.encode()), key=len):
            try:
                found.append(from_json(json.loads(value)))
            except ValueError:
                continue
        return tuple(found)

    def keep(self, clause: str, scenario: Scenario) -> None:
        """Keep one."""
        self.database.save(clause.encode(), dumps(scenario))

    def forget(self, clause: str, scenario: Scenario) -> None:
        """Drop one that breaks nothing any more."""
        self.database.delete(clause.encode(), dumps(scenario))

    def named(self, id_: str, clauses: frozenset[str] = frozenset()) -> tuple[str, Scenario] | None:
        """The clause and the scenario that `--replay` names; of these clauses, where any are given."""
        for clause in CLAUSES:
            if clauses and clause.id not in clauses:
                continue
            for scenario in self.of(clause.id):
                if replay_id(scenario) == id_:
                    return clause.id, scenario
        return None
