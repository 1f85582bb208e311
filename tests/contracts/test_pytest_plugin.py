"""The contract kit in pytest: `--synap-client`, and the base class."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import parse

import pytest
from synap_contracts import pytest_plugin, recording_contract
from synap_contracts.clauses.catalogue import CLAUSES, REVISION, REVISIONS
from synap_contracts.clauses.clause import ClauseId
from synap_contracts.recording_contract import RecordingContract, replaces
from synap_contracts.runs.jobs.board import FolderBoard
from synap_contracts.runs.known_file import PLACEHOLDER
from synap_contracts.scenarios.saved import SavedExamples

if TYPE_CHECKING:
    from synap_contracts.recording_contract import Judged

INI = """
[pytest]
filterwarnings =
    error
    default:.*replace the reason:UserWarning
    ignore:The configuration option .asyncio_default:pytest.PytestDeprecationWarning
    ignore:Module already imported so cannot be rewritten; _editable_impl:pytest.PytestAssertRewriteWarning
"""
ALMOST = '''
import os

from synap_contracts.client.bundled.reference import AuthenticationError, ReferenceClient, SynapError


class Client(ReferenceClient):
    """Passes AUTH-MISSING; fails IN-ROLE (a MUST) and RES-EMPTY (a SHOULD)."""

    def __init__(self, base_url, api_key):
        super().__init__(base_url, api_key, 30.0)

    async def record_messages_batch(self, messages):
        if not messages:
            raise SynapError("nothing to send")
        if any(entry.get("role") not in ("user", "assistant") for entry in messages):
            raise AuthenticationError("no")
        return await super().record_messages_batch(messages)


class Crashes(Client):
    """Ends its process on an empty batch."""

    async def record_messages_batch(self, messages):
        return await super().record_messages_batch(messages) if messages else os._exit(3)


class Dead(Client):
    """Records nothing."""

    async def record_messages_batch(self, messages):
        raise AuthenticationError("no")
'''
SELECTED = "AUTH-MISSING or IN-ROLE or RES-EMPTY or DIALECT or settings"
CLASSES = """
from almost import Client
from synap_contracts.recording_contract import RecordingContract


def function(api_key):
    pass


class Quick(RecordingContract):
    profile = "quick"
    seed = 1


class TestNamed(Quick):
    client = "almost:Client"


class TestMethod(Quick):
    def client(self, base_url, api_key):
        return Client(base_url, api_key)


class TestStrict(Quick):
    client = Client
    strict = True


class TestKnown(Quick):
    client = "almost:Client"
    known_failures = "known.toml"


class TestAccepted(Quick):
    client = "almost:Client"
    known_failures = "accepted.toml"


class TestStrictReasons(TestAccepted):
    strict = True


class TestCrashes(Quick):
    client = "almost:Crashes"


class TestDead(Quick):
    client = "almost:Dead"


class TestNothing(Quick):
    pass


class TestTooDeep(Quick):
    client = "almost:Client"
    profile = "abysmal"


class TestFunction(Quick):
    client = function


class TestNowhere(Quick):
    client = "nowhere:Client"


class TestLong(Quick):
    client = "almost:Client"
    duration = "5"


class TestPast(Quick):
    client = "almost:Client"
    contract = "1999-01-01"


class TestElsewhere(Quick):
    client = "almost:Client"
    database = "http://127.0.0.1:1"
"""

KNOWN = """
[[known]]
clause = "IN-ROLE"
kind = "raised AuthenticationError"
reason = "it checks the key first"
example = '{"steps": [{"do": "call", "messages": [{"conversation_id": "$0", "role": "x", "content": "a"}]}]}'

