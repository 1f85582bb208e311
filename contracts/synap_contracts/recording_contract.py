"""A base class for tests that hold a client to the contract: a test a clause.

    from synap_contracts.recording_contract import RecordingContract

    class TestMine(RecordingContract):
        client = "myapp.synap:make_client"

The client is run once for the class, with all clauses that were selected: a scenario tells something of many clauses.
"""

from __future__ import annotations

import inspect
import random
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias, TypeVar

import pytest

from synap_contracts.clauses.catalogue import CLAUSES

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_contracts.client.spec import Spec
    from synap_contracts.runs.result import ClauseResult, Run

    Factory: TypeAlias = Callable[..., Any]

_Function = TypeVar("_Function", bound="Callable[..., Any]")

_GUARDED: Final = ("test_clause", "judged", "pytest_generate_tests")
_PROFILES: Final = ("quick", "default", "deep")
_DIALECTS: Final = ("documented", "observed")
_RUNS: Final = pytest.StashKey["dict[type, Run | str]"]()


def replaces(reason: str) -> Callable[[_Function], _Function]:
    """Mark a method of a subclass that stands in for one of `RecordingContract`'s on purpose.

    Args:
        reason: Why.
    """

    def mark(function: _Function) -> _Function:
        function.replaces = reason  # type: ignore[attr-defined]  # functions take it
        return function

    return mark


@dataclass(frozen=True)
class Settings:
    """How a class's client is run: its attributes, and the command line above them.

    Args:
        client: What to run.
        strict: Whether a SHOULD that fails fails its test.
        profile: How deep to search.
        seed: What the search begins with, or None for a random one.
        dialect: What the server speaks.
        known_failures: A file that lists failures to let be.
        folders: Where module:factory is looked for before the installed ones.
    """

    client: str | Factory
    strict: bool
    profile: str
    seed: int | None
    dialect: str
    known_failures: Path | None
    folders: tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """What became of a clause, and of which run.

    Args:
        result: Of the clause.
        run: The whole.
        strict: Whether a SHOULD that fails fails its test.
    """

    result: ClauseResult
    run: Run
    strict: bool


class RecordingContract:
    """Holds a client to the contract; derive a class named `Test…` from it.

    A MUST that fails fails its test, a SHOULD that fails is an expected failure unless `strict`, as a known failure is;
    what can't be asked is skipped; what the adapter or the server did wrong is an error.

    Attributes:
        client: `module:factory`, `cmd:COMMAND`, `sdk` or `reference`, which run in a process of their own; or a method
            that is called with `base_url` and `api_key`, in this process, and gives the client.
        strict: Whether a SHOULD that fails fails its test.
        profile: How deep to search: "quick", "default" or "deep".
        seed: Draws the same scenarios again; random where it is None.
        dialect: What the server speaks: "documented" or "observed".
        known_failures: A file that lists failures to let be, from the folder that pytest runs in. It makes `strict`.
    """

    client: Any = None
    strict: ClassVar[bool] = False
    profile: ClassVar[str] = "default"
    seed: ClassVar[int | None] = None
    dialect: ClassVar[str] = "documented"
    known_failures: ClassVar[str | Path | None] = None

    def __init_subclass__(cls, **arguments: Any) -> None:  # noqa: ANN401 - whatever a subclass's other bases take
        """Refuse what would put a check out of use by accident."""
        super().__init_subclass__(**arguments)
        for name in _GUARDED:
            owner = next(each for each in cls.__mro__ if name in vars(each))
            if owner is not RecordingContract and not hasattr(vars(owner)[name], "replaces"):
                raise TypeError(
                    f"{owner.__qualname__}.{name} would stand in for RecordingContract.{name}, and clauses would "
                    'not be asked; give it another name, or mark it @replaces("why")'
                )

    @classmethod
    def settings(cls, config: pytest.Config) -> Settings:
        """How the client is run.

        Args:
            config: Of the session: what the command line says holds.

        Raises:
            pytest.UsageError: There is no client, or a setting has a value that it can't have.
        """

        def said(name: str) -> Any:  # noqa: ANN401 - as the option is
            return config.getoption(f"synap_{name}", None)

        known = said("known_failures") or cls.known_failures
        profile = said("profile") or cls.profile
        for name, value, values in (("profile", profile, _PROFILES), ("dialect", cls.dialect, _DIALECTS)):
            if value not in values:
                raise pytest.UsageError(f"{cls.__qualname__}.{name} is {value!r}; it is one of {', '.join(values)}")
        client = cls.named(config)
        if client is None:
            raise pytest.UsageError(f'{cls.__qualname__} has no client; write client = "module:factory"')
        if callable(client) and not _takes_both(client):
            raise pytest.UsageError(
                f"{cls.__qualname__}.client takes {inspect.signature(client)}, called with base_url and api_key; "
                "a function from elsewhere is written client = staticmethod(make_client)"
            )
        return Settings(
            client=client,
            strict=bool(said("strict") or cls.strict or known),
            profile=profile,
            seed=cls.seed if said("seed") is None else said("seed"),
            dialect=cls.dialect,
            known_failures=None if known is None else Path(known),
            folders=("", *(said("path") or ()), *map(str, config.getini("pythonpath"))),
        )

    @classmethod
    def named(cls, config: pytest.Config) -> str | Factory | None:  # noqa: ARG003 - for who looks there
        """The client; None where there is none."""
        client: str | Factory | None = cls().client
        return client

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """A test a clause."""
        if "clause" not in metafunc.fixturenames:
            return
        try:
            type(self).settings(metafunc.config)
        except pytest.UsageError:
            metafunc.parametrize("clause", ["settings"])  # one test, that tells what is wrong with them
        else:
            metafunc.parametrize("clause", [clause.id for clause in CLAUSES])

    @pytest.fixture
    def judged(self, request: pytest.FixtureRequest, clause: str) -> Judged:
        """What became of the clause; the run is made when the first test asks."""
        run = _made(type(self), request)
        if isinstance(run, str):
            pytest.fail(run, pytrace=False)
        result = next(each for each in run.clauses if each.clause.id == clause)
        if result.outcome == "error":
            pytest.fail(result.message, pytrace=False)
        return Judged(result, run, type(self).settings(request.config).strict)

    def test_clause(self, judged: Judged, request: pytest.FixtureRequest) -> None:
        """The clause is kept."""
        from synap_contracts.report.standing import standing  # noqa: PLC0415 - only where the contract is asked
        from synap_contracts.report.terminal import evidence  # noqa: PLC0415 - as above

        result = judged.result
        stands = standing(result.outcome, result.clause.level, strict=judged.strict)
        text = "\n".join(evidence(result, judged.run))
        match stands.word:
            case "passed":
                return
            case "not testable":
                pytest.skip(result.message)
            case "warning" | "known":
                request.node.add_report_section("call", "synap-contracts", text)
                pytest.xfail(f"{stands.word}: {result.message}")
        how = f"{result.clause.id}, {stands.word}; profile {judged.run.profile}, seed {judged.run.seed}"
        pytest.fail(f"{result.message}\n{how}\n{text}", pytrace=False)


