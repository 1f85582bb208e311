"""A run leaves no temporary files."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from synap_contracts.client.process import Process, UnusableClient

HELLO = """
import json, os, pathlib, sys
folder = pathlib.Path(os.environ["SYNAP_CONTRACTS_FOLDER"])
(folder / "database").write_text("turns")
print(json.dumps({"hello": {"protocol": 1, "name": str(folder)}}), flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("options", [[], ["--in-process"]], ids=["process", "in process"])
def test_verifying_the_official_sdk_leaves_no_folder(tmp_path: Path, options: list[str]) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    selected = ["--clause", "RES-EMPTY", "--profile", "quick", "--examples", "0", "--jobs", "1"]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "synap_mock", "verify", "sdk", *selected, *options, "--folder", str(tmp_path)],
        env=os.environ | {"TMPDIR": str(folder)},
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    assert list(folder.iterdir()) == []


def test_folder_of_a_killed_adapter_is_removed() -> None:
    adapter = Process([sys.executable, "-P", "-c", HELLO])
    folder = Path(adapter.hello.name)
    assert (folder / "database").exists()
    adapter.process.kill()
    adapter.end()
    assert not folder.exists()


def test_missing_adapter_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(UnusableClient):
        Process(["no-such-command"])
    assert list(tmp_path.iterdir()) == []
