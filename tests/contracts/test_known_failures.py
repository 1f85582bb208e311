"""Known failures: listed ones are ignored, a replay decides which are stale, and all others are new."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from click.testing import CliRunner
from contracts.reports.documents import report_of
from synap_contracts.clauses.auth import AUTH_OWN
from synap_contracts.clauses.catalogue import CLAUSES
from synap_contracts.clauses.inputs import IN_KEYS
from synap_contracts.clauses.rows import ACCEPT
from synap_contracts.clauses.statuses import RATE_WAIT
from synap_contracts.client.spec import Spec
from synap_contracts.commands import verify as command
from synap_contracts.report.verdicts import exit_status
from synap_contracts.runs.known import KnownFailureList, KnownFailures, applies, replay
from synap_contracts.runs.known_file import PLACEHOLDER, load
from synap_contracts.runs.result import KnownFailure
from synap_contracts.runs.run import RunOptions, run_client
from synap_contracts.runs.scenario_runner import ScenarioRunner, random_from
from synap_contracts.scenarios.model import Call, Scenario, one
from synap_contracts.server.other_origin import other_origin
from synap_contracts.server.server import ServerError, own_server

if TYPE_CHECKING:
    from synap_contracts.runs.result import ClauseResult, Run

OFFICIAL = Path(__file__).parents[2] / "contracts" / "known-failures" / "official-sdk.toml"

CLIENT = """
from synap_contracts.client.bundled.reference import ReferenceClient

version = "1.4.0"

class Forgiving(ReferenceClient):
    async def record_messages_batch(self, messages):
        for number, entry in enumerate(messages):
            if isinstance(entry, dict) and "content" not in entry:
                raise ValueError(f"Message {number} has no content")
            if isinstance(entry, dict) and "conversation_id" not in entry:
                raise LookupError(f"Message {number} has no conversation")
        return await super().record_messages_batch(messages)

def forgiving(base_url, api_key, *, timeout_s=30.0):
    return Forgiving(base_url, api_key, timeout_s)

class Demanding(ReferenceClient):
    async def record_messages_batch(self, messages):
        if not messages:
            raise ValueError("There is nothing to record")
        return await super().record_messages_batch(messages)

def demanding(base_url, api_key, *, timeout_s=30.0):
    return Demanding(base_url, api_key, timeout_s)

class Shared(ReferenceClient):
    async def record_messages_batch(self, messages):
        if shared["closed"]:
            raise RuntimeError("the client is closed")
        return await super().record_messages_batch(messages)

    def close(self):
        shared["closed"] = True

shared = {"client": None, "closed": False}

def sharing(base_url, api_key, *, timeout_s=30.0):
    shared["client"] = shared["client"] or Shared(base_url, api_key, timeout_s)
    return shared["client"]

def right(base_url, api_key, *, timeout_s=30.0):
    return ReferenceClient(base_url, api_key, timeout_s)
