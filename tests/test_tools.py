"""A missing tool skips its tests with a reason; where the environment requires the tool, they fail."""

from __future__ import annotations

import pytest
import tools
from inner import run_inner

MODULE = "import tools; tools.needs('hammer', found={found})\ndef test_it(): pass"
TEST = "import tools\ndef test_it(): tools.needs('hammer', found={found})"


@pytest.mark.parametrize("tests", [MODULE, TEST], ids=["module", "test"])
@pytest.mark.parametrize(
    ("found", "required", "outcomes", "line"),
    [
        (True, "hammer", {"passed": 1}, "*"),
        (False, "", {"skipped": 1}, "SKIPPED*: hammer is not installed"),
        (False, "saw", {"skipped": 1}, "SKIPPED*: hammer is not installed"),
        (False, "saw hammer", {}, "*hammer is not installed, and SYNAP_TESTS_REQUIRE requires it"),
    ],
    ids=["there", "missing", "another-required", "required"],
)
def test_a_missing_tool_skips_unless_it_is_required(  # noqa: PLR0913, PLR0917 - one case
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    tests: str,
    found: bool,  # noqa: FBT001 - a parameter
    required: str,
    outcomes: dict[str, int],
    line: str,
) -> None:
    monkeypatch.setenv(tools.REQUIRE, required)
    pytester.makepyfile(tests.format(found=found))
    result = run_inner(pytester, "-rs", "-p", "no:asyncio")
    failed = {} if outcomes else {"errors" if tests == MODULE else "failed": 1}
    result.assert_outcomes(**(outcomes | failed))
    result.stdout.fnmatch_lines([line])
