"""synap-mock: an in-memory fake of Synap's conversation recording. The public names, each loaded on its first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from synap_mock.journal import Request
    from synap_mock.messages import Conversation, Message
    from synap_mock.mock import Server, SynapMock

__all__ = ["Conversation", "Message", "Request", "Server", "SynapMock", "__version__"]

__version__: Final = "0.1.0"

_HOMES: Final = {
    "Conversation": "synap_mock.messages",
    "Message": "synap_mock.messages",
    "Request": "synap_mock.journal",
    "Server": "synap_mock.mock",
    "SynapMock": "synap_mock.mock",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
