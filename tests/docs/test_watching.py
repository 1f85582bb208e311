"""The page on waiting: each example waits for a message, and prints it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
from asking import BATCH, in_process
from tools import needs

from synap_mock import SynapMock

PAGE = (Path(__file__).parents[2] / "docs" / "watching.md").read_text(encoding="utf-8")
COMMANDS = {
    "ts": ("node", "example.mjs", ["node", "example.mjs"]),
    "go": ("go", "main.go", ["go", "run", "main.go"]),
    "sh": ("curl", "example.sh", ["sh", "example.sh"]),
}


@pytest.mark.parametrize("language", COMMANDS)
def test_an_example_waits_for_the_message(tmp_path: Path, language: str) -> None:
    tool, name, command = COMMANDS[language]
    needs(tool, found=shutil.which(tool) is not None)
    (example,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / name).write_text(example, encoding="utf-8")
    fake = SynapMock()
    with fake.serve() as server:
        variables = {"SYNAP_BASE_URL": server.url, "GO111MODULE": "off", "GOFLAGS": "", "no_proxy": "*"}
        process = subprocess.Popen(
            command, cwd=tmp_path, env={**os.environ, **variables}, stdout=subprocess.PIPE, text=True
        )
        late = threading.Timer(0.2, record, [fake])
        late.start()
        output, _ = process.communicate(timeout=60)
        late.join()
    assert (process.returncode, output) == (0, "Green tea, please.\n")


def record(fake: SynapMock) -> None:
    message = {"conversation_id": "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11", "role": "user", "user_id": "ann"}
    in_process(fake).post(BATCH, json={"messages": [{**message, "content": "Green tea, please."}]})
