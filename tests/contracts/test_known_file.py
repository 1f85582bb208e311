"""The file of known failures: entries are read as they were written, and errors name their place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from synap_contracts.clauses.connection import NET_LOST
from synap_contracts.clauses.inputs import IN_KEYS
from synap_contracts.runs.known_file import InvalidFile, format_entry, load
from synap_contracts.runs.result import KnownFailure
from synap_contracts.scenarios.model import Call, Scenario, Trouble, one

if TYPE_CHECKING:
    from pathlib import Path

NO_CONTENT = one({"conversation_id": "$0", "role": "user"})


LISTED = KnownFailure(IN_KEYS.id, "raised ValueError", "reported to its authors", NO_CONTENT)


ODD = replace(
    LISTED,
    kind='Respond 201, raised "X"',
    reason="''' and \\ and \u2028",
    link="https://example.org/?a=1",
    since="0.2.3",
    until="0.5.9",
    dialect="observed",
    example=Scenario(
        (
            Call(
                ({"conversation_id": "$0", "role": "user", "content": "'''\ud800\x00\x7f\\u0041", "metadata": None},),
                trouble=Trouble(NET_LOST.id, {"fault": "Disconnected", "times": None}, "the connection's end"),
            ),
        )
    ),
)


@pytest.mark.parametrize("known", [pytest.param(LISTED, id="plain"), pytest.param(ODD, id="odd")])
def test_entry_is_read_as_it_was_written(known: KnownFailure, tmp_path: Path) -> None:
    file = tmp_path / "known.toml"
    file.write_text(format_entry(known), encoding="utf-8")
    assert load(file) == (known,)


GOOD = format_entry(LISTED)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("[[known", "known.toml is not TOML: ", id="not-toml"),
        pytest.param(
            "[[failures]]\n", "is not a list of known failures; expected only tables [[known]]", id="no-table"
        ),
        pytest.param(GOOD.replace("reported to its authors", " "), "entry 1 has no reason; state why", id="no-reason"),
        pytest.param("\n" + GOOD.replace("IN-KEYS", "IN-KEY"), "known.toml, line 2, entry 1: no clause", id="line"),
        pytest.param("known = [5]", "known.toml, entry 1 is not a table", id="no-line"),
        pytest.param(format_entry(replace(LISTED, reason="")), "replace the reason 'TODO: state why", id="todo"),
        pytest.param(
            GOOD.replace("kind = ", "sort = "),
            "entry 1 has an unknown field sort; expected clause, kind,",
            id="odd-key",
        ),
        pytest.param(GOOD + GOOD.replace("IN-KEYS", "IN-KEY"), "entry 2: no clause is named 'IN-KEY'", id="no-clause"),
        pytest.param(GOOD.replace('"IN-KEYS"', "5"), "entry 1: clause is 5; expected a string", id="not-a-string"),
        pytest.param(
            GOOD + 'dialect = "both"\n', "dialect is 'both'; expected 'documented' or 'observed'", id="no-dialect"
        ),
        pytest.param(GOOD.replace('"do"', '"did"'), "entry 1: its example is not a scenario", id="not-a-scenario"),
        pytest.param(
            GOOD.replace("'''{", "'''[{").replace("}'''", "}]'''"), "its example is not a scenario", id="a-list"
        ),
        pytest.param(GOOD + GOOD, "entry 2: IN-KEYS (raised ValueError) is listed twice", id="twice"),
    ],
)
def test_load_names_the_place_of_an_error(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "known.toml"
    file.write_text(text)
    with pytest.raises(InvalidFile) as raised:
        load(file)
    assert says in str(raised.value)


def test_failure_may_reappear_in_a_later_release(tmp_path: Path) -> None:
    file = tmp_path / "known.toml"
    file.write_text(format_entry(replace(LISTED, until="0.4.5")) + format_entry(replace(LISTED, since="0.6.1")))
    assert [each.until for each in load(file)] == ["0.4.5", None]