[[known]]
clause = "AUTH-MISSING"
kind = "returned"
reason = "it failed before"
example = '{"steps": [{"do": "open", "key": "missing"}, {"do": "call", "messages": []}]}'
"""


def run_pytest(folder: Path, *arguments: str) -> tuple[dict[str, str], str]:
    """Run a session, and return the outcome of each test, and the output."""
    (folder / "pytest.ini").write_text(INI, encoding="utf-8")
    (folder / "almost.py").write_text(ALMOST, encoding="utf-8")
    # In an editable install, the repository's conftest is next to the package.
    without = [part for name in ("cacheprovider", "schemathesis", "xdist") for part in ("-p", f"no:{name}")]
    command = [sys.executable, "-m", "pytest", "--noconftest", "--junitxml", "junit.xml", *without, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    cases = parse(folder / "junit.xml").iter("testcase")  # noqa: S314 - our own
    return {
        f"{case.attrib['classname'].rpartition('.')[2]} {case.attrib['name'].removeprefix('test_clause')}": next(
            (
                each.attrib.get("type", "").removeprefix("pytest.") or each.tag
                for each in case
                if each.tag != "properties"
            ),
            "passed",
        )
        for case in cases
    }, done.stdout


@pytest.fixture(scope="module")
def by_option(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], str]:
    """A session that names its client on the command line."""
    client = ["--synap-client=almost:Client", "--synap-path=.", "--synap-profile=quick", "--synap-seed=1"]
    return run_pytest(tmp_path_factory.mktemp("by_option"), "--pyargs", "synap_contracts", *client, "-k", SELECTED)


@pytest.fixture(scope="module")
def by_class(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], str]:
    """A session of test classes."""
    folder = tmp_path_factory.mktemp("by_class")
    (folder / "test_mine.py").write_text(CLASSES, encoding="utf-8")
    (folder / "known.toml").write_text(KNOWN, encoding="utf-8")
    accepted = KNOWN.replace("it checks the key first", PLACEHOLDER)
    (folder / "accepted.toml").write_text(accepted, encoding="utf-8")
    return run_pytest(folder, "-k", SELECTED)


def test_clause_is_a_test_with_its_outcome(by_option: tuple[dict[str, str], str]) -> None:
    assert by_option[0] == {
        "TestContract [AUTH-MISSING]": "passed",
        "TestContract [IN-ROLE]": "failure",
        "TestContract [RES-EMPTY]": "xfail",
        "TestContract [DIALECT]": "skip",
    }


def test_failure_shows_the_counterexample_and_how_to_replay_it(by_option: tuple[dict[str, str], str]) -> None:
    assert "IN-ROLE, failed; profile quick, seed 1" in by_option[1]
    assert "synap-mock verify almost:Client --path . --clause IN-ROLE --replay" in by_option[1]


@pytest.mark.parametrize(
    ("test", "outcome"),
    [
        ("TestNamed [IN-ROLE]", "failure"),
        ("TestNamed [AUTH-MISSING]", "passed"),
        ("TestNamed [RES-EMPTY]", "xfail"),
        ("TestMethod [IN-ROLE]", "failure"),
        ("TestMethod [AUTH-MISSING]", "passed"),
        ("TestStrict [RES-EMPTY]", "failure"),
        ("TestStrict [AUTH-MISSING]", "passed"),
        ("TestKnown [IN-ROLE]", "xfail"),
        ("TestKnown [AUTH-MISSING]", "failure"),
        ("TestKnown [RES-EMPTY]", "failure"),
        ("TestAccepted [IN-ROLE]", "xfail"),
        ("TestStrictReasons [IN-ROLE]", "error"),
        ("TestCrashes [AUTH-MISSING]", "passed"),
        ("TestCrashes [RES-EMPTY]", "xfail"),
        ("TestDead [IN-ROLE]", "error"),
        ("TestNothing [settings]", "error"),
        ("TestTooDeep [settings]", "error"),
        ("TestFunction [settings]", "error"),
        ("TestNowhere [IN-ROLE]", "error"),
        ("TestLong [settings]", "error"),
        ("TestPast [settings]", "error"),
        ("TestElsewhere [IN-ROLE]", "error"),
    ],
)
def test_class_names_its_client(test: str, outcome: str, by_class: tuple[dict[str, str], str]) -> None:
    assert by_class[0][test] == outcome


@pytest.mark.parametrize(
    "message",
    [
        'TestNothing has no client; write client = "module:factory"',
        "TestTooDeep.profile is 'abysmal'; expected one of quick, default, deep",
        "TestFunction.client takes (); expected base_url and api_key. Write an existing function as client = ",
        "the client records nothing: the client raised synap_contracts.client.bundled.reference.AuthenticationError",
        "TestLong: '5' is not a duration; expected 30s, 5m, 2h or 1h30m",
        f"TestPast: no revision is named '1999-01-01'; expected one of {', '.join(REVISIONS)}",
        "'http://127.0.0.1:1' has the scheme 'http'; expected a folder, or the URL of a Redis server",
        "no module named 'nowhere'; run the command in its folder, or name the folder with --path (in pytest: ",
    ],
)
def test_error_of_a_class_is_explained(message: str, by_class: tuple[dict[str, str], str]) -> None:
    assert f"\n{message}" in by_class[1]


def test_missing_client_is_one_error(tmp_path: Path) -> None:
    outcomes, text = run_pytest(tmp_path, "--pyargs", "synap_contracts")
    assert outcomes == {"TestContract [settings]": "error"}
    assert "\nname the client: pytest --pyargs synap_contracts --synap-client=SPEC\n" in text


def test_option_overrides_the_attribute(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> None:
    class Mine(RecordingContract):
        client = "reference"
        duration = "1h30m"
        database = Path("mine")

    monkeypatch.setattr(pytestconfig.option, "synap_database", None)  # the environment can set it
    before = Mine.settings(pytestconfig)
    for name, value in (("for", "5m"), ("contract", REVISION), ("database", "theirs")):
        monkeypatch.setattr(pytestconfig.option, f"synap_{name}", value)
    after = Mine.settings(pytestconfig)
    assert (before.for_s, before.contract, before.database) == (5400.0, REVISION, "mine")
    assert (after.for_s, after.contract, after.database) == (300.0, REVISION, "theirs")


def test_duration_is_that_of_the_run(
    pytestconfig: pytest.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Mine(RecordingContract):
        client = "reference"
        profile = "quick"
        duration = "1s"

    monkeypatch.chdir(tmp_path)
    board = FolderBoard(tmp_path)
    recording_contract._run(Mine, Mine.settings(pytestconfig), frozenset({"AUTH-MISSING"}), board)  # noqa: SLF001
    assert board.has("until")


def test_counterexample_is_shared(tmp_path: Path) -> None:
    client = ["--synap-client=almost:Client", "--synap-path=.", "--synap-profile=quick", "--synap-seed=1"]
    more = ["--synap-database=shared", f"--synap-contract={REVISION}"]
    outcomes, _ = run_pytest(tmp_path, "--pyargs", "synap_contracts", *client, *more, "-k", "IN-ROLE")
    assert outcomes == {"TestContract [IN-ROLE]": "failure"}
    assert SavedExamples(None, "almost:Client", str(tmp_path / "shared")).load(ClauseId("IN-ROLE"))


def test_every_clause_has_a_test(by_option: tuple[dict[str, str], str]) -> None:
    assert f"{len(CLAUSES) - len(by_option[0])} deselected" in by_option[1]


def test_plugin_has_only_options() -> None:
    hooks = [name for name in vars(pytest_plugin) if name.startswith("pytest_")]
    fixtures = [
        name for name, value in vars(pytest_plugin).items() if type(value).__name__ == "FixtureFunctionDefinition"
    ]
    assert (hooks, fixtures) == (["pytest_addoption"], [])


@pytest.mark.parametrize("module", ["pytest_plugin", "recording_contract"])
def test_imports_of_a_session_are_light(module: str) -> None:
    script = f"import sys, json, synap_contracts.{module}; print(json.dumps([*sys.modules]))"
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert not {"httpx", "hypothesis", "synap_mock", "click", "uvicorn", "asyncio", "maximem_synap"} & loaded


@pytest.mark.parametrize("name", ["test_clause", "judged", "pytest_generate_tests"])
def test_accidental_override_is_rejected(name: str) -> None:
    with pytest.raises(TypeError, match=rf"Mine\.{name} would replace RecordingContract\.{name}"):
        type("Mine", (RecordingContract,), {name: lambda: None, "__qualname__": "Mine"})


def test_accidental_override_by_another_base_is_rejected() -> None:
    class Other:
        def test_clause(self) -> None: ...

    with pytest.raises(TypeError, match=r"Other\.test_clause would replace"):
        type("Mine", (Other, RecordingContract), {})


def test_marked_override_is_accepted() -> None:
    class Mine(RecordingContract):
        @replaces("needs the VPN")
        def test_clause(self, judged: Judged, request: pytest.FixtureRequest) -> None:
            super().test_clause(judged, request)

    assert "test_clause" in vars(Mine)