def _takes_both(factory: Factory) -> bool:
    """Whether it can be called as the kit calls factories."""
    signature = inspect.signature(factory)
    try:
        if {"base_url", "api_key"} <= signature.parameters.keys():
            signature.bind(base_url="", api_key="")
        else:
            signature.bind("", "")
    except TypeError:
        return False
    return True


def _made(cls: type[RecordingContract], request: pytest.FixtureRequest) -> Run | str:
    """The run of a class, made when its first test asks; or the sentence that says why there is none."""
    runs = request.config.stash.setdefault(_RUNS, {})
    if cls not in runs:
        clauses = frozenset(
            str(item.callspec.params["clause"])
            for item in request.session.items
            if isinstance(item, pytest.Function) and item.cls is cls and "clause" in item.fixturenames
        )
        try:
            runs[cls] = _run(cls, cls.settings(request.config), clauses)
        except pytest.UsageError as error:
            runs[cls] = str(error)
    return runs[cls]


def _run(cls: type[RecordingContract], settings: Settings, clauses: frozenset[str]) -> Run | str:
    """The run, or the sentence that says why there is none."""
    from synap_contracts.client.process import Unusable  # noqa: PLC0415 - only where the contract is asked
    from synap_contracts.client.protocol import AdapterError  # noqa: PLC0415 - as above
    from synap_contracts.runs.known import Listed  # noqa: PLC0415 - as above
    from synap_contracts.runs.known_file import BadList, load  # noqa: PLC0415 - as above
    from synap_contracts.runs.run import Order, verify  # noqa: PLC0415 - as above
    from synap_contracts.server.server import ServerError  # noqa: PLC0415 - as above

    seed = random.SystemRandom().randrange(10**6) if settings.seed is None else settings.seed
    options = [part for folder in settings.folders if folder for part in ("--path", folder)]
    options += ["--dialect", settings.dialect] if settings.dialect != "documented" else []
    try:
        made = verify(
            Order(
                spec=_spec(cls, settings),
                profile=settings.profile,  # type: ignore[arg-type]  # looked at in settings()
                seed=seed,
                clauses=clauses,
                dialect=settings.dialect,
                folder=Path(".synap-mock"),
                listed=Listed() if settings.known_failures is None else Listed(load(settings.known_failures)),
            )
        )
        return replace(made, options=tuple(options))
    except (Unusable, BadList) as error:
        return str(error)
    except AdapterError as error:
        return f"the adapter, not the client: {error}"
    except ServerError as error:
        return f"the server, not the client: {error}"


def _spec(cls: type[RecordingContract], settings: Settings) -> Spec:
    """A client by name, or the method that gives it."""
    from synap_contracts.client.handed import Handed  # noqa: PLC0415 - as above
    from synap_contracts.client.spec import Spec  # noqa: PLC0415 - as above

    if callable(settings.client):
        return Handed(f"{cls.__module__}:{cls.__qualname__}.client", made=settings.client)
    return Spec(str(settings.client), settings.folders)
