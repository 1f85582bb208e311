"""A shard in a JSON report: what the run was assembled from."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, TypeAlias

from synap_contracts.clauses.clause import ClauseId
from synap_contracts.client.spec import Spec
from synap_contracts.runs.jobs.assembly import Shard
from synap_contracts.runs.jobs.codec import decode, encode
from synap_contracts.runs.jobs.options import RunOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synap_contracts.report.types import ShardReport

Json: TypeAlias = Any


def shard_to_json(shard: Shard, repeated: Sequence[str]) -> ShardReport:
    """Return a shard.

    Args:
        shard: The shard.
        repeated: The other options of the command.
    """
    options, hello = shard.options, shard.prelude.hello
    parts = [encode(shard.prelude), *([number, encode(lane)] for number, lane in shard.lanes.items())]
    return {
        "index": shard.index,
        "of": shard.of,
        "search": {
            "client": options.spec.text,
            "name": hello.name,
            "version": hello.version,
            "dialect": options.dialect,
            "profile": options.profile,
            "seed": options.seed,
            "examples": options.plan.examples,
            "clauses": sorted(options.plan.clauses),
            "known": [f"{each.clause}: {each.kind}" for each in options.known.known],
        },
        "options": [*repeated],
        "parts": parts,
        "digest": digest_of(parts),
    }


def digest_of(parts: Json) -> str:
    """Return the digest of parts."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def shard_from_json(report: ShardReport) -> Shard:
    """Return the shard of a report.

    Raises:
        ValueError: The parts are not those of a run.
    """
    if digest_of(report["parts"]) != report["digest"]:
        raise ValueError("parts were changed after the run wrote them: their digest differs")
    search = report["search"]
    options = RunOptions(
        spec=Spec(search["client"]),
        profile=search["profile"],
        seed=search["seed"],
        clauses=frozenset(map(ClauseId, search["clauses"])),
        examples=search["examples"],
        dialect=search["dialect"],
        shard=(report["index"], report["of"]),
    )
    prelude, *lanes = report["parts"]
    found = {number: decode(lane) for number, lane in lanes}
    return Shard(report["index"], report["of"], options, decode(prelude), found)
