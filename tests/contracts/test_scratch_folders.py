"""A run leaves nothing in the folder for temporary files."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from synap_contracts.client.process import Process, Unusable

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
    asked = ["--clause", "RES-TOTAL", "--profile", "quick", "--examples", "0", "--folder", str(tmp_path / "kept")]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "synap_mock", "verify", "sdk", *asked, *options],
        env=os.environ | {"TMPDIR": str(folder)},
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    assert list(folder.iterdir()) == []


def test_a_killed_adapters_folder_is_removed() -> None:
    adapter = Process([sys.executable, "-P", "-c", HELLO])
    folder = Path(adapter.hello.name)
    assert (folder / "database").exists()
    adapter.process.kill()
    adapter.end()
    assert not folder.exists()


def test_an_adapter_that_does_not_exist_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(Unusable):
        Process(["no-such-command"])
    assert list(tmp_path.iterdir()) == []
