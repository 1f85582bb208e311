"""Invalid requests while nothing reads standard error."""

from __future__ import annotations

import pytest
from hostile.line import Line
from hostile.request import HEALTH
from victim import attacked


@pytest.mark.parametrize("options", [(), ("-v",)])
def test_a_log_that_nothing_reads(options: tuple[str, ...]) -> None:
    with attacked(*options) as victim:
        for _ in range(5000):
            assert victim.send(b"noise\r\n\r\n").status == 400
        with Line(victim.port) as line:
            for _ in range(5000):
                line.send(HEALTH)
                assert line.answer().status == 200
        assert victim.grown < 50
