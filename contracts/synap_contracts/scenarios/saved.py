"""Counterexamples that are saved between runs, in a folder for each client."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from hypothesis.database import DirectoryBasedExampleDatabase, InMemoryExampleDatabase, MultiplexedDatabase

from synap_contracts.scenarios.databases import open_database
from synap_contracts.scenarios.serialization import dumps, from_json

if TYPE_CHECKING:
    from pathlib import Path

    from hypothesis.database import ExampleDatabase

    from synap_contracts.clauses.clause import ClauseId
    from synap_contracts.scenarios.model import Scenario


class SavedExamples:
    """The counterexamples of one client, in a Hypothesis example database.

    Args:
        folder: The folder of all clients, or None to save nothing.
        client: The client as the user named it.
        shared: The address of a database in which other machines save theirs, or None.
    """

    def __init__(self, folder: Path | None, client: str, shared: str | None = None) -> None:
        name = re.sub(r"[^\w.=-]+", "_", client)[:80] or "client"
        self.folder = None if folder is None else folder / name
        self.database: ExampleDatabase = (
            InMemoryExampleDatabase() if self.folder is None else DirectoryBasedExampleDatabase(self.folder)
        )
        if shared is not None:
            self.database = MultiplexedDatabase(self.database, open_database(shared, name))

    def load(self, clause: ClauseId) -> tuple[Scenario, ...]:
        """Return the scenarios that violated a clause, the smallest first. Unreadable ones are skipped."""
        found = []
        for value in sorted(self.database.fetch(clause.encode()), key=len):
            try:
                found.append(from_json(json.loads(value)))
            except ValueError:
                continue
        return tuple(found)

    def save(self, clause: ClauseId, scenario: Scenario) -> None:
        """Save a scenario that violates a clause."""
        self.database.save(clause.encode(), dumps(scenario))

    def delete(self, clause: ClauseId, scenario: Scenario) -> None:
        """Delete a scenario that no longer violates a clause."""
        self.database.delete(clause.encode(), dumps(scenario))
