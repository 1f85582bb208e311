"""Every fault: the one place that lists them. Each is a name of the package ``synap_mock``, too."""

from __future__ import annotations

from synap_mock.domain.faults.connections import (
    ConnectionRefused,
    ConnectionReset,
    ConnectTimeout,
    Disconnected,
    Latency,
    ReadTimeout,
    StalledBody,
    TruncatedBody,
)
from synap_mock.domain.faults.errors import Conflict, Forbidden, RateLimited, ServerError, Unauthorized
from synap_mock.domain.faults.responses import MalformedBody, Respond, WrongShape
from synap_mock.domain.faults.vendor_errors import (
    InstanceBuildFailed,
    InstanceNotReady,
    InsufficientCredits,
    TrialLimitReached,
)

__all__ = [
    "Conflict",
    "ConnectTimeout",
    "ConnectionRefused",
    "ConnectionReset",
    "Disconnected",
    "Forbidden",
    "InstanceBuildFailed",
    "InstanceNotReady",
    "InsufficientCredits",
    "Latency",
    "MalformedBody",
    "RateLimited",
    "ReadTimeout",
    "Respond",
    "ServerError",
    "StalledBody",
    "TrialLimitReached",
    "TruncatedBody",
    "Unauthorized",
    "WrongShape",
]
