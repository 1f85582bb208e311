"""The option --shard."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_contracts.runs.jobs.options import RunOptions


def shard_option() -> Callable[[click.decorators.FC], click.decorators.FC]:
    """Return the option. Its value is a pair of numbers, or None."""
    return click.option(
        "--shard",
        callback=_parse,
        metavar="I/N",
        help="Run only part I of N, for I from 1 to N. synap-mock report merge makes one report of the JSON reports of "
        "all parts. Requires --seed.",
    )


def _parse(_context: click.Context, _option: click.Parameter, value: str | None) -> tuple[int, int] | None:
    if value is None:
        return None
    found = re.fullmatch(r"([0-9]{1,4})/([0-9]{1,4})", value)
    index, count = map(int, found.groups()) if found else (0, 0)
    if not 1 <= index <= count:
        raise click.BadParameter(f"{value!r} is not a shard; expected I/N with 1 <= I <= N, such as 2/5")
    return index, count


def check_shard(options: RunOptions, *, seeded: bool, accept: bool, compared: bool) -> None:
    """Reject a shard that could not be merged.

    Args:
        options: The options of a run.
        seeded: Whether the user chose the seed.
        accept: Whether new failures are written to the file of known failures.
        compared: Whether the run is compared with an earlier report.
    """
    if options.shard is None:
        return
    if not seeded:
        raise click.UsageError("--shard requires --seed, with the same value for every shard")
    if options.replay is not None or accept:
        raise click.UsageError(f"--shard cannot be combined with {'--accept' if accept else '--replay'}")
    if compared:
        raise click.UsageError("--shard cannot be combined with --against; compare the merged report: report merge")
    count, most = options.shard[1], options.most_shards
    if count > most:
        raise click.UsageError(f"--shard {options.shard[0]}/{count}: this run has {most} parts; expected N <= {most}")
