"""The settings of a fake, validated in one place."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final, Literal, cast, get_args

from synap_mock.domain.values.clock import duration, iso, moment
from synap_mock.domain.values.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Tenancy = Literal["b2b", "b2c"]
Dialect = Literal["documented", "observed"]
Registration = Literal["auto", "required"]
Processing = Literal["completed", "failed", "partial_success"]
Retrieval = Literal["rank", "match"]
Plan = Literal["free", "pro"]
RateLimit = Plan | int | tuple[int, int]

MIB: Final = 1024 * 1024
PAGE_BYTES: Final = MIB // 2
"""Bytes of a page of the control API: making a longer response would block every other client."""
_HOST: Final = re.compile(r"(?!.{254})[0-9a-z_-]{1,63}(\.[0-9a-z_-]{1,63})*")
_LAST_PORT: Final = 65535
LONGEST: Final = 1_000_000_000
"""Seconds, over 31 years: most that a setting may let something take."""
_DIGITS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the vendor's pages leave open, and how much the fake keeps.

    Attributes:
        tenancy: None enforces nothing; ``"b2b"`` requires a `customer_id` in every entry; ``"b2c"`` resolves it from
            the user. An instance may have its own. [documented that there are two kinds]
        dialect: ``"documented"`` responds with exactly what the pages promise, ``"observed"`` with what SDK 0.5.10
            and later parse.
        registration: ``"auto"``: a batch registers its conversations, as the page's example does; ``"required"``:
            only *record one* does, as the page's text has it. [documented, both]
        max_batch: most messages a batch may hold; None: no limit. [assumed: none is documented]
        processing: the status that the processing of a document ends with: ``"completed"``, ``"failed"`` (no memory is
            made from it) or ``"partial_success"``. [sdk: the statuses]
        processing_seconds: how long that takes, on the fake's clock; 0: the document is processed at once. [assumed]
        retrieval: ``"rank"``: a fetch returns what is in scope, and its query ranks that; ``"match"``: only memories
            that share a word with its query. [assumed]
        compaction_seconds: how long a compaction takes, on the fake's clock; 0: it is completed at once. [assumed]
        seed: makes message and session ids repeatable; None: random ids. Fixed once the fake exists.
        freeze: a time at which the clock stands after every reset, with a zone, in ISO 8601, between the years 1970 and
            9998; None: real time.
        rate_limit: how many calls a key may make: ``"free"`` (60 a minute, 10 at once), ``"pro"`` (600, 50), a number a
            minute, or that and how many at once, ``(120, 20)``; None: any. [documented, but three different ones]
        hosts: names of hosts that are intercepted in addition to the vendor's.
        max_body: most bytes that a request body may have. [assumed]
        journal_calls: how many calls the journal keeps.
        journal_body: how many bytes of a body it keeps, of the request's and of the answer's each.
        journal_bytes: how many bytes of memory the calls that it keeps take, headers and objects included.

    Raises:
        TypeError: a setting has the wrong type.
        ValueError: a setting is out of its range; the error has the value and what is accepted.
    """

    tenancy: Tenancy | None = None
    dialect: Dialect = "documented"
    registration: Registration = "auto"
    max_batch: int | None = None
    processing: Processing = "completed"
    processing_seconds: float = 0
    retrieval: Retrieval = "rank"
    compaction_seconds: float = 0
    seed: int | None = None
    freeze: str | None = None
    rate_limit: RateLimit | None = None
    hosts: Sequence[str] = ()
    max_body: int = 64 * MIB
    journal_calls: int = 1000
    journal_body: int = 64 * 1024
    journal_bytes: int = 64 * MIB

    def __post_init__(self) -> None:
        _choice("tenancy", self.tenancy, Tenancy, optional=True)
        _choice("dialect", self.dialect, Dialect)
        _choice("registration", self.registration, Registration)
        whole("max_batch", self.max_batch, least=1, optional=True)
        _choice("processing", self.processing, Processing)
        seconds("processing_seconds", self.processing_seconds)
        _choice("retrieval", self.retrieval, Retrieval)
        seconds("compaction_seconds", self.compaction_seconds)
        whole("seed", self.seed, least=None, optional=True)
        if self.freeze is not None:
            at = moment("freeze", self.freeze)
            object.__setattr__(self, "freeze", self.freeze if isinstance(self.freeze, str) else iso(at))
        object.__setattr__(self, "rate_limit", _rate_limit(self.rate_limit))
        object.__setattr__(self, "hosts", _hosts(self.hosts))
        whole("max_body", self.max_body, least=1)
        whole("journal_calls", self.journal_calls, least=1)
        whole("journal_body", self.journal_body, least=0)
        whole("journal_bytes", self.journal_bytes, least=0)

    @classmethod
    def of(cls, /, **settings: Any) -> Settings:  # noqa: ANN401 - the fields' types differ, and are checked here
        """The defaults, except for these settings.

        Raises:
            TypeError: there is no such setting, or the value has the wrong type.
            ValueError: a value out of its range.
        """
        _known(settings)
        return cls(**settings)

    def changed(self, /, **changes: Any) -> Settings:  # noqa: ANN401 - the fields' types differ, and are checked here
        """These settings with some changed.

        Raises:
            TypeError: there is no such setting, or the value has the wrong type.
            ValueError: a value is out of its range, or the setting cannot be changed.
        """
        _known(changes)
        if "seed" in changes:
            raise ValueError("seed is fixed once the fake exists; give it when the fake is made")
        return replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        """Name to value."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def text(name: str, value: object, longest: int) -> str:
    """Return `value` if it is printable ASCII without white space.

    Args:
        name: of the setting.
        value: not quoted in an error, since it may be a key with a stray newline.
        longest: how many characters it may have.

    Raises:
        TypeError: `value` is not a string.
        ValueError: `value` is empty or too long, or has another character.
    """
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, not {type(value).__name__}")
    if not 1 <= len(value) <= longest:
        raise ValueError(f"{name} must have 1 to {longest} characters, not {len(value)}")
    for place, character in enumerate(value, 1):
        if not "!" <= character <= "~":
            raise ValueError(
                f"{name} must be printable ASCII without white space; character {place} of {len(value)} is not"
            )
    return value


def several(name: str, value: object) -> list[object]:
    """Return `value` as a list if it is a collection, and not a string.

    Raises:
        TypeError: it is not a collection.
    """
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Collection):
        raise TypeError(f"{name} must be a list of strings, not {quote(value)}")
    return list(value)


def port_number(value: object) -> int:
    """Return `value` as a port to bind.

    Raises:
        TypeError: `value` is not a whole number.
        ValueError: `value` is out of range.
    """
    whole("port", value, least=0)
    if cast("int", value) > _LAST_PORT:
        raise ValueError(f"port must be a whole number from 0 to {_LAST_PORT}, not {quote(value)}")
    return cast("int", value)


def tenancy_of(value: object) -> Tenancy | None:
    """Return `value` as the tenancy of an instance.

    Raises:
        TypeError: `value` is neither None nor a string.
        ValueError: `value` is not a tenancy.
    """
    return Settings(tenancy=value).tenancy  # type: ignore[arg-type] # the constructor checks it


def whole(name: str, value: object, *, least: int | None, optional: bool = False) -> None:
    """Check that `value` is a whole number.

    Args:
        name: the name in the error.
        value: any value.
        least: the smallest number that is accepted; None: any.
        optional: whether None is accepted.

    Raises:
        TypeError: `value` is not a whole number.
        ValueError: `value` is less than `least`.
    """
    if optional and value is None:
        return
    kind = not isinstance(value, int) or isinstance(value, bool)
    if not kind and (least is None or cast("int", value) >= least):
        return
    wanted = "a whole number" + (f" from {least}" if least is not None else "") + (" or no value" if optional else "")
    msg = f"{name} must be {wanted}, not {quote(value)}"
    raise TypeError(msg) if kind else ValueError(msg)


def seconds(name: str, value: object) -> None:
    """Check that `value` is a number of seconds that something may take.

    Raises:
        TypeError: `value` is not a number.
        ValueError: `value` is negative, or over LONGEST.
    """
    if duration(name, value) > LONGEST:
        raise ValueError(f"{name} must be a number of seconds from 0 to {LONGEST}, not {quote(value)}")


def _known(names: Iterable[str]) -> None:
    known = [field.name for field in fields(Settings)]
    for name in names:
        if name not in known:
            raise TypeError(f"no setting is named {quote(name)}; the settings are {', '.join(known)}")


def _choice(name: str, value: object, kind: Any, *, optional: bool = False) -> None:  # noqa: ANN401 - a Literal has no type
    if optional and value is None:
        return
    choices = " or ".join([*map(repr, get_args(kind)), *(["no value"] if optional else [])])
    msg = f"{name} must be {choices}, not {quote(value)}"
    if not isinstance(value, str):
        raise TypeError(msg)
    if value not in get_args(kind):
        raise ValueError(msg)


def rate_limit_of(text: str) -> Any:  # noqa: ANN401 - the constructor of Settings checks it
    """A rate limit as it is written in an option or an ini file: ``free``, ``600``, ``120/20``."""
    parts = [
        int(part) if part.isascii() and part.isdecimal() and len(part) < _DIGITS else part for part in text.split("/")
    ]
    return parts if len(parts) > 1 else parts[0]


def _rate_limit(value: object) -> RateLimit | None:
    wanted = (
        '"free", "pro", a number of calls a minute from 1, that and how many at once, such as 120/20 or (120, 20), '
        f"or no value, not {quote(value)}"
    )
    match value:
        case None | "free" | "pro":
            return value
        case [int(each), int(burst)] if each >= 1 and burst >= 1 and not {type(each), type(burst)} & {bool}:
            return each, burst
        case int(each) if each >= 1 and each is not True:
            return each
        case str() | int() | [*_]:
            raise ValueError(f"rate_limit must be {wanted}")
    raise TypeError(f"rate_limit must be {wanted}")


def _hosts(value: object) -> tuple[str, ...]:
    names = []
    for name in several("hosts", value):
        if not isinstance(name, str) or not _HOST.fullmatch(name.lower()):
            raise ValueError(f"hosts must be names of hosts without scheme and port, not {quote(name)}")
        names.append(name.lower())
    return tuple(names)
