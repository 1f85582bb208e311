"""The Go client, behind the printed adapter, passes the contract."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from adapters.adapter import ROOT, verify
from click.testing import CliRunner
from synap_contracts.client.checking.checks import check
from synap_contracts.commands.adapter import adapter
from tools import needs

if TYPE_CHECKING:
    from pathlib import Path

GO = shutil.which("go")
needs("go", found=GO is not None)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, built once, without the network."""
    folder = tmp_path_factory.mktemp("go")
    shutil.copytree(ROOT / "contracts/adapters/go", folder, dirs_exist_ok=True)
    (folder / "adapter.go").write_text(CliRunner().invoke(adapter, ["go"]).output, encoding="utf-8")
    offline = {"GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOCACHE": str(folder / "cache")}
    subprocess.run([str(GO), "build", "-o", "adapter", "."], cwd=folder, env=os.environ | offline, check=True)
    return folder / "adapter"


def test_printed_adapter_has_nothing_wrong(built: Path) -> None:
    assert [
        each for each in check([str(built)], ("hello", "ping", "call", "error", "keys", "replies")) if each.texts
    ] == []


@pytest.mark.parametrize(
    "clauses",
    [
        pytest.param(("IN-ROLE", "AUTH-INVALID", "NET-REFUSED", "REDIRECT"), id="few"),
        pytest.param((), marks=pytest.mark.whole, id="all"),
    ],
)
def test_client_passes_every_testable_clause(clauses: tuple[str, ...], built: Path, tmp_path: Path) -> None:
    chosen = [option for clause in clauses for option in ("--clause", clause)]
    outcomes = verify(f"cmd:{built}", tmp_path, "--examples", "0", *chosen)
    untestable = {"SEND-INPUT", "SEND-WIDE-SURROGATES", "IN-ITERABLE", "DIALECT", "REUSE"}
    expected = {clause: "not-testable" if clause in untestable else "passed" for clause in outcomes}
    assert outcomes == expected
