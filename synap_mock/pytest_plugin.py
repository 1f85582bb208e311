"""The pytest plugin: two fixtures, a marker, ini options. It imports only pytest until a test requests a fixture.

`synap_mock` and `synap_server` are session-scoped, because Hypothesis rejects function-scoped fixtures. Hooks around
each test that uses one of them make the fake clean for every test and every example.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from synap_mock.fixture.remote.session import RemoteSession
    from synap_mock.fixture.session import Session
    from synap_mock.mock import SynapMock

FIXTURES: Final = ("synap_mock", "synap_server")
DIALECTS: Final = ("documented", "observed")
OPTIONS: Final = {
    "api_key": "string",
    "tenancy": "string",
    "dialect": "string",
    "registration": "string",
    "max_batch": "string",
    "processing": "string",
    "processing_seconds": "string",
    "retrieval": "string",
    "compaction_seconds": "string",
    "seed": "string",
    "freeze": "string",
    "rate_limit": "string",
    "hosts": "args",
    "max_body": "string",
    "journal_calls": "string",
    "journal_body": "string",
    "journal_bytes": "string",
    "allow_unmodelled": "bool",
    "real_waits": "bool",
    "real_latency": "bool",
    "ledger": "string",
}
"""Each is an argument of the marker, and an option of the ini file with ``synap_`` before it."""
_HELD: Final = pytest.StashKey["Session"]()
_REMOTE: Final = pytest.StashKey["RemoteSession"]()
_RUNNING: Final = pytest.StashKey[pytest.Item]()
_CALLED: Final = pytest.StashKey[bool]()
_LATE: Final = "synap_mock_late"
_USED: Final = "synap_mock_used"
_WAS_USED: Final = pytest.StashKey[bool]()
"""Whether a test of the session has used the fixture, in a worker of pytest-xdist too."""
_DIALECT: Final = "_synap_dialect"
_SNAPSHOTS: Final = "--synap-snapshots"
_SNAPSHOT: Final = pytest.StashKey[str]()
"""The line of a test's report that says where its snapshot is."""


@pytest.fixture(scope="session")
def synap_mock(request: pytest.FixtureRequest) -> SynapMock:
    """A clean fake for each test and each example: SYNAP_API_KEY is set, the vendor's hosts are intercepted."""
    _follow(request, _begin_late)
    fake: SynapMock = _session(request.config).fake
    return fake


@pytest.fixture(scope="session")
def synap_server(request: pytest.FixtureRequest) -> SynapMock:
    """The same fake on a port, too: `.url` is its address, and httpx clients of this process use it.

    With ``--synap-url``, a world of the test's own on that server.
    """
    fake: SynapMock = _session(request.config, "synap_server").fake
    if _is_remote(request.config):
        _follow(request, _begin_remote_late)
        return fake
    request.getfixturevalue("synap_mock")
    _follow(request, _serve_late)
    return fake


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("synap-mock")
    group.addoption(
        "--synap-url",
        metavar="URL",
        default=None,
        help="a running synap-mock: synap_server is a world of each test's own there; SYNAP_MOCK_CONTROL_TOKEN has its "
        "control token",
    )
    group.addoption(
        _SNAPSHOTS,
        metavar="DIR",
        default=None,
        help="write one HTML file for each failed test that used synap_mock or synap_server: the inspector with what "
        "arrived",
    )
    for name, kind in OPTIONS.items():
        parser.addini(f"synap_{name}", f"{name} of every test's synap_mock, unless a marker sets it", type=kind)  # type: ignore[arg-type] # a literal


