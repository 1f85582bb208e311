"""How the Python host describes an exception: by the client's own classes, with all texts that it carries."""

from __future__ import annotations

import asyncio
import sys
import threading
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from types import TracebackType

FOREIGN: Final = frozenset(
    {"httpx", "httpcore", "h11", "h2", "anyio", "sniffio", "requests", "urllib3", "aiohttp", "yarl", "pydantic"}
    | {"pydantic_core", "certifi", "trio", "tornado", "pycurl", "httptools", "websockets"}
) | frozenset(sys.stdlib_module_names)
"""Packages whose classes are not the client's own. httpx's ConnectError derives from httpx's own NetworkError: if it
is raised to the caller, it is not the NetworkError of Synap."""

_FRAMES: Final = 8
_LONGEST: Final = 4_000
_OWN: Final = frozenset({Path(__file__).parent, Path(asyncio.__file__).parent})
"""The folders of the frames between the host and the client."""


def describe(error: BaseException, declared: object = None) -> dict[str, Any]:
    """Return an exception in the format of the protocol.

    Args:
        error: The exception.
        declared: The client's `errors`: which of its classes correspond to which documented names, in either order.
    """
    texts = collect_texts(error)
    own = [kind for kind in type(error).__mro__ if kind.__module__.partition(".")[0] not in FOREIGN]
    return {
        "class": f"{type(error).__module__}.{type(error).__qualname__}",
        "names": sorted({kind.__name__ for kind in own} | declared_names(error, declared)),
        "text": text_of(error),
        "said": [text for _, text in texts],
        "places": [place for place, _ in texts],
        "status": status_of(error),
        "traceback": traceback_of(error),
    }


def declared_names(error: BaseException, declared: object) -> set[str]:
    """Return the documented names that a client's `errors` declares for an exception.

    Both `{"NetworkError": (Unreachable, Slow)}` and `{Unreachable: "NetworkError"}` are accepted.
    """
    if not isinstance(declared, Mapping):
        return set()
    names = set()
    for left, right in declared.items():
        name, kinds = (left, right) if isinstance(left, str) else (right, left)
        several = kinds if isinstance(kinds, Iterable) and not isinstance(kinds, (str, type)) else (kinds,)
        if any(_is_instance(error, kind) for kind in several):
            names.add(name if isinstance(name, str) else getattr(name, "__name__", str(name)))
    return names


def _is_instance(error: BaseException, kind: object) -> bool:
    if isinstance(kind, type):
        return isinstance(error, kind)
    return any(kind in (each.__name__, f"{each.__module__}.{each.__qualname__}") for each in type(error).__mro__)


def text_of(error: BaseException) -> str:
    """Return the text of an exception, even if the class's own __str__ fails."""
    try:
        return str(error)
    except Exception as failure:  # noqa: BLE001 - the class is the client's
        return f"<{type(error).__name__}; its text cannot be read: {type(failure).__name__}>"


def repr_of(error: BaseException) -> str:
    """Return the class and the arguments of an exception, even if the class's own __repr__ fails."""
    try:
        return f"{error!r} {error.args!r}"
    except Exception as failure:  # noqa: BLE001 - as above
        return f"<{type(error).__name__}; it has no repr: {type(failure).__name__}>"


def collect_texts(error: BaseException) -> list[tuple[str, str]]:
    """Return all texts of an exception, its causes, contexts, notes and groups, each with its place."""
    texts: list[tuple[str, str]] = []
    seen: set[int] = set()
    waiting: list[tuple[str, BaseException | None]] = [("", error)]
    while waiting:
        role, each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        place = f"the {role} ({type(each).__qualname__}) of" if role else "the text of"
        texts.append((place, text_of(each)))
        texts += [(f"a note in {place}" if role else "a note of", str(note)) for note in getattr(each, "__notes__", ())]
        if not isinstance(each, UnicodeError):
            texts.append((place if role else "the arguments of", repr_of(each)))  # what loggers write for %r
        context = None if each.__suppress_context__ else each.__context__
        waiting += [("context", context), ("cause", each.__cause__)]  # the last one is read first
        if isinstance(each, BaseExceptionGroup):
            waiting += [("group", one) for one in each.exceptions]
    return texts


def traceback_of(error: BaseException) -> str:
    """Return the traceback of an exception, without the frames of this host: the last frames, if it is long."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None and _is_own_frame(trace):
        trace = trace.tb_next
    try:
        lines = traceback.format_exception(type(error), error, trace, limit=-_FRAMES, chain=False)
    except Exception:  # noqa: BLE001 - the class is the client's
        return ""
    return "".join(lines).rstrip()[-_LONGEST:]


def _is_own_frame(trace: TracebackType) -> bool:
    file = Path(trace.tb_frame.f_code.co_filename)
    return file.parent in _OWN or file.name == threading.__name__ + ".py"


def status_of(error: BaseException) -> int | None:
    """Return the HTTP status that an exception carries under one of the usual names."""
    for name in ("status_code", "status", "http_status", "code"):
        status = getattr(error, name, None)
        if isinstance(status, int) and not isinstance(status, bool):
            return status
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None
