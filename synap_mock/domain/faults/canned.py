"""Canned and computed responses: what a test answers for a route itself."""

from __future__ import annotations

import inspect
import os
import re
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.faults.fault import NOTHING
from synap_mock.domain.faults.lookup import Key
from synap_mock.domain.faults.matching import check_where, chooses, pairs_of
from synap_mock.domain.faults.responses import Respond
from synap_mock.domain.values.quoting import quote
from synap_mock.settings import whole

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
    from types import CodeType

    from synap_mock.domain.faults.incoming import IncomingRequest
    from synap_mock.domain.faults.lookup import Values
    from synap_mock.domain.faults.matching import FaultWhere, Sent

    Shape = tuple[int, tuple[int, ...]]

_METHOD: Final = re.compile(r"[A-Z]{1,20}")
_PARAMETER: Final = re.compile(r"\{([^/{}]+)\}")
_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})
_OURS: Final = f"{Path(__file__).parents[2]}{os.sep}"
_FRAMES: Final = 5
"""Most lines of a traceback that are reported, the innermost ones."""


@dataclass(frozen=True, slots=True)
class RoutePattern:
    """A method, and a path in which a segment such as ``{user_id}`` matches any.

    Attributes:
        method: in capitals.
        path: begins with a slash.

    Raises:
        ValueError: a method or a path of another form.
    """

    method: str
    path: str
    _compiled: re.Pattern[str] = field(init=False, repr=False, compare=False)
    """Compiled once: with many stand-ins, a call is matched against many patterns."""

    def __post_init__(self) -> None:
        if not isinstance(self.method, str) or not _METHOD.fullmatch(self.method):
            raise ValueError(f'method must be one of HTTP\'s, such as "POST", not {quote(self.method)}')
        if not isinstance(self.path, str) or not self.path.startswith("/"):
            raise ValueError(f'path must begin with a slash, such as "/v1/credits/balance", not {quote(self.path)}')
        for segment in self.path.split("/"):
            if set(segment) & set("{}") and not _PARAMETER.fullmatch(segment):
                raise ValueError(f"path may have a segment {{name}} for any, whole, not {quote(segment)}")
        literal = _PARAMETER.split(self.path)[::2]
        object.__setattr__(self, "_compiled", re.compile("([^/]+)".join(map(re.escape, literal))))

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def matches(self, method: str, path: str) -> bool:
        """Whether a call is one of this route. HEAD is served wherever GET is (RFC 9110, 9.1)."""
        same = method == self.method or (method == "HEAD" and self.method == "GET")
        return same and self._compiled.fullmatch(path) is not None

    @property
    def shape(self) -> Shape:
        """How many segments the path has, and which of them match any."""
        segments = self.path.split("/")
        return len(segments), tuple(i for i, each in enumerate(segments) if _PARAMETER.fullmatch(each))

    def parameters(self, path: str) -> dict[str, str]:
        """What the names in braces have in a path that matches."""
        match = self._compiled.fullmatch(path)
        return dict(zip(_PARAMETER.findall(self.path), match.groups(), strict=True)) if match else {}


class FunctionFailed(Exception):  # noqa: N818 - an outcome on its way out
    """A test's own function raised, or returned what is not a response.

    Args:
        what: the function.
        error: what it raised.
        code: of the function, to name where it is if `error` was raised elsewhere.
    """

    def __init__(self, what: str, error: BaseException, code: CodeType | None) -> None:
        frames = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if not frame.filename.startswith((_OURS, "<string>"))  # a dataclass's constructor is in <string>
        ]
        places = [f"{_relative(frame.filename)}:{frame.lineno} in {frame.name}: {frame.line}" for frame in frames]
        if not places and code is not None:
            places = [f"{_relative(code.co_filename)}:{code.co_firstlineno} in {code.co_name}"]
        raised = "".join(traceback.format_exception_only(error)).strip()
        super().__init__("\n    at ".join([f"{what} raised {raised}", *places[-_FRAMES:]]))