def pytest_configure(config: pytest.Config) -> None:
    """Add the marker, create the folder for snapshots, and check the address of the server.

    Raises:
        pytest.UsageError: the value of an option is not accepted.
    """
    description = (
        "synap(tenancy=..., dialect=..., ...): settings of this test's synap_mock; dialect='both' runs it in each"
    )
    config.addinivalue_line("markers", description)
    if config.getoption(_SNAPSHOTS, None) is not None:
        from synap_mock.fixture.reports.snapshots import make_folder  # noqa: PLC0415 - most runs don't use it

        make_folder(config, _SNAPSHOTS)
    if _is_remote(config):
        from synap_mock.fixture.remote.control import address_of  # noqa: PLC0415 - as above

        try:
            address_of(config.getoption("--synap-url"))
        except ValueError as error:
            raise pytest.UsageError(str(error)) from None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """With ``dialect="both"``, run the test in each dialect."""
    if uses(metafunc) and _wanted(metafunc.definition).get("dialect") == "both":
        # Its own name: with one of the fixtures', pytest would rebuild fixtures of a wider scope that depend on it.
        metafunc.fixturenames.append(_DIALECT)
        metafunc.parametrize(_DIALECT, DIALECTS)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before any other fixture: a clean fake, the environment, the settings."""
    item.config.stash[_RUNNING] = item
    if uses(item):
        _begin(item)


def _begin(item: pytest.Item, *names: str) -> None:
    """Prepare the fake for a test, by its marker and the ini file."""
    params: dict[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
    wanted = _wanted(item) | ({"dialect": params[_DIALECT]} if _DIALECT in params else {})
    positional = [value for marker in item.iter_markers("synap") for value in marker.args]
    if positional:
        text = f"@pytest.mark.synap takes keywords only, such as tenancy='b2b', not {positional[0]!r}"
        pytest.fail(text, pytrace=False)
    _session(item.config, *names, *item.fixturenames).begin(item, wanted)  # type: ignore[attr-defined] # items of tests


@pytest.hookimpl(wrapper=True, specname="pytest_runtest_setup")
def pytest_synap_mock_excused(item: pytest.Item) -> Generator[None, object, object]:
    """Do not fail a test for unused faults if its setup has failed already."""
    try:
        return (yield)
    except BaseException:
        _excuse(item)
        raise


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """After the test: fail it for unused faults and unmodelled calls."""
    item.stash[_CALLED] = True
    try:
        result = yield
    except BaseException:
        _excuse(item)
        raise
    _check(item, call_ends=True)
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """After all fixtures: end the test, and restore the environment."""
    try:
        result = yield
        _check(item, call_ends=False)
    except BaseException:
        _write_snapshot(item)  # before the fake is clean again
        raise
    finally:
        if (session := _serving(item)) is not None:
            session.note_losses(item)
            session.end()
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what arrived to a failed test's report, and where its snapshot is."""
    report = yield
    if not report.failed:
        return report
    lines = []
    if (session := _serving(item)) is not None:
        lines.append(session.format_section(report.longreprtext))
        _write_snapshot(item)
    lines.append(item.stash.get(_SNAPSHOT, None))
    if section := "\n".join(filter(None, lines)):
        report.sections.append(("synap-mock", section))
    return report


def _write_snapshot(item: pytest.Item) -> None:
    """With ``--synap-snapshots``, write the state of the test that fails."""
    if item.config.getoption(_SNAPSHOTS, None) is not None and (session := _serving(item)) is not None:
        from synap_mock.fixture.reports.snapshots import write  # noqa: PLC0415 - as above

        item.stash[_SNAPSHOT] = write(item, _SNAPSHOTS, session.snapshot)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send the late calls of a pytest-xdist worker to the controller."""
    held = session.config.stash.get(_HELD, None) or session.config.stash.get(_REMOTE, None)
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if held is not None and output is not None:
        output[_LATE] = held.late.counts()
        output[_USED] = True


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401 - pytest-xdist's
    """List the late calls of a worker with the others."""
    output = getattr(node, "workeroutput", {})
    if output.get(_USED):
        node.config.stash[_WAS_USED] = True
    if output.get(_LATE):
        _session(node.config).late.add(output[_LATE])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """List what was lost or duplicated, and the calls that arrived after their test had ended."""
    held = config.stash.get(_HELD, None)
    used = held is not None or _REMOTE in config.stash
    if (used or config.stash.get(_WAS_USED, False)) and config.getini("synap_ledger") != "off":
        from synap_mock.fixture.reports.ledger import write_summary  # noqa: PLC0415 - tests that don't use it don't pay for it

        write_summary(terminalreporter)
    if held is not None and (late := held.late.lines()):
        terminalreporter.section("synap-mock: late calls, rejected")
        for line in late:
            terminalreporter.line(line)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the port, delete the world, and restore the SDK's modules. The vendor's hosts stay blocked."""
    for session in _sessions(config):
        session.close()


