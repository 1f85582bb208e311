"""Workers that apply the same entries have the same state, and a snapshot in between changes nothing."""

from __future__ import annotations

import pickle
import re
from operator import attrgetter
from typing import Any, Final

import pytest
from asking import BATCH
from export.test_export import CALLS
from hypothesis import given, settings
from hypothesis import strategies as st
from workers.replicas import KEY, Replica, posted, two_replicas

from synap_mock.cli.port_file import check_port_file
from synap_mock.domain.bounds.bounds import Bounds
from synap_mock.domain.values.snapshots import unpacked
from synap_mock.replication.entries import CallEntry, Entry, SnapshotEntry, TokenEntry, WaitedEntry, decode_entry
from synap_mock.replication.log import StoreError
from synap_mock.replication.snapshots import load, method

ENTRY: Final = {"conversation_id": "11111111-1111-4111-8111-111111111111", "role": "user", "content": "hi"}
CONTROL: Final = st.sampled_from(
    [
        ("POST", "/_mock/faults", {"fault": "ServerError", "status": 503, "times": 2}),
        ("POST", "/_mock/faults", {"fault": "ConnectionReset", "after_commit": True}),
        ("POST", "/_mock/rejections", {"where": {"role": "user"}, "times": 2}),
        ("POST", "/_mock/answers", {"method": "GET", "path": "/v1/credits", "json": {"left": 3}}),
        ("POST", "/_mock/keys", {}),
        ("POST", "/_mock/keys", {"key": "synap_of_another", "world": "another"}),
        ("DELETE", "/_mock/worlds/another", {}),
        ("POST", "/_mock/clock", {"advance": 3600}),
        ("PATCH", "/_mock/settings", {"max_batch": 2}),
        ("PATCH", "/_mock/settings", {"rate_limit": "5/2"}),
        ("POST", "/_mock/reset", {}),
        ("POST", "/_mock/reset?all=1", {}),
        ("DELETE", "/_mock/faults", {}),
        ("GET", "/v1/credits", {}),
        ("GET", "/v1/conversations/11111111-1111-4111-8111-111111111111/messages", {}),
    ]
)
STEPS: Final = st.lists(CALLS.map(lambda call: ("POST", *call)) | CONTROL, max_size=12)


@given(STEPS, STEPS)
@settings(max_examples=40)
def test_replicas_stay_equal_also_from_a_snapshot(
    before: list[tuple[str, str, Any]], after: list[tuple[str, str, Any]]
) -> None:
    one, two = two_replicas(max_messages=6, max_conversations=2, max_memories=2, max_age="1h", max_scheduled=3)
    for number, entry in enumerate(_entries(before)):
        assert one.apply(entry).messages == two.apply(entry).messages, number
    two = Replica(two.snapshot())
    for number, entry in enumerate(_entries(after)):
        assert one.apply(entry).messages == two.apply(entry).messages, number
    assert one.looks() == two.looks()


def _entries(steps: list[tuple[str, str, Any]]) -> list[CallEntry]:
    keys = [KEY, "synap_of_another"]
    return [
        posted(number, path, body, method=method, key=keys[number % 5 == 1])
        for number, (method, path, body) in enumerate(steps)
    ]


def test_a_late_call_goes_on_when_its_worker_says_so() -> None:
    one, two = two_replicas()
    for replica in (one, two):
        replica.apply(posted(1, "/_mock/faults", {"fault": "Latency", "seconds": 1.5}))
    late = posted(2, BATCH, {"messages": [ENTRY]})
    waits = [replica.apply(late).wait for replica in (one, two)]
    assert [wait and wait.seconds for wait in waits] == [1.5, 1.5]
    waited = WaitedEntry(writer="test", number=3, call=("test", 2), is_there=True)
    assert one.apply(waited) == two.apply(waited)
    assert one.looks() == two.looks()
    assert '"role": "user"' in one.looks()["messages"]


def test_a_late_call_of_a_dead_worker_ends_in_time() -> None:
    one, _ = two_replicas()
    one.apply(posted(1, "/_mock/faults", {"fault": "Latency", "seconds": 1}))
    late = posted(2, BATCH, {"messages": [ENTRY]})
    one.apply(late)
    assert one.applier.is_waiting
    one.apply(TokenEntry(writer="test", number=3, token="synap_secret", at=late.at + 62_000_000))
    assert not one.applier.is_waiting


def test_time_never_goes_back_where_clocks_differ() -> None:
    one, _ = two_replicas()
    late, early = (SnapshotEntry(writer="test", number=number, at=at, size=0) for number, at in enumerate((9, 5)))
    one.apply(late)
    one.apply(early)
    assert one.applier.at == 9


class _Calls:
    """Pickled, a call of a function."""

    def __init__(self, function: object, *given: object) -> None:
        self._function = function
        self._given = given

    def __reduce__(self) -> tuple[Any, ...]:
        return self._function, self._given


@pytest.mark.parametrize(
    ("harmful", "named"),
    [
        (_Calls(print, "harm"), "builtins.print"),
        (_Calls(attrgetter("__globals__"), method), "operator.attrgetter"),
        (_Calls(method, Bounds(), "__init__"), "the method __init__ of Bounds"),
        (_Calls(unpacked, pickle.dumps(_Calls(print, "harm")), {}), "synap_mock.domain.values.snapshots.unpacked"),
        (_Calls(check_port_file, "harm"), "synap_mock.cli.port_file.check_port_file"),
    ],
)
def test_a_snapshot_runs_nothing_but_what_a_state_has(
    harmful: _Calls, named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(StoreError, match=re.escape(f"it names {named}")):
        load(pickle.dumps(harmful))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("held", [b"", b"\0\0\0\2[]", b'\0\0\0\x0d["other", {}]'])
def test_an_entry_of_another_version_is_an_error(held: bytes) -> None:
    with pytest.raises(StoreError, match="an entry of another version"):
        decode_entry(held)


def test_entries_are_not_shown_with_defaults_of_a_class() -> None:
    first, second = (Entry(writer="a", number=number) for number in (1, 2))
    assert first.seed != second.seed
