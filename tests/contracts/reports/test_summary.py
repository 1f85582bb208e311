"""Runs as Markdown, for the page of a CI job."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.reports.documents import report_of
from synap_contracts.clauses.catalogue import BY_ID
from synap_contracts.report.formats import summary
from synap_contracts.report.formats.summary import markdown
from synap_contracts.runs.result import ClauseResult

if TYPE_CHECKING:
    import pytest
    from synap_contracts.runs.result import Run

GOLDEN = """\
## Synap's contract

| client | verdict | clauses |
| --- | --- | --- |
| `mine:passed 1.0` | passes all tested clauses | 3 passed |
| `mine:other 1.0` | 1 clause could not be judged | 1 passed, 1 error |

| clause | `mine:passed 1.0` | `mine:other 1.0` |
| --- | --- | --- |
| ONCE MUST | passed | error |

<details><summary>error: ONCE</summary>

`mine:other 1.0`

```text
the adapter, not the client: it ended
```
</details>
"""


def outside_code(text: str) -> str:
    """Return Markdown without fenced blocks and code spans."""
    text = re.sub(r"^(`{3,})text\n.*?\n\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", text)


def test_table_of_clients_and_details(passed: Run) -> None:
    ended = ClauseResult(BY_ID["ONCE"], "error", 1, "the adapter, not the client: it ended")
    other = replace(passed, spec="mine:other", clauses=(passed.clauses[0], ended))
    assert markdown(report_of(passed, other)) == GOLDEN


def test_texts_of_a_client_are_only_in_code(failed: Run) -> None:
    assert not re.search(r"script|evil|@all", outside_code(markdown(report_of(failed))))


def test_table_cells_contain_no_bars(failed: Run, passed: Run) -> None:
    (row,) = [line for line in markdown(report_of(failed, passed)).splitlines() if line.startswith("| clause")]
    assert len(re.findall(r"(?<!\\)\|", row)) == 4


def test_known_and_stale_are_shown(failed: Run) -> None:
    text = markdown(report_of(failed))
    assert ("| IN-ROLE MUST | known |" in text, "| ONCE MUST | stale |" in text) == (True, True)


def test_clauses_that_fail_the_run_come_first(failed: Run) -> None:
    found = re.findall(r"<summary>(\w+): ", markdown(report_of(failed)))
    assert found == ["failed", "stale", "warning", "error", "known"]


def test_strict_turns_warnings_into_failures(failed: Run) -> None:
    assert "| AUTH-SECRET SHOULD | failed (finding 2) |" in markdown(report_of(failed, strict=True))


def test_long_page_is_shortened(failed: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "_WHOLE", 3_000)
    text = markdown(report_of(failed))
    assert len(text) < 3_200
    assert text.endswith("The rest does not fit into this page; `--html FILE` has everything.\n")
