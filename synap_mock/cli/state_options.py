"""The options of ``synap-mock serve`` that say where recorded data comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synap_mock.cli.errors import Failed
from synap_mock.cli.options import option

if TYPE_CHECKING:
    from collections.abc import Callable

    from synap_mock.mock import SynapMock


def state_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command."""
    load = option(
        "--load",
        "load",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        show_default="nothing is recorded",
        help="Start with what `synap-mock export` has written to FILE.",
    )
    described: Callable[..., Any] = load(command)
    return described


def load_file(fake: SynapMock, path: Path | None) -> None:
    """Import a file, if one is given; what cannot be imported ends the command."""
    if path is None:
        return
    try:
        fake.load(path)
    except OSError as error:
        raise Failed(f"cannot load {path}: {error.strerror or error}") from None
    except ValueError as error:
        raise Failed(f"cannot load {path}: {error}") from None