def _follow(request: pytest.FixtureRequest, requested: Callable[[pytest.Item], None]) -> None:
    """Call `requested` whenever a test requests this fixture, because pytest creates its value only once.

    A test that names the fixture was prepared before; this is for ``request.getfixturevalue``, and so for the steps of
    pytest-bdd. pytest has no hook for a cached value, so this wraps `FixtureDef.execute`.
    """
    definition: Any = request._fixturedef  # type: ignore[attr-defined] # noqa: SLF001 - as the docstring says
    execute = definition.execute

    def followed(request: Any) -> Any:  # noqa: ANN401 - pytest's own
        value = execute(request)
        requested(request.config.stash[_RUNNING])
        return value

    definition.execute = followed
    requested(request.config.stash[_RUNNING])


def _begin_late(item: pytest.Item, *names: str) -> None:
    if _serving(item) is not None:
        return
    if item.stash.get(_CALLED, False) and hasattr(getattr(item, "obj", None), "hypothesis"):
        pytest.fail(
            "synap-mock: request.getfixturevalue in a test with @given is too late, because each example needs a "
            "clean fake; name synap_mock among the test's arguments, or write @pytest.mark.usefixtures('synap_mock')",
            pytrace=False,
        )
    _begin(item, *names)


def _begin_remote_late(item: pytest.Item) -> None:
    _begin_late(item, "synap_server")


def _serve_late(item: pytest.Item) -> None:
    _begin_late(item)
    _session(item.config).serve_on_port()


def uses(item: Any) -> bool:  # noqa: ANN401 - an item, or a metafunc
    """Whether a test uses one of the fixtures, itself or by another fixture."""
    return any(name in getattr(item, "fixturenames", ()) for name in FIXTURES)


def _is_remote(config: pytest.Config) -> bool:
    return config.getoption("--synap-url", None) is not None


def _session(config: pytest.Config, *names: str) -> Any:  # noqa: ANN401 - a Session, or a RemoteSession
    """The session that serves a test which uses these fixtures."""
    if "synap_server" in names and _is_remote(config):
        if _REMOTE not in config.stash:
            from synap_mock.fixture.remote.session import RemoteSession  # noqa: PLC0415 - as below

            url, token = config.getoption("--synap-url"), os.environ.get("SYNAP_MOCK_CONTROL_TOKEN") or None
            config.stash[_REMOTE] = RemoteSession(url, token)
        return config.stash[_REMOTE]
    if _HELD not in config.stash:
        from synap_mock.fixture.session import Session  # noqa: PLC0415 - tests that don't use it don't pay for it

        config.stash[_HELD] = Session()
    return config.stash[_HELD]


def _serving(item: pytest.Item) -> Session | RemoteSession | None:
    """The session, if `item` is its running test."""
    return next((held for held in _sessions(item.config) if held.serves(item)), None)


def _sessions(config: pytest.Config) -> list[Session | RemoteSession]:
    found = (config.stash.get(_HELD, None), config.stash.get(_REMOTE, None))
    return [session for session in found if session is not None]


def _excuse(item: pytest.Item) -> None:
    if (session := _serving(item)) is not None:
        session.fail()


def _check(item: pytest.Item, *, call_ends: bool) -> None:
    if (session := _serving(item)) is not None and (text := session.judge(call_ends=call_ends)) is not None:
        pytest.fail(text, pytrace=False)


def _wanted(item: pytest.Item) -> dict[str, Any]:
    """The options of the ini file and of markers; the nearest marker wins."""
    config = item.config
    wanted = {name: config.getini(f"synap_{name}") for name in OPTIONS}
    wanted = {name: value for name, value in wanted.items() if value not in (None, "", [], False)}
    for marker in reversed(list(item.iter_markers("synap"))):
        wanted.update(marker.kwargs)
    return wanted