@dataclass(frozen=True, slots=True)
class CannedResponse:
    """A response of the test's own to calls of a route.

    Attributes:
        route: the calls.
        answer: the response; where `compute` returns a JSON value, its status and headers.
        times: how many more calls it applies to; None: every one until the reset.
        where: values that an entry of the call must have, or a predicate on the request; None: any call.
        override: whether it also replaces a route that is modelled.
        optional: whether a test that does not use it passes.
        compute: returns the response's JSON value, or a `Respond`; None: `answer` is the response.
        applied: how many calls it has applied to.
    """

    route: RoutePattern
    answer: Respond
    times: int | None = None
    where: FaultWhere | None = None
    override: bool = False
    optional: bool = False
    compute: Callable[[IncomingRequest], Any] | None = None
    applied: int = 0

    def __post_init__(self) -> None:
        whole("times", self.times, least=1, optional=True)
        check_where(self.where)
        for name in ("override", "optional"):
            if not isinstance(getattr(self, name), bool):
                raise TypeError(f"{name} must be a boolean, not {quote(getattr(self, name))}")
        if inspect.iscoroutinefunction(self.compute):
            raise TypeError("json must be a JSON value or a function that returns one, not a coroutine function")

    @property
    def left_over(self) -> bool:
        """Whether a test that ends now has left it over: it was not used, or not as often as it was scheduled for."""
        return not self.optional and (self.times is not None or not self.applied)

    def keys(self) -> Sequence[Key]:
        """What it is found by."""
        shape = self.route.shape
        literals = literals_of(self.route.path, shape)
        pairs = [(None, None)] if self.where is None else pairs_of(self.where)
        return [Key(self.route.method, (shape, field), (literals, value)) for field, value in pairs]

    def chooses(self, sent: Sent) -> bool:
        """Whether it applies to a call of its route, by `where`.

        Raises:
            FunctionFailed: the predicate raised.
        """
        return self.where is None or bool(self._run("where", self.where, lambda: chooses(self.where, sent)))

    def respond(self, request: Callable[[], IncomingRequest]) -> Respond:
        """The response to a call.

        Raises:
            FunctionFailed: the function raised, or returned what is neither a JSON value nor a `Respond`.
        """
        compute = self.compute
        return self.answer if compute is None else self._run("json", compute, lambda: self._made(compute(request())))

    def _made(self, value: object) -> Respond:
        if isinstance(value, Respond):
            return value
        return Respond(self.answer.status, json=value, headers=self.answer.headers)

    def _run(self, name: str, function: object, run: Callable[[], Any]) -> Any:  # noqa: ANN401 - what it returns
        try:
            return run()
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:  # noqa: BLE001 - pytest.fail() raises no Exception
            what = f"{name}= of answer({self.route.method!r}, {self.route.path!r})"
            raise FunctionFailed(what, error, getattr(function, "__code__", None)) from None


def literals_of(path: str, shape: Shape) -> tuple[str, ...] | None:
    """The segments of a path that a route of a shape names; None: the path has another number of segments."""
    count, free = shape
    segments = path.split("/")
    return tuple(each for i, each in enumerate(segments) if i not in free) if len(segments) == count else None


def values_for(path: str, sent: Sent) -> Values:
    """What a call has that its canned responses are found by.

    Args:
        path: of the call.
        sent: the call.
    """

    def values(field: Any) -> Iterable[Hashable]:  # noqa: ANN401 - as `CannedResponse.keys` makes it
        shape, name = field
        literals = literals_of(path, shape)
        return () if literals is None else ((literals, value) for value in sent.values(name))

    return values


def methods_of(method: str) -> tuple[str, ...]:
    """The methods of canned responses to a call. HEAD is served wherever GET is (RFC 9110, 9.1)."""
    return ("HEAD", "GET") if method == "HEAD" else (method,)


def canned_response(
    method: object,
    path: object,
    *,
    json: object = NOTHING,
    status: int = 200,
    headers: Mapping[str, str] = _NO_HEADERS,
    **terms: Any,  # noqa: ANN401 - CannedResponse checks them
) -> CannedResponse:
    """A canned response, or a computed one where `json` is a function.

    Raises:
        TypeError, ValueError: as in `SynapMock.answer`, except for a route that is modelled.
    """
    compute = json if callable(json) else None
    answer = Respond(status, json=None if compute else json, headers=headers)
    route = RoutePattern(method, path)  # type: ignore[arg-type] # it checks them
    return CannedResponse(route, answer, compute=compute, **terms)


def _relative(file: str) -> str:
    path, here = Path(file), Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()
