"""The vendor's own integrations, unmodified: what each of them brings to the fixture by its framework's own way."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

# Haystack and pipecat's onnxruntime report to their makers by default; they ask once, when they are imported.
os.environ.update(HAYSTACK_TELEMETRY_ENABLED="false", ORT_DISABLE_TELEMETRY="1")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK keeps files at home."""
    monkeypatch.setenv("HOME", str(tmp_path))
