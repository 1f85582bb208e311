"""Both APIs respond to the recorded corpus byte for byte as before; texts change only with the corpus."""

from __future__ import annotations

import pytest
from corpus.replay import RESPONSES, file_of, responses
from corpus.scenarios import SCENARIOS


@pytest.mark.parametrize("name", SCENARIOS)
def test_responses_equal_the_recorded_ones(name: str) -> None:
    """An intended change: run ``python tests/corpus/replay.py`` and review its diff."""
    assert responses(SCENARIOS[name]) == file_of(name).read_text(encoding="utf-8").splitlines()


def test_every_recorded_file_has_a_scenario() -> None:
    assert {file.name for file in RESPONSES.iterdir()} == {file_of(name).name for name in SCENARIOS}
