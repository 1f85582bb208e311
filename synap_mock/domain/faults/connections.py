"""What goes wrong with time and the connection: a late response, a lost one, a server that is not reached."""

from __future__ import annotations

from dataclasses import dataclass

from synap_mock.domain.faults.fault import Fault, Lost, Unreachable, Wire
from synap_mock.domain.values.clock import duration


@dataclass(frozen=True, slots=True)
class Latency(Fault):
    """The response arrives, but late. In process nothing waits: the clock moves, and a less patient client times out.

    Attributes:
        seconds: how late.

    Raises:
        TypeError, ValueError: `seconds` is not a number from 0.
    """

    seconds: float

    def __post_init__(self) -> None:
        duration("seconds", self.seconds)


@dataclass(frozen=True, slots=True)
class ConnectionRefused(Unreachable):
    """Nothing listens. In process only; a server has ``down()``."""

    wire = Wire.REFUSED


@dataclass(frozen=True, slots=True)
class ConnectTimeout(Unreachable):
    """Nothing answers the connection's first packet. In process only; a server has ``down()``."""

    wire = Wire.CONNECT_TIMEOUT


@dataclass(frozen=True, slots=True)
class ReadTimeout(Lost):
    """Silence: the connection stays open, and nothing arrives."""

    everyday = True
    wire = Wire.SILENT


@dataclass(frozen=True, slots=True)
class ConnectionReset(Lost):
    """The connection is reset (RST) instead of a response."""

    everyday = True
    wire = Wire.RESET


@dataclass(frozen=True, slots=True)
class Disconnected(Lost):
    """The connection is closed without a response."""

    everyday = True
    wire = Wire.CLOSED


@dataclass(frozen=True, slots=True)
class TruncatedBody(Lost):
    """Status, headers and half of the body arrive, and then the connection is closed."""

    everyday = True
    wire = Wire.HALF_THEN_CLOSED


@dataclass(frozen=True, slots=True)
class StalledBody(Lost):
    """Status, headers and half of the body arrive, and then nothing more."""

    everyday = True
    wire = Wire.HALF_THEN_SILENT
