"""The page of recipes: each example runs unchanged, with the page's own application, with warnings as errors."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

import fastapi.applications
import pytest
from inner import run_inner

_IMPORTED_ONCE: Final = (fastapi.applications,)  # as in inner.py
_PAGE: Final = (Path(__file__).parents[2] / "docs" / "recipes.md").read_text(encoding="utf-8")
_WARNINGS: Final = """
filterwarnings =
    error
    ignore:Module already imported so cannot be rewritten; _editable_impl:pytest.PytestAssertRewriteWarning
    ignore:datetime.datetime.utcnow:DeprecationWarning:maximem_synap
    ignore:Using .httpx. with .starlette.testclient. is deprecated
"""


class Recipe(NamedTuple):
    """A section of the page, and the code that it shows."""

    heading: str
    python: list[str]
    ini: list[str]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def recipes() -> list[Recipe]:
    sections = (section.partition("\n") for section in _PAGE.split("\n## ")[1:])
    return [Recipe(heading, blocks(text, "python"), blocks(text, "ini")) for heading, _, text in sections]


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.heading)
def test_a_recipe_works(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, recipe: Recipe) -> None:
    for name in ("SYNAP_API_KEY", "SYNAP_BASE_URL"):  # an earlier session in this process names its closed port
        monkeypatch.delenv(name, raising=False)
    plugins = ["-p", "no:asyncio"]
    ini = recipe.ini[0] if recipe.ini else "[pytest]\n"
    (app,) = blocks(_PAGE.partition("\n## ")[0], "python")
    (test,) = recipe.python
    if "asyncio" in recipe.heading:
        pytest.importorskip("pytest_asyncio", reason="pytest-asyncio is not installed")
        plugins = []
        ini += "asyncio_mode = strict\nasyncio_default_fixture_loop_scope = function"
    pytester.makepyfile(app=app, test_recipe=test)
    pytester.makeini(ini + _WARNINGS)
    result = run_inner(pytester, *plugins)
    outcomes = result.parseoutcomes()
    assert (set(outcomes), outcomes.get("passed", 0) > 0) == ({"passed"}, True)
