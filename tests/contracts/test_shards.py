"""`verify --shard` and `report merge`: the merged shards of a run are the run."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from synap_contracts.clauses.auth import AUTH_SECRET
from synap_contracts.clauses.catalogue import BY_ID
from synap_contracts.clauses.judge import judge
from synap_contracts.client.protocol import Ended, Raised, Returned
from synap_contracts.commands import report, verify
from synap_contracts.observation.observed import Observation, ObservedCall, ObservedStep
from synap_contracts.observation.redaction import redact
from synap_contracts.observation.violation import Violation
from synap_contracts.runs.jobs.codec import decode, encode
from synap_contracts.runs.jobs.job import LaneResult, without_keys
from synap_contracts.runs.known import KnownFailures
from synap_contracts.runs.result import ClauseResult, Counterexample
from synap_contracts.runs.tally import Tally
from synap_contracts.scenarios.model import Call, Open, Scenario, Together
from synap_contracts.server.server import UNKNOWN, Key, Recorded, Request

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

COUNT = 4
CLIENT = '''
import httpx
from honest import Honest


class Twofold(Honest):
    """Lets errors of httpx escape, and raises ValueError for invalid messages."""

    def settled(self, outcome):
        if isinstance(outcome, httpx.HTTPError):
            raise outcome
        return super().settled(outcome)

    def check(self, index, entry):
        if entry.get("role") not in ("user", "assistant"):
            raise ValueError(f"messages[{index}] has no role")
        super().check(index, entry)
'''
CLAUSES = ("IN-KEYS", "IN-ROLE", "IN-UUID", "IN-TYPES", "NET-LOST")
FINDINGS = {"reference": [], "twofold:Twofold": [["NET-LOST"], ["IN-KEYS", "IN-ROLE", "IN-TYPES"]]}
VOLATILE = re.compile(r"msg_\w+|inst_\w+|\d{4}-\d\d-\d\dT[\d:.]+Z|127\.0\.0\.1:\d+")
"""IDs that the server makes, times, and ports. The duration differs, too."""


def verify_part(client: str, folder: Path, file: Path, *more: str) -> Result:
    """Run a part of the checks, and write the JSON report."""
    clauses = [part for each in CLAUSES for part in ("--clause", each)]
    options = ["--profile", "quick", "--seed", "5", "--examples", "1", "--path", str(folder), "--in-process"]
    where = ["--folder", str(file.with_suffix("")), "--json", str(file)]
    return CliRunner().invoke(verify, [client, *clauses, *options, *where, *more])


def merge(folder: Path, *files: Path) -> Result:
    where = ["--folder", str(folder / "merged"), "--json", str(folder / "merged.json")]
    return CliRunner().invoke(report, ["merge", *map(str, files), *where])


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory, zoo: Path) -> Callable[[str], Path]:
    """Returns a folder with the reports of all shards of a client, which run once."""
    root = tmp_path_factory.mktemp("shards")
    (root / "twofold.py").write_text(CLIENT, encoding="utf-8")
    assert zoo.exists()

    def run(client: str) -> Path:
        folder = root / client.partition(":")[0]
        if not folder.exists():
            folder.mkdir()
            for index in range(1, COUNT + 1):
                verify_part(client, root, folder / f"{index}.json", "--shard", f"{index}/{COUNT}")
        return folder

    return run


def files_in(folder: Path) -> list[Path]:
    return [folder / f"{index}.json" for index in range(1, COUNT + 1)]


def lasting(file: Path) -> Any:
    """Return a report without what differs between two runs."""
    text = file.read_text(encoding="utf-8").replace(str(file.with_suffix("")), "FOLDER")
    value = json.loads(VOLATILE.sub("…", text))
    for run in value["runs"]:
        del run["seconds"]
    return value


@pytest.mark.parametrize("client", FINDINGS)
def test_merged_shards_equal_one_run(client: str, shards: Callable[[str], Path]) -> None:
    folder = shards(client)
    one = verify_part(client, folder.parent, folder / "one.json")
    merged = merge(folder, *files_in(folder))
    (run,) = json.loads((folder / "one.json").read_text(encoding="utf-8"))["runs"]
    assert sorted([each["clause"], *each["also"]] for each in run["findings"]) == sorted(FINDINGS[client])
    assert lasting(folder / "merged.json") == lasting(folder / "one.json")
    assert merged.exit_code == one.exit_code


def test_shards_run_different_checks(shards: Callable[[str], Path]) -> None:
    runs = [json.loads(file.read_text(encoding="utf-8"))["runs"][0] for file in files_in(shards("reference"))]
    assert [(run["shard"]["index"], run["shard"]["of"]) for run in runs] == [(n, COUNT) for n in range(1, COUNT + 1)]
    elsewhere = [{c["id"] for c in run["clauses"] if c["message"] == "its checks are in other shards"} for run in runs]
    assert all(elsewhere)
    assert set.intersection(*elsewhere) == set()


def _of_other_seed(value: Any) -> None:
    value["runs"][0]["shard"]["search"]["seed"] = 6


def _of_other_profile(value: Any) -> None:
    value["runs"][0]["shard"]["search"]["profile"] = "deep"


def _of_other_contract(value: Any) -> None:
    value["contract"] = "2020-01-01"


def _of_other_client(value: Any) -> None:
    value["runs"][0]["client"]["spec"] = "mine:make"


def _of_other_version(value: Any) -> None:
    value["runs"][0]["shard"]["search"]["version"] = "2.0"


def _of_five(value: Any) -> None:
    value["runs"][0]["shard"]["of"] = 5


def _given_twice(value: Any) -> None:
    value["runs"][0]["shard"]["index"] = 1


def _whole(value: Any) -> None:
    value["runs"][0]["shard"] = None


def _edited(value: Any) -> None:
    value["runs"][0]["shard"]["parts"].pop()


def _without_index(value: Any) -> None:
    del value["runs"][0]["shard"]["index"]


REFUSED: list[tuple[Callable[[Any], None], str]] = [
    (_of_other_seed, "{second}: seed is 6; expected 5, as in {first}"),
    (_of_other_profile, "{second}: profile is 'deep'; expected 'quick', as in {first}"),
    (_of_other_contract, "{second}: contract is '2020-01-01'; expected '20"),
    (_of_other_client, "{second}: clients is ['mine:make']; expected ['reference'], as in {first}"),
    (_of_other_version, "{second}: version is '2.0'; expected None, as in {first}"),
    (_of_five, "{second}: the number of shards is 5; expected 4, as in {first}"),
    (_given_twice, "{first} and {second} are both shard 1/4; expected each shard once"),
    (_whole, "{second} is not a shard; expected a report of synap-mock verify --shard"),
    (_edited, "{second}: parts were changed after the run wrote them: their digest differs"),
    (_without_index, "{second} is not a report of synap-mock verify --json: runs[0].shard.index is missing; expected"),
]


@pytest.mark.parametrize(("change", "expected"), REFUSED, ids=[each.__name__[1:] for each, _ in REFUSED])
def test_shards_that_do_not_fit_are_refused(
    change: Callable[[Any], None], expected: str, shards: Callable[[str], Path], tmp_path: Path
) -> None:
    first, second, *others = files_in(shards("reference"))
    value = json.loads(second.read_text(encoding="utf-8"))
    change(value)
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(value), encoding="utf-8")
    done = merge(tmp_path, first, changed, *others)
    assert (done.exit_code, done.stdout, (tmp_path / "merged.json").exists()) == (2, "", False)
    assert f"Error: {expected.format(first=first, second=changed)}" in done.stderr


def test_missing_shard_is_refused(shards: Callable[[str], Path], tmp_path: Path) -> None:
    done = merge(tmp_path, *files_in(shards("reference"))[::2])
    assert (done.exit_code, done.stderr) == (2, "Error: shard 2/4, 4/4 is missing; expected one report of each shard\n")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--shard", "5/4"), "'5/4' is not a shard; expected I/N with 1 <= I <= N, such as 2/5"),
        (("--shard", "1/2"), "--shard requires --seed, with the same value for every shard"),
        (("--shard", "1/99", "--seed", "1"), "--shard 1/99: this run has 12 parts; expected N <= 12"),
        (("--shard", "1/2", "--seed", "1", "--replay", "ab"), "--shard cannot be combined with --replay"),
    ],
    ids=["outside", "without-a-seed", "too-many", "with-replay"],
)
def test_shard_that_cannot_be_merged_is_refused(options: tuple[str, ...], expected: str) -> None:
    done = CliRunner().invoke(verify, ["reference", *options])
    assert (done.exit_code, expected in done.stderr) == (2, True)


KEY = "synap_0123456789abcdef0123456789abcdef"
AT = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


def lane() -> LaneResult:
    """Return the result of a lane that has every kind of value."""
    calls = (Call(({"content": "\ud800", "$python": {"$odd": [1.5, None]}},)), Call(()))
    scenario = Scenario((Open(), Together(calls)), listening=True)
    outcomes = (
        Returned({"total": math.inf, "results": [{"message_id": (1 << 70)}]}, altered=((1, "answer"),)),
        Raised("mine.Error", frozenset({"Error"}), f"rejected: {KEY}!", (f"rejected: {KEY}!",)),
    )
    observed = tuple(ObservedCall(n, call, call.messages, outcomes[n], Key(KEY, "i")) for n, call in enumerate(calls))
    row = Recorded("msg_1", 1, {"content": "a", "metadata": UNKNOWN}, None)
    step = ObservedStep(observed, {}, {("i", "c"): (row,)})
    request = Request(AT, "POST", "/", None, KEY, "")
    observation = Observation(scenario, (step,), output=(KEY.encode().hex(),), secrets=(KEY,), requests=(request,))
    example = Counterexample("ab", scenario, observation, Violation(AUTH_SECRET.id, f"the key {KEY} is shown", 1))
    tally = Tally(examples=Counter({AUTH_SECRET.id: 3}), proven={AUTH_SECRET.id})
    tally.settled[AUTH_SECRET.id] = ClauseResult(BY_ID["AUTH-SECRET"], "failed", 1, KEY, example)
    tally.gaps[AUTH_SECRET.id].append("why")
    ended = replace(observed[1], outcome=Ended(2.0, None, "gone"))
    known = KnownFailures()
    steps = (replace(step, calls=(ended,)),)
    known.found[AUTH_SECRET.id, "kind"] = replace(example, observation=replace(observation, steps=steps))
    return LaneResult(tally, known)


def test_part_of_a_run_survives_json() -> None:
    part = lane()
    read = decode(json.loads(json.dumps(encode(part), allow_nan=False)))
    assert (read.tally, read.known.found) == (part.tally, part.known.found)
    example = read.tally.settled[AUTH_SECRET.id].counterexample
    assert example.observation.calls[1].call is example.scenario.calls[1]
    assert read.tally.gaps["unknown"] == []


def test_part_has_no_key_and_the_same_verdicts() -> None:
    original = lane().tally.settled[AUTH_SECRET.id].counterexample
    example = without_keys(lane(), frozenset({KEY})).tally.settled[AUTH_SECRET.id].counterexample
    assert original is not None
    assert example is not None
    assert "0123456789" not in repr(example)
    assert example.observation.calls[0] is not original.observation.calls[0]
    assert judge(example.observation) == redact(judge(original.observation), frozenset({KEY}))
