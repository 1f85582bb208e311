"""The page on the official SDK's releases: what each breaks, since when, until when."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from synap_contracts.clauses.catalogue import BY_ID
from synap_contracts.client.releases import OLDEST, ordered
from synap_contracts.report.releases import page, stretches
from synap_contracts.runs import releases as conformance
from synap_contracts.runs.known import Known
from synap_contracts.runs.result import ClauseResult, Run
from synap_contracts.scenarios.model import one

if TYPE_CHECKING:
    from pathlib import Path

    from synap_contracts.runs.run import Order

KEYS = Known("IN-KEYS", "raised ValueError", "the builtin, on purpose", one(), until="1.1")
NAME = Known("NET-NAME", "raised X", "no class | of that name", one(), since="1.1", until="1.2")
ONCE = Known("ONCE", "Disconnected, returned", "", one())


def run(version: str, *shown: Known, found: tuple[Known, ...] = ()) -> Run:
    return Run(
        spec=f"sdk=={version}",
        name=f"sdk=={version}",
        version=version,
        server="http://127.0.0.1:1",
        dialect="documented",
        profile="quick",
        seed=1,
        folder=None,
        limits=(),
        seconds=1.0,
        clauses=(),
        shown=shown,
        found=found,
    )


def rows(*runs: Run, first_of: dict[str, str] | None = None) -> list[str]:
    text = page(runs, (KEYS, NAME), first_of=first_of or {}, made_by="make matrix", python="3.11.7")
    return [line for line in text.splitlines() if line.startswith("| ")]


FOUR = (run("1.0", KEYS), run("1.1", KEYS, NAME), run("1.2", NAME), run("1.3"))


def test_a_failure_has_a_row_with_its_releases_and_its_reason() -> None:
    assert "| IN-KEYS | MUST | raised ValueError | the first that was run | 1.1 | the builtin, on purpose |" in rows(
        *FOUR
    )


def test_a_failure_that_is_there_yet_is_still_so() -> None:
    assert rows(*FOUR[:2])[3].split(" | ")[3:5] == ["1.1", "still so"]


def test_a_failure_that_comes_back_has_two_rows() -> None:
    found = [row for row in rows(run("1.0", KEYS), run("1.1"), run("1.2", KEYS)) if row.startswith("| IN-KEYS")]
    assert [row.split(" | ")[3:5] for row in found] == [["the first that was run", "1.0"], ["1.2", "still so"]]


def test_a_release_that_stands_for_a_group_says_since_which_one() -> None:
    found = rows(*FOUR, first_of={"1.1": "1.0.5"})
    assert "| NET-NAME | SHOULD | raised X | 1.0.5 | 1.2 | no class \\| of that name |" in found
    assert "| 1.0.5 to 1.1 | IN-KEYS | NET-NAME | broke NET-NAME |" in found


def test_a_release_has_a_row_with_what_changed() -> None:
    assert rows(*FOUR)[-4:] == [
        "| 1.0 | IN-KEYS | none |  |",
        "| 1.1 | IN-KEYS | NET-NAME | broke NET-NAME |",
        "| 1.2 | none | NET-NAME | mended IN-KEYS |",
        "| 1.3 | none | none | mended NET-NAME |",
    ]


LOST = Known("ONCE", "ConnectionReset, returned", "", one())


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        pytest.param((ONCE, LOST), (ONCE,), "mended part of ONCE", id="less-of-it"),
        pytest.param((ONCE,), (ONCE, LOST), "broke more of ONCE", id="more-of-it"),
        pytest.param((ONCE,), (LOST,), "", id="another-kind"),
        pytest.param((ONCE,), (ONCE,), "", id="the-same"),
    ],
)
def test_a_clause_may_be_mended_or_broken_in_part(
    before: tuple[Known, ...], after: tuple[Known, ...], says: str
) -> None:
    assert rows(run("1.0", *before), run("1.1", *after))[-1].split(" | ")[-1] == f"{says} |"


def test_what_no_file_lists_is_said_to_be_so() -> None:
    assert "| ONCE | MUST | Disconnected, returned | the first that was run | still so | **not listed** |" in rows(
        run("1.0", found=(ONCE,))
    )


@pytest.mark.parametrize(
    ("having", "found"),
    [
        pytest.param("....", [], id="never"),
        pytest.param("xxxx", [(0, 3)], id="always"),
        pytest.param(".xx.", [(1, 2)], id="between"),
        pytest.param("x.xx", [(0, 0), (2, 3)], id="twice"),
    ],
)
def test_stretches(having: str, found: list[tuple[int, int]]) -> None:
    assert stretches([each == "x" for each in having]) == found


def test_the_groups_are_in_order_and_leave_nothing_out_that_runs() -> None:
    flat = [ordered(each) for group in conformance.GROUPS for each in group]
    assert flat == sorted(flat)
    assert flat[0] == ordered(OLDEST)


def clauses(**outcomes: str) -> tuple[ClauseResult, ...]:
    return tuple(ClauseResult(BY_ID[id_.replace("_", "-")], outcome) for id_, outcome in outcomes.items())  # type: ignore[arg-type]  # the outcomes' names


def test_an_old_release_is_asked_for_its_own_keys_as_it_is_and_for_the_rest_apart(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[Order] = []
    own = replace(KEYS, clause="AUTH-OWN", kind="another instance")

    def verified(order: Order) -> Run:
        asked.append(order)
        if order.clauses:
            return replace(run("0.4.0", own), clauses=clauses(AUTH_OWN="known"))
        return replace(run("0.4.0", KEYS), clauses=clauses(IN_KEYS="known", AUTH_OWN="passed"))

    monkeypatch.setattr(conformance, "verify", verified)
    measured = conformance.measured("0.4.0", (KEYS, own), tmp_path, 0)
    assert [type(each.spec).__name__ for each in asked] == ["Spec", "Apart"]
    assert {each.clause.id: each.outcome for each in measured.clauses} == {"IN-KEYS": "known", "AUTH-OWN": "known"}
    assert measured.shown == (own, KEYS)
