"""axe finds nothing serious, in either theme."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from inspector.conftest import Inspected

AXE: Final = (files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")
SERIOUS: Final = {"serious", "critical"}


@pytest.mark.parametrize(
    ("view", "ready"),
    [
        ("ledger", "#lost"),
        ("calls", ".row"),
        ("calls/2", ".refusal .edit"),
        ("conversations/6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11", ".message .call-link"),
        ("memories", ".items .call-link"),
        ("controls", ".card button.danger"),
    ],
)
def test_axe_finds_nothing_serious(filled: Inspected, view: str, ready: str) -> None:
    page = filled.show(view)
    page.wait(f"document.querySelector({ready!r}) !== null")
    page.ask("Runtime.evaluate", expression=f"if (!window.axe) {{ {AXE} }}")
    found = {}
    for theme in ("light", "dark"):
        page.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
        violations = page.value("axe.run().then(found => found.violations.map(v => [v.impact, v.id, v.nodes[0].html]))")
        found[theme] = [each for each in violations if each[0] in SERIOUS]
    assert found == {"light": [], "dark": []}
