"""Known failures: what a file lists is let be, a replay says what is stale, and everything else is news."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from click.testing import CliRunner
from synap_contracts.clauses.catalogue import BY_ID
from synap_contracts.client.protocol import Hung, Raised, Returned
from synap_contracts.client.spec import Spec
from synap_contracts.commands import verify as command
from synap_contracts.observation.finding import Finding
from synap_contracts.observation.observed import CallSeen, Event, Observation
from synap_contracts.runs.known import Known, Ledger, Listed, kind_of, replay
from synap_contracts.runs.known_file import BadList, block, load
from synap_contracts.runs.run import Order, verify
from synap_contracts.runs.scenario_runner import Player, random_of
from synap_contracts.scenarios.model import Call, Scenario, Trouble, one
from synap_contracts.server.other_origin import bystander
from synap_contracts.server.server import Key, ServerError, own_server

if TYPE_CHECKING:
    from synap_contracts.client.protocol import Told
    from synap_contracts.runs.result import ClauseResult, Run
    from synap_contracts.scenarios.model import KeyKind

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

class Marking(ReferenceClient):
    async def record_messages_batch(self, messages):
        answer = await super().record_messages_batch(messages)
        for entry in messages:
            entry["recorded"] = True
        return answer

def marking(base_url, api_key, *, timeout_s=30.0):
    return Marking(base_url, api_key, timeout_s)

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
"""`forgiving` breaks IN-KEYS in two ways, `marking` SEND-INPUT, a SHOULD; `sharing` gives everybody the first client,
also when that is closed, as the official SDK did up to 0.4.0."""

NO_CONTENT = one({"conversation_id": "$0", "role": "user"})
NO_CONVERSATION = one({"role": "user", "content": "a"})
LISTED = Known("IN-KEYS", "raised ValueError", "told to its makers", NO_CONTENT)
BOTH = (LISTED, Known("IN-KEYS", "raised LookupError", "told too", NO_CONVERSATION))


class Verified(Protocol):
    """Holds a client of the module to IN-KEYS, with known failures."""

    def __call__(self, factory: str, *known: Known, **listed: bool) -> Run: ...


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "forgiving_client.py").write_text(CLIENT)
    return tmp_path


@pytest.fixture
def verified(fake_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Verified:
    monkeypatch.syspath_prepend(str(folder))

    def held(factory: str, *known: Known, **listed: bool) -> Run:
        return verify(
            Order(
                Spec(f"forgiving_client:{factory}", (str(folder),), in_process=True),
                profile="quick",
                examples=0,
                clauses=frozenset({"IN-KEYS"}),
                url=fake_url,
                listed=Listed(known, **listed),
            )
        )

    return held


def outcome(run: Run) -> ClauseResult:
    (result,) = run.clauses
    return result


def test_a_listed_failure_is_known_and_fails_no_run(verified: Verified) -> None:
    run = verified("forgiving", *BOTH)
    assert (outcome(run).outcome, run.status(strict=True)) == ("known", 0)


def test_a_known_failure_tells_its_reasons(verified: Verified) -> None:
    assert outcome(verified("forgiving", *BOTH)).message == (
        "raised ValueError: told to its makers; raised LookupError: told too"
    )


def test_a_known_failure_shows_its_replay(verified: Verified) -> None:
    shown = outcome(verified("forgiving", *BOTH)).counterexample
    assert shown is not None
    assert shown.scenario == NO_CONTENT


def test_the_search_goes_on_behind_a_known_failure(verified: Verified) -> None:
    result = outcome(verified("forgiving", LISTED))
    assert result.outcome == "failed"
    assert "LookupError" in result.message


def test_another_kind_of_failure_is_news(verified: Verified) -> None:
    result = outcome(verified("forgiving", replace(LISTED, kind="returned"), BOTH[1]))
    assert result.outcome == "failed"
    assert "ValueError" in result.message


def test_what_no_longer_fails_is_stale_and_fails_the_run(verified: Verified) -> None:
    run = verified("right", LISTED)
    assert (outcome(run).outcome, run.status(strict=False)) == ("stale", 1)


def test_a_replay_decides_and_not_what_the_search_happens_to_find(verified: Verified) -> None:
    healthy = one({"conversation_id": "$0", "role": "user", "content": "a"})
    run = verified("forgiving", replace(LISTED, example=healthy), BOTH[1])
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
def test_an_entry_holds_for_its_releases_only(
    verified: Verified, since: str | None, until: str | None, found: str
) -> None:
    run = verified("forgiving", replace(LISTED, since=since, until=until), BOTH[1])
    assert outcome(run).outcome == found


def test_an_entry_of_a_release_that_mended_it_is_not_stale(verified: Verified) -> None:
    assert outcome(verified("right", replace(LISTED, until="1.3.9"))).outcome == "passed"


def test_a_client_that_tells_no_version_is_meant_by_every_entry() -> None:
    assert replace(LISTED, since="9.0", until="9.1").applies(None)


def test_an_entry_of_the_other_dialect_is_left_alone(verified: Verified) -> None:
    assert outcome(verified("right", replace(LISTED, dialect="observed"))).outcome == "passed"


def test_a_replay_that_fails_otherwise_is_stale(verified: Verified) -> None:
    assert outcome(verified("forgiving", *BOTH, replace(LISTED, kind="returned"))).outcome == "stale"


def test_the_first_failure_settles_a_clause_where_no_other_kinds_are_asked_for(verified: Verified) -> None:
    assert verified("forgiving").found == ()


def test_all_kinds_are_found_where_they_are_asked_for(verified: Verified) -> None:
    run = verified("forgiving", collecting=True)
    assert {each.kind for each in run.found} == {"raised ValueError", "raised LookupError"}


def test_examples_of_other_releases_are_played_where_that_is_asked_for(verified: Verified) -> None:
    others = tuple(replace(each, until="1.3.9") for each in BOTH)
    run = verified("forgiving", *others, collecting=True, everywhere=True)
    assert [each.example for each in run.found] == [NO_CONTENT, NO_CONVERSATION]


def test_what_happened_as_listed_is_told_apart(verified: Verified) -> None:
    run = verified("forgiving", *BOTH)
    assert (run.shown, run.found) == (BOTH, ())


@pytest.mark.parametrize("listed", [pytest.param(0, id="found"), pytest.param(2, id="replayed-twice")])
def test_what_a_process_remembers_hides_no_failure(listed: int, fake_url: str, folder: Path) -> None:
    messages = [{"conversation_id": f"${n}", "role": "user", "content": "a"} for n in range(2)]
    example = Scenario((Call((messages[0],), client="a"), Call((messages[1],), client="b")))
    order = Order(
        Spec("forgiving_client:sharing", (str(folder),)),
        profile="quick",
        clauses=frozenset({"AUTH-OWN"}),
        url=fake_url,
        listed=Listed((Known("AUTH-OWN", "another instance", "told to its makers", example),) * listed),
    )
    result = outcome(verify(order))
    assert result.outcome == ("known" if listed else "failed")
    assert result.counterexample is not None
    assert result.counterexample.steady


def test_what_is_stale_did_not_happen(verified: Verified) -> None:
    assert verified("right", LISTED).shown == ()


KEY = Key("synap_key", "inst_0")
LOST = Trouble("NET-LOST", {"fault": "Disconnected", "after_commit": True}, "the line was closed")
CREATED = Trouble("REDIRECT", {"fault": "Respond", "status": 201}, "the server answered 201")


@pytest.mark.parametrize(
    ("clause", "call", "key", "told", "kind"),
    [
        pytest.param(
            "IN-KEYS", {}, "own", Raised("builtins.ValueError", frozenset(), ""), "raised ValueError", id="raised"
        ),
        pytest.param("RES-ROWS", {}, "own", Returned({}), "returned", id="returned"),
        pytest.param("ACCEPT", {}, "own", Hung(5.0), "no answer", id="hung"),
        pytest.param("ONCE", {"trouble": LOST}, "own", Returned({}), "Disconnected, returned", id="trouble"),
        pytest.param("REDIRECT", {"trouble": CREATED}, "own", Returned({}), "Respond 201, returned", id="a-status"),
        pytest.param("NET-NAME", {"trouble": LOST}, "own", Raised("a.B", frozenset(), ""), "raised B", id="a-name"),
        pytest.param("IN-ITERABLE", {"given": "generator"}, "own", Returned({}), "generator, returned", id="given"),
        pytest.param("AUTH-SECRET", {}, "newline", Returned({}), "key with a newline, returned", id="a-key"),
    ],
)
def test_a_kind_tells_what_was_odd_and_what_the_caller_was_told(
    clause: str, call: dict[str, Any], key: KeyKind, told: Told, kind: str
) -> None:
    seen = CallSeen(0, Call((), **call), (), told, KEY, key)
    observation = Observation(Scenario(()), (Event((seen,), {}, {}),))
    assert kind_of(Finding(clause, "it went wrong", 0), observation) == kind


def test_a_finding_about_the_whole_scenario_is_overall() -> None:
    assert kind_of(Finding("RES-CALLS", "two calls were told one id"), Observation(Scenario(()), ())) == "overall"


@dataclass
class Bare:
    """A player whose server has nothing but the page's routes, and whose client breaks nothing."""

    means: frozenset[str] = frozenset()
    played: list[Scenario] = field(default_factory=list)

    @property
    def server(self) -> Bare:
        return self

    def play(self, scenario: Scenario, *, fresh: bool) -> Any:
        assert fresh
        self.played.append(scenario)
        raise ServerError("there is no /_mock/faults")


