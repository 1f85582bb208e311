"""synap-mock: an in-memory fake of Synap's conversation recording. The public names, each loaded on its first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from synap_mock import strategies
    from synap_mock.domain.faults.kinds import (
        Conflict,
        ConnectionRefused,
        ConnectionReset,
        ConnectTimeout,
        Disconnected,
        Forbidden,
        InstanceBuildFailed,
        InstanceNotReady,
        InsufficientCredits,
        Latency,
        MalformedBody,
        RateLimited,
        ReadTimeout,
        Respond,
        ServerError,
        StalledBody,
        TrialLimitReached,
        TruncatedBody,
        Unauthorized,
        WrongShape,
    )
    from synap_mock.domain.history.journal import Request
    from synap_mock.domain.storage.messages import Conversation, Message, RecordedBatch
    from synap_mock.mock import SynapMock
    from synap_mock.transports.server import Server

__all__ = [
    "Conflict",
    "ConnectTimeout",
    "ConnectionRefused",
    "ConnectionReset",
    "Conversation",
    "Disconnected",
    "Forbidden",
    "InstanceBuildFailed",
    "InstanceNotReady",
    "InsufficientCredits",
    "Latency",
    "MalformedBody",
    "Message",
    "RateLimited",
    "ReadTimeout",
    "RecordedBatch",
    "Request",
    "Respond",
    "Server",
    "ServerError",
    "StalledBody",
    "SynapMock",
    "TrialLimitReached",
    "TruncatedBody",
    "Unauthorized",
    "WrongShape",
    "__version__",
    "strategies",
]

__version__: Final = "0.1.0"

_HOMES: Final = {
    "Conflict": "synap_mock.domain.faults.kinds",
    "ConnectTimeout": "synap_mock.domain.faults.kinds",
    "ConnectionRefused": "synap_mock.domain.faults.kinds",
    "ConnectionReset": "synap_mock.domain.faults.kinds",
    "Disconnected": "synap_mock.domain.faults.kinds",
    "Forbidden": "synap_mock.domain.faults.kinds",
    "InstanceBuildFailed": "synap_mock.domain.faults.kinds",
    "InstanceNotReady": "synap_mock.domain.faults.kinds",
    "InsufficientCredits": "synap_mock.domain.faults.kinds",
    "Latency": "synap_mock.domain.faults.kinds",
    "MalformedBody": "synap_mock.domain.faults.kinds",
    "RateLimited": "synap_mock.domain.faults.kinds",
    "ReadTimeout": "synap_mock.domain.faults.kinds",
    "Respond": "synap_mock.domain.faults.kinds",
    "ServerError": "synap_mock.domain.faults.kinds",
    "TrialLimitReached": "synap_mock.domain.faults.kinds",
    "StalledBody": "synap_mock.domain.faults.kinds",
    "TruncatedBody": "synap_mock.domain.faults.kinds",
    "Unauthorized": "synap_mock.domain.faults.kinds",
    "WrongShape": "synap_mock.domain.faults.kinds",
    "Conversation": "synap_mock.domain.storage.messages",
    "Message": "synap_mock.domain.storage.messages",
    "RecordedBatch": "synap_mock.domain.storage.messages",
    "Request": "synap_mock.domain.history.journal",
    "Server": "synap_mock.transports.server",
    "SynapMock": "synap_mock.mock",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562
    if name == "strategies":
        return import_module("synap_mock.strategies")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
