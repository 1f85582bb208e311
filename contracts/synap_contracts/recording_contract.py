"""A base class for tests that check a client against the contract: a test per clause.

    from synap_contracts.recording_contract import RecordingContract

    class TestMine(RecordingContract):
        client = "myapp.synap:make_client"

The client runs once per class, with all selected clauses: each scenario tests many clauses. The workers of pytest-xdist
share the run.
"""

from __future__ import annotations

import inspect
import warnings
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias, TypeVar

import pytest

from synap_contracts.runs.jobs.workers import shared_board, shared_seed

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_contracts.client.spec import Spec
    from synap_contracts.report.types import ClauseReport, RunReport
    from synap_contracts.runs.jobs.board import Board

    Factory: TypeAlias = Callable[..., Any]

_Function = TypeVar("_Function", bound="Callable[..., Any]")

_GUARDED: Final = ("test_clause", "judged", "pytest_generate_tests")
_PROFILES: Final = ("quick", "default", "deep")
_DIALECTS: Final = ("documented", "observed")
_RUNS: Final = pytest.StashKey["dict[type, RunReport | str]"]()


def replaces(reason: str) -> Callable[[_Function], _Function]:
    """Mark a method of a subclass that replaces one of `RecordingContract` on purpose.

    Args:
        reason: Why it does.
    """

    def mark(function: _Function) -> _Function:
        function.replaces = reason  # type: ignore[attr-defined]  # functions accept attributes
        return function

    return mark


@dataclass(frozen=True)
class Settings:
    """How the client of a class runs: the attributes of the class, overridden by the command line.

    Args:
        client: The client.
        strict: Whether a SHOULD that fails fails its test.
        profile: How deep to search.
        seed: The seed of the search.
        dialect: The dialect of the server.
        known_failures: A file that lists known failures.
        reasons: Whether each of its entries must have a reason that --accept did not write.
        contract: The revision of the contract.
        for_s: How long to check, in seconds, or None for one round.
        database: The address of a database in which other machines save counterexamples too, or None.
        folders: Where module:factory is searched before the installed modules.
    """

    client: str | Factory
    strict: bool
    profile: str
    seed: int
    dialect: str
    known_failures: Path | None
    reasons: bool
    contract: str
    for_s: float | None
    database: str | None
    folders: tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """The result of a clause, and its run.

    Args:
        result: The result, as the JSON report has it.
        run: The run, likewise.
        strict: Whether a SHOULD that fails fails its test.
    """

    result: ClauseReport
    run: RunReport
    strict: bool


