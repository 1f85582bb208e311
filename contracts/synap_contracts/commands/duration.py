"""The option --for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_contracts.runs.jobs.options import RunOptions

_UNITS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0}


def duration_option() -> Callable[[click.decorators.FC], click.decorators.FC]:
    """Return the option. Its value is a number of seconds, or None."""
    return click.option(
        "--for",
        "for_s",
        callback=_parse,
        metavar="DURATION",
        help="Check for this long, such as 30s, 5m, 2h or 1h30m: after the checks of the profile, all run again and "
        "again with other seeds.",
    )


def _parse(_context: click.Context, _option: click.Parameter, value: str | None) -> float | None:
    if value is None:
        return None
    found = re.fullmatch(r"(?:\d{1,6}h)?(?:\d{1,6}m)?(?:\d{1,6}s)?", value, re.ASCII)
    seconds = sum(int(count) * _UNITS[unit] for count, unit in re.findall(r"(\d+)([hms])", value, re.ASCII))
    if found is None or not seconds:
        raise click.BadParameter(f"{value!r} is not a duration; expected 30s, 5m, 2h or 1h30m, for example")
    return seconds


def check_duration(options: RunOptions) -> None:
    """Reject a duration of a run that has one round."""
    if options.for_s is not None and (options.shard is not None or options.replay is not None):
        other = "--replay" if options.shard is None else "--shard; use --database to check on several machines"
        raise click.UsageError(f"--for cannot be combined with {other}")
