"""The option --for, and other options that are durations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from synap_contracts.runs.jobs.rounds import parse_duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_contracts.runs.jobs.options import RunOptions


def duration_option() -> Callable[[click.decorators.FC], click.decorators.FC]:
    """Return the option. Its value is a number of seconds, or None."""
    return click.option(
        "--for",
        "for_s",
        callback=parse_option,
        metavar="DURATION",
        help="Check for this long, such as 30s, 5m, 2h or 1h30m: after the checks of the profile, all run again and "
        "again with other seeds.",
    )


def parse_option(_context: click.Context, _option: click.Parameter, value: str | None) -> float | None:
    """Return the number of seconds that an option names, or None."""
    if value is None:
        return None
    try:
        return parse_duration(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def check_duration(options: RunOptions) -> None:
    """Reject a duration of a run that has one round."""
    if options.for_s is not None and (options.shard is not None or options.replay is not None):
        other = "--replay" if options.shard is None else "--shard; use --database to check on several machines"
        raise click.UsageError(f"--for cannot be combined with {other}")
