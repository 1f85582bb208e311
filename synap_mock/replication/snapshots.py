"""The whole state of a fake as bytes, so that a worker that starts need not apply every entry since the first."""

from __future__ import annotations

import io
import itertools
import pickle
import threading
from types import MappingProxyType, MethodType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from synap_mock.domain.rules.index import RULES
from synap_mock.domain.rules.rule import Rule
from synap_mock.replication.log import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_mock.domain.worlds import Worlds

_RULES: Final = {rule.id: rule for rule in RULES}
_ACCEPTED: Final = {
    "array": {"_array_reconstructor", "array"},
    "builtins": {"set", "frozenset", "bytearray", "list", "dict", "tuple", "complex"},
    "collections": {"Counter", "OrderedDict", "defaultdict", "deque"},
    "datetime": {"date", "datetime", "time", "timedelta", "timezone"},
    "functools": {"partial"},
    "random": {"Random"},
    "re": {"_compile"},
    "threading": {"Condition", "Lock", "RLock"},
    "_thread": {"allocate_lock", "RLock", "lock"},
    "itertools": {"count"},
    "synap_mock.domain.faults.schedule": {"_never"},
    "synap_mock.domain.state": {"_is_unreachable", "_keys_of", "_nobody"},
    "synap_mock.domain.storage.contents": {"_nothing"},
    "synap_mock.http.steps.ledger": {"_caller"},
    "synap_mock.replication.snapshots": {"method", "read_only"},
}
"""What a snapshot may name, next to classes of `_OWN`. No function that looks up a name, as attrgetter does."""
_OWN: Final = ("synap_mock.domain.", "synap_mock.settings")
_NOT_OWN: Final = "synap_mock.domain.values.snapshots"
"""It reads any pickle."""
_METHODS: Final = frozenset({"add", "microseconds", "_most_scheduled"})
"""The methods that a state refers to."""
_LOCKS: Final[dict[type, Callable[[], Any]]] = {
    type(threading.Lock()): threading.Lock,
    type(threading.RLock()): threading.RLock,
}


class Snapshot(NamedTuple):
    """The state of a fake after an entry.

    Attributes:
        worlds: all of them.
        at: the time of that entry, in microseconds since 1970.
    """

    worlds: Worlds
    at: int


def dump(snapshot: Snapshot) -> bytes:
    """A snapshot as bytes, with new locks."""
    buffer = io.BytesIO()
    _Pickler(buffer, pickle.HIGHEST_PROTOCOL).dump(tuple(snapshot))
    return buffer.getvalue()


def load(held: bytes) -> Snapshot:
    """A snapshot of bytes that `dump` has made.

    Raises:
        StoreError: it cannot be read.
    """
    try:
        return Snapshot(*_Unpickler(io.BytesIO(held)).load())
    except (pickle.UnpicklingError, AttributeError, ImportError, EOFError, KeyError, TypeError, ValueError) as error:
        raise StoreError(f"the snapshot cannot be read: {error}") from None


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: object) -> str | None:
        return obj.id if isinstance(obj, Rule) else None

    def reducer_override(self, obj: Any) -> Any:  # noqa: ANN401 - pickle's own
        if type(obj) in _LOCKS:
            return _LOCKS[type(obj)], ()
        if isinstance(obj, threading.Condition):
            return threading.Condition, (vars(obj)["_lock"],)
        if isinstance(obj, MethodType):
            return method, (obj.__self__, obj.__name__)
        if isinstance(obj, MappingProxyType):
            return read_only, (dict(obj),)
        if isinstance(obj, itertools.count):  # its own pickling is deprecated
            return itertools.count, (int(repr(obj).removeprefix("count(").removesuffix(")")),)
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, pid: Any) -> Rule:  # noqa: ANN401 - pickle's own
        return _RULES[pid]

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - pickle's own
        if name in _ACCEPTED.get(module, ()):
            return super().find_class(module, name)
        if "." not in name and module.startswith(_OWN) and module != _NOT_OWN:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:  # not what that module imports
                return found
        raise pickle.UnpicklingError(f"it names {module}.{name}, which no state has")


def method(owner: object, name: str) -> Any:  # noqa: ANN401 - any method
    """A method of a part of the state.

    Raises:
        UnpicklingError: it is another method, or one of something else.
    """
    if not type(owner).__module__.startswith(_OWN) or name not in _METHODS:
        raise pickle.UnpicklingError(f"it names the method {name} of {type(owner).__name__}")
    return getattr(owner, name)


def read_only(items: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    """The same items, read only."""
    return MappingProxyType(items)