def test_what_a_server_has_no_means_to_replay_is_not_stale() -> None:
    player: Any = Bare()
    result = replay(LISTED, player)
    assert result.outcome == "not-testable"
    assert "the server has no GET /_mock/conversations" in result.message


def test_a_clause_that_is_not_asked_is_not_replayed() -> None:
    player: Any = Bare()
    assert Ledger(BOTH).replayed(player, frozenset({"ACCEPT"})) == {}
    assert player.played == []


ODD = replace(
    LISTED,
    kind='Respond 201, raised "X"',
    reason="''' and \\ and \u2028",
    link="https://example.org/?a=1",
    since="0.2.3",
    until="0.5.9",
    dialect="observed",
    example=Scenario(
        (
            Call(
                ({"conversation_id": "$0", "role": "user", "content": "'''\ud800\x00\x7f\\u0041", "metadata": None},),
                trouble=Trouble("NET-LOST", {"fault": "Disconnected", "times": None}, "the line's end"),
            ),
        )
    ),
)


@pytest.mark.parametrize("known", [pytest.param(LISTED, id="plain"), pytest.param(ODD, id="odd")])
def test_an_entry_is_read_as_it_was_written(known: Known, tmp_path: Path) -> None:
    file = tmp_path / "known.toml"
    file.write_text(block(known), encoding="utf-8")
    assert load(file) == (known,)


