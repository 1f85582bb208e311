"""Runs as Markdown, for the page that a CI job has."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from synap_contracts.clauses.catalogue import BY_ID
from synap_contracts.report import summary
from synap_contracts.report.summary import markdown
from synap_contracts.runs.result import ClauseResult

if TYPE_CHECKING:
    import pytest
    from synap_contracts.runs.result import Run

GOLDEN = """\
## Synap's contract

| client | verdict | clauses |
| --- | --- | --- |
| `mine:kept 1.0` | keeps all that was asked | 3 passed |
| `mine:other 1.0` | 1 clause could not be judged | 1 passed, 1 error |

| clause | `mine:kept 1.0` | `mine:other 1.0` |
| --- | --- | --- |
| ONCE MUST | passed | error |

<details><summary>error: ONCE</summary>

`mine:other 1.0`

```text
the adapter, not your client: it ended
```
</details>
"""


def outside_code(text: str) -> str:
    """Markdown without its fenced blocks and its code spans."""
    text = re.sub(r"^(`{3,})text\n.*?\n\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", text)


def test_clients_side_by_side_then_what_was_not_kept(kept: Run) -> None:
    ended = ClauseResult(BY_ID["ONCE"], "error", 1, "the adapter, not your client: it ended")
    other = replace(kept, spec="mine:other", clauses=(kept.clauses[0], ended))
    assert markdown([kept, other]) == GOLDEN


def test_what_a_client_said_stands_in_code_only(broken: Run) -> None:
    assert not re.search(r"script|evil|@all", outside_code(markdown([broken])))


def test_a_cell_of_a_table_has_no_bar_that_parts_it(broken: Run, kept: Run) -> None:
    (row,) = [line for line in markdown([broken, kept]).splitlines() if line.startswith("| clause")]
    assert len(re.findall(r"(?<!\\)\|", row)) == 4


def test_known_and_stale_are_told(broken: Run) -> None:
    text = markdown([broken])
    assert ("| IN-ROLE MUST | known |" in text, "| ONCE MUST | stale |" in text) == (True, True)


def test_what_fails_the_run_comes_first(broken: Run) -> None:
    found = re.findall(r"<summary>(\w+): ", markdown([broken]))
    assert found == ["failed", "stale", "error", "known", "warning"]


def test_strict_makes_a_warning_a_failure(broken: Run) -> None:
    assert "| AUTH-SECRET SHOULD | failed |" in markdown([broken], strict=True)


def test_a_page_that_would_be_dropped_is_cut(broken: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "_WHOLE", 3_000)
    text = markdown([broken])
    assert len(text) < 3_200
    assert text.endswith("There is more than this page can hold; `--html FILE` has it all.\n")
