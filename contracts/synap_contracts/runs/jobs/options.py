"""The options of a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses.catalogue import REVISION, clauses_of
from synap_contracts.client.spec import FactorySpec
from synap_contracts.runs.check_runner import PROFILES, Plan
from synap_contracts.runs.jobs.lanes import lanes_of, lanes_of_shard
from synap_contracts.runs.known import KnownFailureList

if TYPE_CHECKING:
    from pathlib import Path

    from synap_contracts.clauses.clause import ClauseId, Depth
    from synap_contracts.client.spec import Spec
    from synap_contracts.runs.jobs.lanes import Lane

TRIES: Final[dict[Depth, int]] = {"quick": 250, "default": 800, "deep": 4000}
"""The budget of a lane for shrinking, as a number of ordinary scenarios."""
_DEADLINE_S: Final = {"quick": 12.0, "default": 20.0, "deep": 60.0}


@dataclass(frozen=True)
class RunOptions:
    """The options of a run.

    Args:
        spec: The client.
        profile: How deep to search.
        seed: The seed of the search.
        clauses: The clauses to test. Empty means all.
        examples: The number of scenarios that a check draws, or None for the profile's number.
        dialect: The dialect of the server.
        url: The URL of a running server, or None to start one.
        api_key: A valid key of that server.
        control_token: The token for its control API.
        folder: The folder of saved counterexamples, or None.
        deadline_s: The time after which a call counts as hung, or None for the profile's.
        known: The known failures.
        replay: The ID of a saved counterexample to run instead of the checks.
        jobs: The number of processes that run checks, each with its own clients and fakes.
        database: The address of a database in which other machines save counterexamples too, or None.
        contract: The revision of the contract.
        for_s: How long to play rounds, in seconds, or None for one round.
        until: When the last round ends, by the real clock: `run_client` sets it.
        shard: Which of how many shards to run, from 1, or None for the whole run.
    """

    spec: Spec
    profile: Depth = "default"
    seed: int = 0
    clauses: frozenset[ClauseId] = frozenset()
    examples: int | None = None
    dialect: str = "documented"
    url: str | None = None
    api_key: str | None = None
    control_token: str | None = None
    folder: Path | None = None
    deadline_s: float | None = None
    known: KnownFailureList = field(default_factory=KnownFailureList)
    replay: str | None = None
    jobs: int = 1
    database: str | None = None
    contract: str = REVISION
    for_s: float | None = None
    until: float | None = None
    shard: tuple[int, int] | None = None

    @property
    def single(self) -> bool:
        """Whether everything runs one after the other: in this process, or against the only server."""
        return self.url is not None or self.spec.in_process or isinstance(self.spec, FactorySpec)

    @property
    def lanes(self) -> dict[int, Lane]:
        """The lanes to run, by number."""
        return lanes_of_shard(self.plan, self.shard)

    @property
    def most_shards(self) -> int:
        """The largest number of shards that each have something to run."""
        return len(lanes_of(self.plan))

    @property
    def hung_s(self) -> float:
        """The time after which a call counts as hung, in seconds."""
        return self.deadline_s or _DEADLINE_S[self.profile]

    @property
    def plan(self) -> Plan:
        """The extent of the run."""
        count, fixed_s, drawn_s = PROFILES[self.profile]
        return Plan(
            self.profile,
            count if self.examples is None else self.examples,
            fixed_s,
            drawn_s,
            self.seed,
            (self.clauses or clauses_of(self.contract)) & clauses_of(self.contract),
            self.contract,
            self.until,
        )
