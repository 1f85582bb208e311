"""What a test has armed: faults, rejections, answers that stand in. Each strikes as often as it was told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

from synap_mock.faults import Fault, Respond, Unreachable
from synap_mock.ids import canonical_uuid
from synap_mock.quoting import shown
from synap_mock.settings import whole

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from synap_mock.batch import Batch
    from synap_mock.journal import Request

Entry = dict[str, Any]
Where = int | str | Mapping[str, Any] | Callable[[Entry], bool]

_ROUTE: Final = re.compile(r"(?:([A-Z]+) )?(/[^\0- ]*)")
_METHOD: Final = re.compile(r"[A-Z]{1,20}")
_PARAMETER: Final = re.compile(r"\{[^/{}]+\}")
_FIELDS: Final = ("conversation_id", "role", "content", "user_id", "customer_id", "session_id", "metadata")


@dataclass(frozen=True, slots=True)
class ArmedFault:
    """A fault, and when it strikes.

    Attributes:
        fault: what goes wrong; None: nothing, a call that goes well in a script.
        times: how many calls it still strikes; None: every one until the reset.
        after_commit: whether the call is carried out before its answer goes wrong.
        route: ``"METHOD /path"`` or ``"/path"``; None: the conversations' routes.
        where: asked about the request; None: any.
    """

    fault: Fault | None
    times: int | None = 1
    after_commit: bool = False
    route: str | None = None
    where: Callable[[Request], bool] | None = None

    def __post_init__(self) -> None:
        if self.fault is not None and not isinstance(self.fault, Fault):
            raise TypeError(f"fault must be a fault, such as ServerError(503), not {shown(self.fault)}")
        whole("times", self.times, least=1, optional=True)
        if not isinstance(self.after_commit, bool):
            raise TypeError(f"after_commit must be True or False, not {shown(self.after_commit)}")
        if self.after_commit and isinstance(self.fault, Unreachable):
            raise ValueError(f"{self.fault.name} can't come after the commit: the call never arrives")
        if self.route is not None and not (isinstance(self.route, str) and _ROUTE.fullmatch(self.route)):
            raise ValueError(
                f'route must be a path, with or without its method, such as "POST /v1/conversations/messages/batch", '
                f"not {shown(self.route)}"
            )
        _callable("where", self.where)


@dataclass(frozen=True, slots=True)
class Rejection:
    """Entries that are refused, whatever they say.

    Attributes:
        where: an index in the batch, a conversation id, values that an entry must have, or a predicate on the entry.
        error: why, as the client is told.
        times: in how many batches it still strikes; None: every one until the reset.
    """

    where: Where
    error: str = "rejected by the test"
    times: int | None = 1

    def __post_init__(self) -> None:
        if isinstance(self.where, int):
            whole("where", self.where, least=0)
        elif isinstance(self.where, str):
            if canonical_uuid(self.where) is None:
                raise ValueError(f"where must be a conversation's UUID, not {shown(self.where)}")
        elif isinstance(self.where, Mapping):
            for name in self.where:
                if name not in _FIELDS:
                    raise ValueError(f"where names {shown(name)}; an entry has {', '.join(_FIELDS)}")
        elif not callable(self.where):
            raise TypeError(
                "where must be an index, a conversation id, values that an entry must have, or a predicate on the "
                f"entry, not {shown(self.where)}"
            )
        if not isinstance(self.error, str):
            raise TypeError(f"error must be a text, not {shown(self.error)}")
        whole("times", self.times, least=1, optional=True)

    def matches(self, index: int, entry: Entry) -> bool:
        """Whether it refuses this entry of a batch."""
        if isinstance(self.where, int):
            return index == self.where
        if isinstance(self.where, str):
            return canonical_uuid(entry["conversation_id"]) == canonical_uuid(self.where)
        if isinstance(self.where, Mapping):
            return all(entry[name] == value for name, value in self.where.items())
        return bool(self.where(entry))


@dataclass(frozen=True, slots=True)
class StandIn:
    """What a route answers that the fake doesn't model.

    Attributes:
        method: in capitals.
        path: a segment such as ``{user_id}`` stands for any.
        answer: what it answers.
        times: how many calls; None: every one until the reset.
    """

    method: str
    path: str
    answer: Respond
    times: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.method, str) or not _METHOD.fullmatch(self.method):
            raise ValueError(f'method must be one of HTTP\'s, such as "POST", not {shown(self.method)}')
        if not isinstance(self.path, str) or not self.path.startswith("/"):
            raise ValueError(f'path must begin with a slash, such as "/v1/context/user/fetch", not {shown(self.path)}')
        for segment in self.path.split("/"):
            if set(segment) & set("{}") and not _PARAMETER.fullmatch(segment):
                raise ValueError(f"path may have a segment {{name}} for any, whole, not {shown(segment)}")
        whole("times", self.times, least=1, optional=True)

    def matches(self, method: str, path: str) -> bool:
        """Whether it answers this call."""
        literal = _PARAMETER.split(self.path)
        return method == self.method and bool(re.fullmatch("[^/]+".join(map(re.escape, literal)), path))


class _Counted(Protocol):
    @property
    def times(self) -> int | None: ...


Item = TypeVar("Item", bound=_Counted)


class Queue(Generic[Item]):
    """Armed things in the order in which they were armed. True while there is one."""

    def __init__(self) -> None:
        self._items: list[Item] = []

    def __bool__(self) -> bool:
        return bool(self._items)

    def add(self, *items: Item) -> None:
        """Arm, after what is armed already."""
        self._items.extend(items)

    def clear(self) -> None:
        """Disarm all."""
        self._items.clear()

    def all(self) -> list[Item]:
        """What is armed, with the times that are left."""
        return list(self._items)

    def take_left_over(self) -> list[Item]:
        """What should have struck and didn't: all that is armed for so many times. It is disarmed."""
        left_over = [item for item in self._items if item.times is not None]
        self._items = [item for item in self._items if item.times is None]
        return left_over

    def struck(self, item: Item) -> None:
        """One of its times is over."""
        if item.times is None:
            return
        place = next(place for place, held in enumerate(self._items) if held is item)
        if item.times == 1:
            del self._items[place]
        else:
            self._items[place] = replace(item, times=item.times - 1)  # type: ignore[type-var] # all are dataclasses


