"""A log that never blocks: a thread writes what waits in a queue; where that is full, records are dropped."""

from __future__ import annotations

import io
import logging
import os
import queue
import threading
from logging.handlers import QueueHandler
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing import TextIO

_CAPACITY: Final = 1000
_AT_END: Final = 0.3
"""Seconds that lines have to be written when the process ends."""


class LogQueue(QueueHandler):  # not QueueListener: its end waits for a write that may never end
    """Writes log records to a stream that may block, such as a pipe that no process reads.

    Args:
        stream: where to write.
        formatter: formats a record as a line.
    """

    def __init__(self, stream: TextIO, formatter: logging.Formatter) -> None:
        self._records: queue.Queue[logging.LogRecord] = queue.Queue(_CAPACITY)
        super().__init__(self._records)
        self._stream = stream
        self._lines = formatter
        self._dropped = 0
        threading.Thread(target=self._write_all, name="synap-mock log", daemon=True).start()

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Leave the record as it is: the thread formats it."""
        return record

    def enqueue(self, record: logging.LogRecord) -> None:
        """Put the record in the queue, or count it where that is full."""
        try:
            self._records.put_nowait(record)
        except queue.Full:
            self._dropped += 1

    def close(self) -> None:
        """Give the lines that wait a moment to be written."""
        done = self._records.all_tasks_done
        with done:
            done.wait_for(lambda: not self._records.unfinished_tasks, _AT_END)
        super().close()

    def _write_all(self) -> None:
        while True:
            record = self._records.get()
            self._write(record)
            dropped, self._dropped = self._dropped, 0
            if dropped:
                text = "%d log lines were dropped: standard error is read too slowly"
                self._write(logging.LogRecord("synap_mock", logging.WARNING, __file__, 0, text, (dropped,), None))
            self._records.task_done()

    def _write(self, record: logging.LogRecord) -> None:
        try:
            self._put(self._lines.format(record) + "\n")
        except (OSError, ValueError):
            pass  # closed or full: nothing is left to report it on
        except Exception:  # noqa: BLE001 - as every handler of logging's does
            self.handleError(record)

    def _put(self, text: str) -> None:
        try:
            descriptor = self._stream.fileno()
        except io.UnsupportedOperation:  # in memory, or closed
            self._stream.write(text)
            return
        # Not through the stream: it has a lock, which a blocked thread would hold while the interpreter ends.
        data = text.encode("ascii", "backslashreplace")
        while data:
            data = data[os.write(descriptor, data) :]
