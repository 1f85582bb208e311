"""synap-mock: an in-memory fake of Synap's conversation recording. The public names, each loaded on its first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from synap_mock import strategies as strategies
    from synap_mock.domain.faults.incoming import IncomingRequest as IncomingRequest
    from synap_mock.domain.faults.index import *  # noqa: F403 - the index lists the names in __all__
    from synap_mock.domain.history.request import Request as Request
    from synap_mock.domain.memories.memory import Memory as Memory
    from synap_mock.domain.memories.memory import Scope as Scope
    from synap_mock.domain.storage.messages import Conversation as Conversation
    from synap_mock.domain.storage.messages import Message as Message
    from synap_mock.domain.storage.messages import RecordedBatch as RecordedBatch
    from synap_mock.mock import SynapMock as SynapMock
    from synap_mock.transports.server import Server as Server

__version__: Final = "0.1.0"

_FAULTS: Final = "synap_mock.domain.faults.index"
"""Where every fault is; a module that names a fault is not imported before a fault is used."""
_HOMES: Final = {
    "Conversation": "synap_mock.domain.storage.messages",
    "IncomingRequest": "synap_mock.domain.faults.incoming",
    "Memory": "synap_mock.domain.memories.memory",
    "Message": "synap_mock.domain.storage.messages",
    "RecordedBatch": "synap_mock.domain.storage.messages",
    "Request": "synap_mock.domain.history.request",
    "Scope": "synap_mock.domain.memories.memory",
    "Server": "synap_mock.transports.server",
    "SynapMock": "synap_mock.mock",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562
    if name == "__all__":
        return sorted({*_HOMES, *import_module(_FAULTS).__all__, "__version__", "strategies"})
    if name == "strategies":
        return import_module("synap_mock.strategies")
    home = _HOMES.get(name) or (_FAULTS if name[:1].isupper() else None)
    if home is None or (home == _FAULTS and name not in import_module(_FAULTS).__all__):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return [*__getattr__("__all__"), "__all__"]
