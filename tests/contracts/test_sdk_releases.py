"""The page about the releases of the official SDK: which failures each has, since and until which release."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from synap_contracts import releases
from synap_contracts.clauses.auth import AUTH_OWN
from synap_contracts.clauses.catalogue import BY_ID
from synap_contracts.clauses.connection import NET_NAME
from synap_contracts.clauses.inputs import IN_KEYS
from synap_contracts.clauses.sending import ONCE
from synap_contracts.client.releases import OLDEST, version_key
from synap_contracts.report.releases import page, ranges
from synap_contracts.runs.result import ClauseResult, KnownFailure, Run
from synap_contracts.scenarios.model import one

if TYPE_CHECKING:
    from pathlib import Path

    from synap_contracts.runs.run import RunOptions

KEYS = KnownFailure(IN_KEYS.id, "raised ValueError", "the builtin, on purpose", one(), until="1.1")
NAME = KnownFailure(NET_NAME.id, "raised X", "no class | of that name", one(), since="1.1", until="1.2")
REPEATED = KnownFailure(ONCE.id, "Disconnected, returned", "", one())


def run(version: str, *confirmed: KnownFailure, found: tuple[KnownFailure, ...] = ()) -> Run:
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
        confirmed=confirmed,
        found=found,
    )


def rows(*runs: Run, first_of: dict[str, str] | None = None) -> list[str]:
    text = page(runs, (KEYS, NAME), first_of=first_of or {}, made_by="make matrix", python="3.11.7")
    return [line for line in text.splitlines() if line.startswith("| ")]


FOUR = (run("1.0", KEYS), run("1.1", KEYS, NAME), run("1.2", NAME), run("1.3"))


def test_failure_has_a_row_with_releases_and_reason() -> None:
    assert "| IN-KEYS | MUST | raised ValueError | the first that ran | 1.1 | the builtin, on purpose |" in rows(*FOUR)


def test_failure_of_the_last_release_is_still_present() -> None:
    assert rows(*FOUR[:2])[3].split(" | ")[3:5] == ["1.1", "still present"]


def test_failure_that_reappears_has_two_rows() -> None:
    found = [row for row in rows(run("1.0", KEYS), run("1.1"), run("1.2", KEYS)) if row.startswith("| IN-KEYS")]
    assert [row.split(" | ")[3:5] for row in found] == [["the first that ran", "1.0"], ["1.2", "still present"]]


def test_group_names_its_first_release() -> None:
    found = rows(*FOUR, first_of={"1.1": "1.0.5"})
    assert "| NET-NAME | SHOULD | raised X | 1.0.5 | 1.2 | no class \\| of that name |" in found
    assert "| 1.0.5 to 1.1 | IN-KEYS | NET-NAME | broke NET-NAME |" in found


def test_release_has_a_row_with_its_changes() -> None:
    assert rows(*FOUR)[-4:] == [
        "| 1.0 | IN-KEYS | none |  |",
        "| 1.1 | IN-KEYS | NET-NAME | broke NET-NAME |",
        "| 1.2 | none | NET-NAME | fixed IN-KEYS |",
        "| 1.3 | none | none | fixed NET-NAME |",
    ]


LOST = KnownFailure(ONCE.id, "ConnectionReset, returned", "", one())


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        pytest.param((REPEATED, LOST), (REPEATED,), "fixed part of ONCE", id="less-of-it"),
        pytest.param((REPEATED,), (REPEATED, LOST), "broke more of ONCE", id="more-of-it"),
        pytest.param((REPEATED,), (LOST,), "", id="another-kind"),
        pytest.param((REPEATED,), (REPEATED,), "", id="the-same"),
    ],
)
def test_clause_can_be_fixed_or_broken_in_part(
    before: tuple[KnownFailure, ...], after: tuple[KnownFailure, ...], says: str
) -> None:
    assert rows(run("1.0", *before), run("1.1", *after))[-1].split(" | ")[-1] == f"{says} |"


def test_unlisted_failure_is_marked() -> None:
    assert "| ONCE | MUST | Disconnected, returned | the first that ran | still present | **not listed** |" in rows(
        run("1.0", found=(REPEATED,))
    )


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        pytest.param("....", [], id="never"),
        pytest.param("xxxx", [(0, 3)], id="always"),
        pytest.param(".xx.", [(1, 2)], id="between"),
        pytest.param("x.xx", [(0, 0), (2, 3)], id="twice"),
    ],
)
def test_ranges(present: str, expected: list[tuple[int, int]]) -> None:
    assert ranges([each == "x" for each in present]) == expected


def test_groups_are_ordered_and_begin_with_the_oldest_release() -> None:
    flat = [version_key(each) for group in releases.GROUPS for each in group]
    assert flat == sorted(flat)
    assert flat[0] == version_key(OLDEST)


def clauses(**outcomes: str) -> tuple[ClauseResult, ...]:
    return tuple(ClauseResult(BY_ID[id_.replace("_", "-")], outcome) for id_, outcome in outcomes.items())  # type: ignore[arg-type]  # the outcomes' names


def test_old_release_runs_with_shared_and_separate_clients(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    runs: list[RunOptions] = []
    own = replace(KEYS, clause=AUTH_OWN.id, kind="another instance")

    def run_client(options: RunOptions) -> Run:
        runs.append(options)
        if options.clauses:
            return replace(run("0.4.0", own), clauses=clauses(AUTH_OWN="known"))
        return replace(run("0.4.0", KEYS), clauses=clauses(IN_KEYS="known", AUTH_OWN="passed"))

    monkeypatch.setattr(releases, "run_client", run_client)
    result = releases.run_release("0.4.0", (KEYS, own), tmp_path, 0)
    assert [type(each.spec).__name__ for each in runs] == ["Spec", "SeparateClients"]
    assert {each.clause.id: each.outcome for each in result.clauses} == {"IN-KEYS": "known", "AUTH-OWN": "known"}
    assert result.confirmed == (own, KEYS)