def next_fault(
    armed: Queue[ArmedFault], route: tuple[str, str, str], *, usual: bool, request: Callable[[], Request]
) -> ArmedFault | None:
    """The fault that strikes this call, and one of its times is over.

    Args:
        armed: what is armed.
        route: the call's method, path, and the pattern of that path.
        usual: whether faults without a route strike here.
        request: makes what a predicate is asked about.
    """
    for item in armed.all():
        if _on_route(item.route, *route, usual=usual) and (item.where is None or item.where(request())):
            armed.struck(item)
            return item
    return None


def rejected(armed: Queue[Rejection], batch: Batch, spared: Collection[int]) -> dict[int, str]:
    """Index to error of each entry that is rejected by what is armed; one of the times of what struck is over.

    Args:
        armed: what is armed.
        batch: the batch.
        spared: indices of entries that are refused already.
    """
    entries = [dict(zip(_FIELDS, row, strict=True)) for row in zip(*batch, strict=True)]
    errors: dict[int, str] = {}
    for item in armed.all():
        found = [
            index
            for index, entry in enumerate(entries)
            if index not in spared and index not in errors and item.matches(index, entry)
        ]
        if found:
            errors.update(dict.fromkeys(found, item.error))
            armed.struck(item)
    return errors


def stand_in(armed: Queue[StandIn], method: str, path: str) -> StandIn | None:
    """What answers this call, the newest first; one of its times is over."""
    for item in reversed(armed.all()):
        if item.matches(method, path):
            armed.struck(item)
            return item
    return None


def script(faults: Sequence[Fault | None], **terms: Any) -> list[ArmedFault]:  # noqa: ANN401 - ArmedFault checks them
    """Each fault strikes one call, in this order; None lets one go well.

    Raises:
        TypeError, ValueError: no faults, or terms that can't be.
    """
    if isinstance(faults, Fault | str | bytes) or not isinstance(faults, Iterable):
        raise TypeError(f"faults must be a list of faults, not {shown(faults)}; fail() takes one")
    return [ArmedFault(fault, **terms) for fault in faults]


def reachable(fault: Fault | None) -> None:
    """Check that a fault can be made behind a port.

    Raises:
        ValueError: it can't.
    """
    if isinstance(fault, Unreachable):
        raise ValueError(  # noqa: TRY004 - of the right type, at the wrong door
            f"{fault.name} can't be made behind a port that listens; 'with server.down():' closes the port"
        )


def _on_route(wanted: str | None, method: str, path: str, pattern: str, *, usual: bool) -> bool:
    if wanted is None:
        return usual
    match = _ROUTE.fullmatch(wanted)
    return match is not None and match[1] in {None, method} and match[2] in {path, pattern}


def _callable(name: str, value: object) -> None:
    if value is not None and not callable(value):
        raise TypeError(f"{name} must be a function, not {shown(value)}")