class RecordingContract:
    """Checks a client against the contract. Derive a class named `Test…` from it.

    A MUST that fails fails its test. A SHOULD that fails is an expected failure (xfail) unless `strict`, and so is a
    known failure. A clause that is not testable is skipped. A failure of the adapter or the server is an error.

    Attributes:
        client: `module:factory`, `cmd:COMMAND`, `sdk` or `reference`, which run in a process of their own; or a method
            that returns the client in this process, called with `base_url` and `api_key`.
        strict: Whether a SHOULD that fails fails its test.
        profile: How deep to search: "quick", "default" or "deep".
        seed: Draws the same scenarios again. Random if it is None.
        dialect: The dialect of the server: "documented" or "observed".
        known_failures: A file that lists known failures, relative to the current folder. It implies `strict`.
        contract: The revision of the contract, by its date. The newest if it is None.
        duration: Checks for this long, such as "5m", as `synap-mock verify --for` does.
        database: A folder, or the URL of a Redis server, with the counterexamples of several machines.
    """

    client: Any = None
    strict: ClassVar[bool] = False
    profile: ClassVar[str] = "default"
    seed: ClassVar[int | None] = None
    dialect: ClassVar[str] = "documented"
    known_failures: ClassVar[str | Path | None] = None
    contract: ClassVar[str | None] = None
    duration: ClassVar[str | None] = None
    database: ClassVar[str | Path | None] = None

    def __init_subclass__(cls, **arguments: Any) -> None:  # noqa: ANN401 - the arguments of a subclass's other bases
        """Reject methods that would disable a check by accident."""
        super().__init_subclass__(**arguments)
        for name in _GUARDED:
            owner = next(each for each in cls.__mro__ if name in vars(each))
            if owner is not RecordingContract and not hasattr(vars(owner)[name], "replaces"):
                raise TypeError(
                    f"{owner.__qualname__}.{name} would replace RecordingContract.{name}, and clauses would "
                    'not be tested; rename it, or mark it with @replaces("why")'
                )

    @classmethod
    def settings(cls, config: pytest.Config) -> Settings:
        """Return how the client runs.

        Args:
            config: The configuration of the session. Its options override the attributes.

        Raises:
            pytest.UsageError: The client is missing, or a setting has an invalid value.
        """

        def option(name: str, attribute: Any = None) -> Any:  # noqa: ANN401 - the type of the option
            value = config.getoption(f"synap_{name}", None)
            return attribute if value is None else value

        known = option("known_failures", cls.known_failures)
        profile = option("profile", cls.profile)
        for name, value, values in (("profile", profile, _PROFILES), ("dialect", cls.dialect, _DIALECTS)):
            if value not in values:
                raise pytest.UsageError(f"{cls.__qualname__}.{name} is {value!r}; expected one of {', '.join(values)}")
        client = cls.client_for(config)
        if client is None:
            raise pytest.UsageError(f'{cls.__qualname__} has no client; write client = "module:factory"')
        if callable(client) and not _accepts_both(client):
            raise pytest.UsageError(
                f"{cls.__qualname__}.client takes {inspect.signature(client)}; expected base_url and api_key. "
                "Write an existing function as client = staticmethod(make_client)"
            )
        contract, for_s = _extent(cls, option("contract", cls.contract), option("for", cls.duration))
        strict = bool(option("strict") or cls.strict)
        database = option("database", cls.database)
        return Settings(
            client=client,
            strict=strict or bool(known),
            profile=profile,
            seed=shared_seed(config, option("seed", cls.seed)),
            dialect=cls.dialect,
            known_failures=None if known is None else Path(known),
            reasons=strict,
            contract=contract,
            for_s=for_s,
            database=None if database is None else str(database),
            folders=("", *(option("path") or ()), *map(str, config.getini("pythonpath"))),
        )

    @classmethod
    def client_for(cls, config: pytest.Config) -> str | Factory | None:  # noqa: ARG003 - for subclasses
        """Return the client, or None if there is none."""
        client: str | Factory | None = cls().client
        return client

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Generate a test per clause."""
        from synap_contracts.clauses.catalogue import CLAUSES, clauses_of  # noqa: PLC0415 - only loaded to test a client

        if "clause" not in metafunc.fixturenames:
            return
        try:
            tested = clauses_of(type(self).settings(metafunc.config).contract)
        except pytest.UsageError:
            metafunc.parametrize("clause", ["settings"])  # one test, which reports the error
        else:
            metafunc.parametrize("clause", [clause.id for clause in CLAUSES if clause.id in tested])

    @pytest.fixture
    def judged(self, request: pytest.FixtureRequest, clause: str) -> Judged:
        """Return the result of the clause. The first test of the class runs the client."""
        run = _run_once(type(self), request)
        if isinstance(run, str):
            pytest.fail(run, pytrace=False)
        result = next(each for each in run["clauses"] if each["id"] == clause)
        if result["outcome"] == "error":
            pytest.fail(result["message"], pytrace=False)
        return Judged(result, run, type(self).settings(request.config).strict)

    def test_clause(self, judged: Judged, request: pytest.FixtureRequest) -> None:
        """The client passes the clause."""
        from synap_contracts.report.formats.example import format_evidence  # noqa: PLC0415 - only loaded to test a client
        from synap_contracts.report.verdicts import clause_verdict  # noqa: PLC0415 - as above

        result, run = judged.result, judged.run
        verdict = clause_verdict(result, strict=judged.strict)
        text = "\n".join(format_evidence(result, run))
        match verdict.word:
            case "passed":
                return
            case "not testable":
                pytest.skip(result["message"])
            case "warning" | "known":
                request.node.add_report_section("call", "synap-contracts", text)
                pytest.xfail(f"{verdict.word}: {result['message']}")
        finding = next((each for each in run["findings"] if each["id"] == result["finding"]), None)
        head = result["message"] if finding is None else f"finding {finding['id']}: {finding['summary']}"
        context = f"{result['id']}, {verdict.word}; profile {run['profile']}, seed {run['seed']}"
        pytest.fail(f"{head}\n{context}\n{text}", pytrace=False)


def _accepts_both(factory: Factory) -> bool:
    """Return whether a function can be called as the kit calls factories."""
    signature = inspect.signature(factory)
    try:
        if {"base_url", "api_key"} <= signature.parameters.keys():
            signature.bind(base_url="", api_key="")
        else:
            signature.bind("", "")
    except TypeError:
        return False
    return True


def _extent(cls: type, contract: str | None, duration: str | None) -> tuple[str, float | None]:
    """Return the revision of the contract, and how long to check, in seconds.

    Raises:
        pytest.UsageError: One of the values is invalid.
    """
    from synap_contracts.clauses.catalogue import REVISION, parse_revision  # noqa: PLC0415 - only loaded to test a client
    from synap_contracts.runs.jobs.rounds import parse_duration  # noqa: PLC0415 - as above

    try:
        return (
            REVISION if contract is None else parse_revision(contract),
            None if duration is None else parse_duration(duration),
        )
    except ValueError as error:
        raise pytest.UsageError(f"{cls.__qualname__}: {error}") from error


def _run_once(cls: type[RecordingContract], request: pytest.FixtureRequest) -> RunReport | str:
    """Return the run of a class, which its first test starts, or the error if it could not run."""
    runs = request.config.stash.setdefault(_RUNS, {})
    if cls not in runs:
        clauses = frozenset(
            str(item.callspec.params["clause"])
            for item in request.session.items
            if isinstance(item, pytest.Function) and item.cls is cls and "clause" in item.fixturenames
        )
        try:
            runs[cls] = _run(cls, cls.settings(request.config), clauses, shared_board(cls, request))
        except pytest.UsageError as error:
            runs[cls] = str(error)
    return runs[cls]


def _run(
    cls: type[RecordingContract], settings: Settings, clauses: frozenset[str], board: Board | None
) -> RunReport | str:
    """Return the run, or the error if the client could not run."""
    from synap_contracts.clauses.clause import ClauseId  # noqa: PLC0415 - only loaded to test a client
    from synap_contracts.report.document import run_to_json  # noqa: PLC0415 - as above
    from synap_contracts.report.reproduce import write_scripts  # noqa: PLC0415 - as above
    from synap_contracts.runs.known import KnownFailureList  # noqa: PLC0415 - as above
    from synap_contracts.runs.known_file import InvalidFile, load, refuse  # noqa: PLC0415 - as above
    from synap_contracts.runs.run import CANNOT_RUN, RunOptions, describe_error, run_client  # noqa: PLC0415 - as above
    from synap_contracts.scenarios.databases import UnusableDatabase, check_database  # noqa: PLC0415 - as above

    warn = partial(warnings.warn, stacklevel=1)
    options = [part for folder in settings.folders if folder for part in ("--path", folder)]
    options += ["--dialect", settings.dialect] if settings.dialect != "documented" else []
    try:
        if settings.database is not None:
            check_database(settings.database)
        run = run_client(
            RunOptions(
                spec=_spec(cls, settings),
                profile=settings.profile,  # type: ignore[arg-type]  # checked in settings()
                seed=settings.seed,
                clauses=frozenset(map(ClauseId, clauses)),
                dialect=settings.dialect,
                folder=Path(".synap-mock"),
                known=KnownFailureList()
                if settings.known_failures is None
                else KnownFailureList(load(settings.known_failures, refuse if settings.reasons else warn)),
                database=settings.database,
                contract=settings.contract,
                for_s=settings.for_s,
            ),
            board=board,
        )
        failed = any(each.outcome == "failed" and each.clause.id in clauses for each in run.clauses)
        if run.error and not failed:
            return run.error
        return write_scripts(run_to_json(replace(run, options=tuple(options))))
    except (InvalidFile, UnusableDatabase) as error:
        return str(error)
    except CANNOT_RUN as error:
        return describe_error(error)


def _spec(cls: type[RecordingContract], settings: Settings) -> Spec:
    """Return a client by name, or the method that returns it."""
    from synap_contracts.client.spec import FactorySpec, Spec  # noqa: PLC0415 - as above

    if callable(settings.client):
        return FactorySpec(f"{cls.__module__}:{cls.__qualname__}.client", function=settings.client)
    return Spec(str(settings.client), settings.folders)
