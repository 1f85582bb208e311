"""What a fake has recorded, in a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from synap_mock.domain.export.document import export_state, import_state
from synap_mock.domain.redaction.errors import masked_errors

if TYPE_CHECKING:
    from synap_mock.domain.state import State


class Saving:
    """The part of `SynapMock` that is about files."""

    __slots__ = ()

    _state: State

    if TYPE_CHECKING:

        def redact(self, text: str) -> str:
            """Of `SynapMock`."""

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write what is recorded to a file, as JSON Lines; ``docs/state.md`` describes them.

        Keys, settings, the clock, what is scheduled, the journal and the ledger are not written.

        Args:
            path: of the file. An existing one is replaced, once the new one is complete.

        Raises:
            OSError: the file cannot be written.
        """
        whole = Path(path)
        part = whole.with_name(f".{whole.name}.{os.getpid()}.part")
        try:
            with part.open("wb") as file:
                file.writelines(export_state(self._state))
            part.replace(whole)
        finally:
            part.unlink(missing_ok=True)

    @masked_errors
    def load(self, path: str | os.PathLike[str]) -> None:
        """Replace what is recorded by what `save` has written, whole or not at all.

        The default instance takes the id of the file's default instance, so that the default key reads what was
        recorded with it. What `save` does not write stays.

        Args:
            path: of the file.

        Raises:
            OSError: the file cannot be read.
            ValueError: a line is not accepted; the error has its number and what is accepted.
        """
        with Path(path).open("rb") as file:
            import_state(self._state, file)
