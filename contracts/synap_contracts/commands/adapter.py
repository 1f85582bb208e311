"""The command `synap-mock adapter`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

_FOLDER: Final = Path(__file__).parents[1] / "adapters"
_FILES: Final = {"node": "node.mjs"}


@click.command()
@click.argument("language", type=click.Choice(list(_FILES)))
def adapter(language: str) -> None:
    """Print an adapter for clients in another language: one file, to save next to the client.

    synap-mock adapter node > adapter.mjs
    """
    click.echo((_FOLDER / _FILES[language]).read_text(encoding="utf-8"), nl=False)
