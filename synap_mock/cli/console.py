"""Standard output and standard error, as every command writes to them."""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import TYPE_CHECKING, Any, Final, TextIO

from synap_mock.cli.errors import Failed

if TYPE_CHECKING:
    from collections.abc import Iterator

_ASCII: Final = str.maketrans(
    {
        "…": "...",
        "─": "-",
        "–": "-",  # noqa: RUF001 - a dash is what is replaced
        "—": "-",
        "→": "->",
        "×": "x",  # noqa: RUF001 - as above
        "“": '"',
        "”": '"',
        "‘": "'",  # noqa: RUF001 - as above
        "’": "'",  # noqa: RUF001 - as above
    }
)


def encodable(text: str, encoding: str) -> str:
    """`text` in the characters that an encoding has: punctuation as ASCII, any other character as an escape."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_ASCII).encode(encoding, "backslashreplace").decode(encoding)
    return text


@contextmanager
def console() -> Iterator[None]:
    """While the context lasts, printing works in any encoding, and fails with an error that says why."""
    with redirect_stdout(_Output(sys.stdout)), redirect_stderr(_Errors(sys.stderr)):
        yield


class _Stream(io.TextIOBase):
    """A standard stream; None is a closed one."""

    encoding = "utf-8"  # click would otherwise write UTF-8 to an ASCII terminal by itself

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has, such as buffer
        return getattr(self._stream, name)

    def isatty(self) -> bool:
        return self._stream is not None and self._stream.isatty()

    def fileno(self) -> int:
        if self._stream is None:
            raise io.UnsupportedOperation("fileno of a closed stream")
        return self._stream.fileno()

    def writable(self) -> bool:
        return True

    def _write(self, text: str) -> None:
        if not isinstance(text, str):  # click tries b"" and "" in order to learn whether a stream is binary
            raise TypeError(f"write() takes a string, not {type(text).__name__}")
        if not text:
            return
        if self._stream is None:
            raise OSError(None, "it is closed")
        self._stream.write(encodable(text, self._stream.encoding or "utf-8"))

    def _flush(self) -> None:
        if self._stream is not None:
            self._stream.flush()

    def _discard(self) -> None:
        """Send what is still buffered to nowhere: Python flushes at its end, and would fail again."""
        with suppress(OSError, ValueError, AttributeError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self.fileno())
            os.close(null)


class _Output(_Stream):
    """Standard output: what can't be written fails the command."""

    def write(self, text: str) -> int:
        try:
            self._write(text)
        except OSError as error:
            raise self._failed(error) from None
        return len(text)

    def flush(self) -> None:
        try:
            self._flush()
        except OSError as error:
            raise self._failed(error) from None

    def _failed(self, error: OSError) -> Failed:
        self._discard()
        return Failed(f"cannot write to standard output: {error.strerror or error}")


class _Errors(_Stream):
    """Standard error: what can't be written is dropped, since nothing is left to report it on."""

    def write(self, text: str) -> int:
        try:
            self._write(text)
        except OSError:
            self._discard()
        return len(text)

    def flush(self) -> None:
        try:
            self._flush()
        except OSError:
            self._discard()