"""
"""`forgiving` violates IN-KEYS in two ways, `demanding` RES-EMPTY, a SHOULD. `sharing` always returns the first client,
even after it was closed, as the official SDK did up to 0.4.0."""

NO_CONTENT = one({"conversation_id": "$0", "role": "user"})
NO_CONVERSATION = one({"role": "user", "content": "a"})
LISTED = KnownFailure(IN_KEYS.id, "raised ValueError", "reported to its authors", NO_CONTENT)
BOTH = (LISTED, KnownFailure(IN_KEYS.id, "raised LookupError", "reported too", NO_CONVERSATION))


class RunModule(Protocol):
    """Checks a client of the module against IN-KEYS, with known failures."""

    def __call__(self, factory: str, *known: KnownFailure, **listed: bool) -> Run: ...


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "forgiving_client.py").write_text(CLIENT)
    return tmp_path


@pytest.fixture
def run_module(fake_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> RunModule:
    monkeypatch.syspath_prepend(str(folder))

    def run(factory: str, *known: KnownFailure, **listed: bool) -> Run:
        return run_client(
            RunOptions(
                Spec(f"forgiving_client:{factory}", (str(folder),), in_process=True),
                profile="quick",
                examples=0,
                clauses=frozenset({IN_KEYS.id}),
                url=fake_url,
                known=KnownFailureList(known, **listed),
            )
        )

    return run


def outcome(run: Run) -> ClauseResult:
    (result,) = run.clauses
    return result


def test_listed_failure_is_known_and_does_not_fail_the_run(run_module: RunModule) -> None:
    run = run_module("forgiving", *BOTH)
    assert (outcome(run).outcome, exit_status(report_of(run, strict=True))) == ("known", 0)


def test_known_failure_reports_its_reasons(run_module: RunModule) -> None:
    assert outcome(run_module("forgiving", *BOTH)).message == (
        "raised ValueError: reported to its authors; raised LookupError: reported too"
    )


def test_known_failure_has_its_replay_as_counterexample(run_module: RunModule) -> None:
    shown = outcome(run_module("forgiving", *BOTH)).counterexample
    assert shown is not None
    assert shown.scenario == NO_CONTENT


def test_search_continues_after_known_failure(run_module: RunModule) -> None:
    result = outcome(run_module("forgiving", LISTED))
    assert result.outcome == "failed"
    assert "LookupError" in result.message


def test_another_kind_of_failure_is_new(run_module: RunModule) -> None:
    result = outcome(run_module("forgiving", replace(LISTED, kind="returned"), BOTH[1]))
    assert result.outcome == "failed"
    assert "ValueError" in result.message


def test_stale_entry_fails_the_run(run_module: RunModule) -> None:
    run = run_module("right", LISTED)
    assert (outcome(run).outcome, exit_status(report_of(run))) == ("stale", 1)


def test_replay_decides_whether_entry_is_stale(run_module: RunModule) -> None:
    healthy = one({"conversation_id": "$0", "role": "user", "content": "a"})
    run = run_module("forgiving", replace(LISTED, example=healthy), BOTH[1])
    assert outcome(run).outcome == "stale"


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        pytest.param(None, None, "known", id="no-release-named"),
        pytest.param("1.4.0", None, "known", id="since-this-one"),
        pytest.param(None, "1.4.0", "known", id="until-this-one"),
        pytest.param("1.10.0", None, "failed", id="since-a-later-one"),
        pytest.param(None, "1.3.9", "failed", id="until-an-earlier-one"),
    ],
)
def test_entry_applies_only_to_its_releases(
    run_module: RunModule, since: str | None, until: str | None, found: str
) -> None:
    run = run_module("forgiving", replace(LISTED, since=since, until=until), BOTH[1])
    assert outcome(run).outcome == found


def test_entry_of_earlier_releases_is_not_stale(run_module: RunModule) -> None:
    assert outcome(run_module("right", replace(LISTED, until="1.3.9"))).outcome == "passed"


def test_every_entry_applies_to_client_without_version() -> None:
    assert applies(replace(LISTED, since="9.0", until="9.1"), None)


def test_entry_of_other_dialect_is_ignored(run_module: RunModule) -> None:
    assert outcome(run_module("right", replace(LISTED, dialect="observed"))).outcome == "passed"


def test_replay_that_fails_in_another_way_is_stale(run_module: RunModule) -> None:
    assert outcome(run_module("forgiving", *BOTH, replace(LISTED, kind="returned"))).outcome == "stale"


def test_first_failure_settles_a_clause_by_default(run_module: RunModule) -> None:
    assert run_module("forgiving").found == ()


def test_collecting_finds_all_kinds_of_failure(run_module: RunModule) -> None:
    run = run_module("forgiving", collecting=True)
    assert {each.kind for each in run.found} == {"raised ValueError", "raised LookupError"}


def test_everywhere_replays_failures_of_other_releases(run_module: RunModule) -> None:
    others = tuple(replace(each, until="1.3.9") for each in BOTH)
    run = run_module("forgiving", *others, collecting=True, everywhere=True)
    assert [each.example for each in run.found] == [NO_CONTENT, NO_CONVERSATION]


def test_confirmed_failures_are_separate_from_new_ones(run_module: RunModule) -> None:
    run = run_module("forgiving", *BOTH)
    assert (run.confirmed, run.found) == (BOTH, ())


@pytest.mark.parametrize("listed", [pytest.param(0, id="found"), pytest.param(2, id="replayed-twice")])
def test_state_of_the_process_does_not_hide_a_failure(listed: int, fake_url: str, folder: Path) -> None:
    messages = [{"conversation_id": f"${n}", "role": "user", "content": "a"} for n in range(2)]
    example = Scenario((Call((messages[0],), client="a"), Call((messages[1],), client="b")))
    options = RunOptions(
        Spec("forgiving_client:sharing", (str(folder),)),
        profile="quick",
        clauses=frozenset({AUTH_OWN.id}),
        url=fake_url,
        known=KnownFailureList(
            (KnownFailure(AUTH_OWN.id, "another instance", "reported to its authors", example),) * listed
        ),
    )
    result = outcome(run_client(options))
    assert result.outcome == ("known" if listed else "failed")
    assert result.counterexample is not None
    assert result.counterexample.steady


def test_stale_failure_is_not_confirmed(run_module: RunModule) -> None:
    assert run_module("right", LISTED).confirmed == ()


@dataclass
class Bare:
    """A runner whose server has only the documented routes."""

    capabilities: frozenset[str] = frozenset()
    scenarios: list[Scenario] = field(default_factory=list)

    @property
    def server(self) -> Bare:
        return self

    def run(self, scenario: Scenario, *, fresh: bool) -> Any:
        assert fresh
        self.scenarios.append(scenario)
        raise ServerError("there is no /_mock/faults")


def test_failure_is_not_stale_if_server_cannot_replay_it() -> None:
    runner: Any = Bare()
    result = replay(LISTED, runner)
    assert result.outcome == "not-testable"
    assert "the server does not support GET /_mock/conversations" in result.message


def test_clause_that_is_not_tested_is_not_replayed() -> None:
    runner: Any = Bare()
    assert KnownFailures(BOTH).replay(runner, frozenset({ACCEPT.id})) == {}
    assert runner.scenarios == []


def verify(folder: Path, url: str, *arguments: str, client: str = "forgiving") -> tuple[int, str]:
    done = CliRunner().invoke(
        command,
        [
            *(f"forgiving_client:{client}", "--in-process", "--path", str(folder), "--folder", str(folder / "saved")),
            *("--url", url, "--profile", "quick", "--examples", "0", "--known-failures", str(folder / "known.toml")),
            *arguments,
        ],
    )
    return done.exit_code, done.output


def test_accepted_failures_are_known(fake_url: str, folder: Path) -> None:
    file = folder / "known.toml"
    status, output = verify(folder, fake_url, "--clause", "IN-KEYS", "--accept")
    assert (status, "has 2 new entries" in output) == (1, True)
    todo = f"{file}: replace the reason {PLACEHOLDER!r} in line 2, entry 1; line 8, entry 2\n"
    status, output = verify(folder, fake_url, "--clause", "IN-KEYS")
    assert (status, f"Warning: {todo}" in output) == (0, True)
    assert verify(folder, fake_url, "--clause", "IN-KEYS", "--strict") == (2, f"Error: {todo}")
    file.write_text(file.read_text().replace(PLACEHOLDER, "they know"))
    status, output = verify(folder, fake_url, "--clause", "IN-KEYS", "--strict")
    assert (status, "replace the reason" in output) == (0, False)


def test_unlisted_should_fails_the_run(fake_url: str, folder: Path) -> None:
    (folder / "known.toml").write_text("known = []\n")
    clients = ("right", "demanding")
    statuses = [verify(folder, fake_url, "--clause", "RES-EMPTY", client=client)[0] for client in clients]
    assert statuses == [0, 1]


def test_accept_requires_a_file(folder: Path) -> None:
    done = CliRunner().invoke(command, ["reference", "--accept", "--folder", str(folder)])
    assert (done.exit_code, "name it with --known-failures" in done.output) == (2, True)


def test_missing_file_is_an_error(fake_url: str, folder: Path) -> None:
    status, output = verify(folder, fake_url)
    assert (status, "cannot read" in output) == (2, True)


def test_installed_sdk_fails_as_listed() -> None:
    """All failures except RATE-WAIT, whose example takes the SDK ten seconds: `make matrix` replays it."""
    with own_server("documented") as server, other_origin() as origin:
        runner = ScenarioRunner(server, Spec("sdk").start, origin, random_from(1))
        try:
            known = KnownFailureList(load(OFFICIAL)).for_client(runner.driver.hello.version, "documented")
            replayed = known.replay(runner, frozenset(clause.id for clause in CLAUSES if clause is not RATE_WAIT))
        finally:
            runner.stop()
    assert {clause: result.outcome for clause, result in replayed.items()} == dict.fromkeys(
        (
            *("IN-KEYS", "IN-ROLE", "IN-TYPES", "IN-ITERABLE"),
            *("AUTH-SECRET", "NET-LOST", "NET-NAME", "ONCE", "REDIRECT"),
        ),
        "known",
    )


@pytest.mark.parametrize(
    ("dialect", "clauses"), [("documented", ("IN-KEYS", "IN-ROLE", "IN-ITERABLE")), ("observed", ("DIALECT",))]
)
def test_official_sdk_has_no_new_failures(dialect: str, clauses: tuple[str, ...], folder: Path) -> None:
    options = ["--folder", str(folder / "saved"), "--profile", "quick", "--examples", "2", "--jobs", "1"]
    options += [
        "--dialect",
        dialect,
        "--known-failures",
        str(OFFICIAL),
        *(part for clause in clauses for part in ("--clause", clause)),
    ]
    done = CliRunner().invoke(command, ["sdk", *options])
    assert (done.exit_code, "known" in done.output) == (0, True), done.output
