"""What goes wrong with time and the connection: a late response, a lost one, a server that is not reached."""

from __future__ import annotations

from dataclasses import dataclass

from synap_mock.domain.faults.fault import Fault, Lost, Unreachable, Wire
from synap_mock.domain.values.clock import duration
from synap_mock.domain.values.quoting import quote


@dataclass(frozen=True, slots=True)
class Latency(Fault):
    """The response arrives, but late. In process nothing waits, unless it is real: the clock moves instead.

    A client with a shorter timeout times out.

    Attributes:
        seconds: how late.
        real: whether it takes real time in process too; on a port it always does.

    Raises:
        TypeError, ValueError: `seconds` is not a number from 0, or `real` is not a bool.
    """

    seconds: float
    real: bool = False

    def __post_init__(self) -> None:
        duration("seconds", self.seconds)
        if not isinstance(self.real, bool):
            raise TypeError(f"real must be a boolean, not {quote(self.real)}")


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
