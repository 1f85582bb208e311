"""Checks of options: an invalid value is reported before anything starts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import click

from synap_mock.domain.values.clock import moment
from synap_mock.settings import Settings, rate_limit_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_mock.settings import RateLimit

_STORE: Final = re.compile(r"(?:valkeys?|rediss?)://[^/?#\s]+(?:/[0-9]{1,3})?")


def checked(check: Callable[[Any], object]) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """A click callback: what `check` refuses with a ValueError is a bad value of that option."""

    def callback(_: click.Context, __: click.Parameter, value: Any) -> Any:  # noqa: ANN401 - click's own
        if value is not None and value != ():
            try:
                check(value)
            except ValueError as error:
                raise click.BadParameter(str(error)) from None
        return value

    return callback


def check_api_keys(keys: tuple[str, ...]) -> None:
    """Raise ValueError for what can't be the keys of a fake."""
    from synap_mock.domain.access.keys import Keys  # noqa: PLC0415 - --help loads nothing but click

    Keys(keys)


def check_hosts(hosts: str | tuple[str, ...]) -> None:
    """Raise ValueError for what can't be a host name."""
    from synap_mock.http.control.guard import Guard  # noqa: PLC0415 - as above

    Guard((hosts,) if isinstance(hosts, str) else hosts)


def check_control_token(token: str) -> None:
    """Raise ValueError for what can't be sent as a token."""
    from synap_mock.http.control.guard import Guard  # noqa: PLC0415 - as above

    Guard(token=token)


def check_store(url: str) -> None:
    """Raise ValueError for what is not the address of a store."""
    if not _STORE.fullmatch(url):
        raise ValueError("it must be an address such as valkey://HOST:PORT/0; valkeys:// uses TLS")


def check_freeze(time: str) -> None:
    """Raise ValueError for a time that the clock cannot have."""
    moment("it", time)


def rate_limit(given: str | None) -> RateLimit | None:
    """A rate limit as it is written in an option."""
    try:
        return None if given is None else Settings(rate_limit=rate_limit_of(given)).rate_limit
    except (TypeError, ValueError) as error:
        raise click.BadParameter(str(error)) from None
