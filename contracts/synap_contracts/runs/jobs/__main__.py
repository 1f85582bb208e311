"""``python -m synap_contracts.runs.jobs FOLDER``: a job in a process of its own."""

from __future__ import annotations

import importlib
import os
import pickle
import sys
import threading
from pathlib import Path

from synap_contracts.runs.jobs.board import FolderBoard
from synap_contracts.runs.jobs.job import Job
from synap_contracts.runs.jobs.processes import ORDER


def main(folder: Path) -> None:
    """Work on the board in a folder until no part is left, or until standard input is closed."""
    options, modules = pickle.loads((folder / ORDER).read_bytes())  # noqa: S301 - the process that started this one wrote it
    for each in modules:
        importlib.import_module(each)
    job = Job(options, FolderBoard(folder))

    def watch() -> None:
        while os.read(0, 1):  # a buffered read would hold a lock when Python ends
            continue
        job.turns.stop()

    threading.Thread(target=watch, daemon=True).start()
    job.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
