"""synap-mock: an in-memory fake of Synap's conversation recording. The public names, each loaded on its first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from synap_mock import strategies
    from synap_mock.doors.live import Server
    from synap_mock.faults import (
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
    from synap_mock.journal import Request
    from synap_mock.messages import Conversation, Message, RecordedBatch
    from synap_mock.mock import SynapMock

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
    "Conflict": "synap_mock.faults",
    "ConnectTimeout": "synap_mock.faults",
    "ConnectionRefused": "synap_mock.faults",
    "ConnectionReset": "synap_mock.faults",
    "Disconnected": "synap_mock.faults",
    "Forbidden": "synap_mock.faults",
    "InstanceBuildFailed": "synap_mock.faults",
    "InstanceNotReady": "synap_mock.faults",
    "InsufficientCredits": "synap_mock.faults",
    "Latency": "synap_mock.faults",
    "MalformedBody": "synap_mock.faults",
    "RateLimited": "synap_mock.faults",
    "ReadTimeout": "synap_mock.faults",
    "Respond": "synap_mock.faults",
    "ServerError": "synap_mock.faults",
    "TrialLimitReached": "synap_mock.faults",
    "StalledBody": "synap_mock.faults",
    "TruncatedBody": "synap_mock.faults",
    "Unauthorized": "synap_mock.faults",
    "WrongShape": "synap_mock.faults",
    "Conversation": "synap_mock.messages",
    "Message": "synap_mock.messages",
    "RecordedBatch": "synap_mock.messages",
    "Request": "synap_mock.journal",
    "Server": "synap_mock.doors.live",
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