GOOD = block(LISTED)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("[[known", "known.toml is no TOML: ", id="no-toml"),
        pytest.param(
            "[[failures]]\n", "is no list of known failures; each of them is a table [[known]]", id="no-table"
        ),
        pytest.param(GOOD.replace("told to its makers", " "), "entry 1 has no reason; say why", id="no-reason"),
        pytest.param(GOOD.replace("kind = ", "sort = "), "entry 1: sort; an entry has clause, kind,", id="odd-key"),
        pytest.param(GOOD + GOOD.replace("IN-KEYS", "IN-KEY"), "entry 2: there is no clause 'IN-KEY'", id="no-clause"),
        pytest.param(GOOD.replace('"IN-KEYS"', "5"), "entry 1: clause is no string", id="no-string"),
        pytest.param(GOOD.replace('"do"', '"did"'), "entry 1: its example is no scenario", id="no-scenario"),
        pytest.param(GOOD.replace("'''{", "'''[{").replace("}'''", "}]'''"), "its example is no scenario", id="a-list"),
        pytest.param(GOOD + GOOD, "entry 2: IN-KEYS (raised ValueError) is listed twice", id="twice"),
    ],
)
def test_a_file_that_lists_nothing_usable_is_told_where_it_is_wrong(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "known.toml"
    file.write_text(text)
    with pytest.raises(BadList) as raised:
        load(file)
    assert says in str(raised.value)


def test_one_failure_may_come_back_in_a_later_release(tmp_path: Path) -> None:
    file = tmp_path / "known.toml"
    file.write_text(block(replace(LISTED, until="0.4.5")) + block(replace(LISTED, since="0.6.1")))
    assert [each.until for each in load(file)] == ["0.4.5", None]


def asked(folder: Path, url: str, *arguments: str, client: str = "forgiving") -> tuple[int, str]:
    done = CliRunner().invoke(
        command,
        [
            *(f"forgiving_client:{client}", "--in-process", "--path", str(folder), "--folder", str(folder / "kept")),
            *("--url", url, "--profile", "quick", "--examples", "0", "--known-failures", str(folder / "known.toml")),
            *arguments,
        ],
    )
    return done.exit_code, done.output


def test_accepted_failures_are_known_once_they_have_reasons(fake_url: str, folder: Path) -> None:
    file = folder / "known.toml"
    status, said = asked(folder, fake_url, "--clause", "IN-KEYS", "--accept")
    assert (status, "has 2 more" in said) == (1, True)
    status, said = asked(folder, fake_url, "--clause", "IN-KEYS")
    assert (status, "entry 1 has no reason" in said) == (2, True)
    file.write_text(file.read_text().replace('reason = ""', 'reason = "they know"'))
    assert asked(folder, fake_url, "--clause", "IN-KEYS")[0] == 0


def test_with_a_list_a_should_that_is_not_in_it_fails_the_run(fake_url: str, folder: Path) -> None:
    (folder / "known.toml").write_text("known = []\n")
    statuses = [asked(folder, fake_url, "--clause", "SEND-INPUT", client=client)[0] for client in ("right", "marking")]
    assert statuses == [0, 1]


def test_accepting_needs_a_file_to_write(folder: Path) -> None:
    done = CliRunner().invoke(command, ["reference", "--accept", "--folder", str(folder)])
    assert (done.exit_code, "name it with --known-failures" in done.output) == (2, True)


def test_a_missing_list_could_not_be_run(fake_url: str, folder: Path) -> None:
    status, said = asked(folder, fake_url)
    assert (status, "cannot read" in said) == (2, True)


def test_the_installed_sdk_fails_as_it_is_listed() -> None:
    """But for RATE-WAIT, whose example takes ten seconds of the SDK's own: `make matrix` plays it."""
    with own_server("documented") as server, bystander() as neighbour:
        player = Player(server, Spec("sdk").start, neighbour, random_of(1))
        try:
            ledger = Listed(load(OFFICIAL)).ledger(player.driver.hello.version, "documented")
            replayed = ledger.replayed(player, frozenset(BY_ID) - {"RATE-WAIT"})
        finally:
            player.stop()
    assert {clause: result.outcome for clause, result in replayed.items()} == dict.fromkeys(
        (
            *("IN-KEYS", "IN-ROLE", "IN-TYPES", "IN-ITERABLE"),
            *("AUTH-SECRET", "NET-LOST", "NET-NAME", "ONCE", "REDIRECT"),
        ),
        "known",
    )


def test_the_official_sdk_breaks_nothing_new(folder: Path, fake_url: str) -> None:
    done = CliRunner().invoke(
        command,
        [
            *("sdk", "--url", fake_url, "--folder", str(folder / "kept"), "--profile", "quick", "--examples", "2"),
            *(
                "--known-failures",
                str(OFFICIAL),
                "--clause",
                "IN-KEYS",
                "--clause",
                "IN-ROLE",
                "--clause",
                "IN-ITERABLE",
            ),
        ],
    )
    assert done.exit_code == 0, done.output


def test_the_official_sdk_in_the_other_dialect(folder: Path) -> None:
    done = CliRunner().invoke(
        command,
        [
            *(
                "sdk",
                "--dialect",
                "observed",
                "--folder",
                str(folder / "kept"),
                "--profile",
                "quick",
                "--examples",
                "2",
            ),
            *("--known-failures", str(OFFICIAL), "--clause", "DIALECT"),
        ],
    )
    assert (done.exit_code, "known" in done.output) == (0, True)
