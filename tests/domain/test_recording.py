"""What is recorded: order and truth, tenancy, registration, UUIDs."""

from __future__ import annotations

import uuid
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest
from asking import BATCH, ONE, in_process
from hypothesis import given, settings
from hypothesis import strategies as st

from synap_mock import SynapMock
from synap_mock.domain.conversations import record
from synap_mock.domain.rules.rule import EntryRule, Evidence
from synap_mock.domain.values.batch import FIELDS

if TYPE_CHECKING:
    import httpx

Entry = dict[str, Any]

CONVERSATIONS = [str(uuid.UUID(int=number)) for number in range(1, 6)]
VALID = st.fixed_dictionaries(
    {
        "conversation_id": st.sampled_from(CONVERSATIONS),
        "role": st.sampled_from(["user", "assistant"]),
        "content": st.text(),
        "customer_id": st.just("acme"),
    },
    optional={
        "user_id": st.text() | st.none(),
        "session_id": st.text() | st.none(),
        "metadata": st.dictionaries(st.text(), st.integers() | st.text() | st.booleans()) | st.none(),
    },
)
INVALID = st.one_of(
    st.builds(
        lambda entry, text: {**entry, "conversation_id": text}, VALID, st.sampled_from(["", "conv-1", "livekit"])
    ),
    st.builds(lambda entry, none: {**entry, "customer_id": none}, VALID, st.sampled_from([None, ""])),
)
MARKED = st.lists(st.tuples(st.booleans(), VALID, INVALID))
"""Batches, each entry marked by construction as one that must or must not be recorded: the oracle asks no rule."""


@given(batches=st.lists(MARKED, max_size=4), dialect=st.sampled_from(["documented", "observed"]))
@settings(max_examples=150)
def test_row_i_tells_the_fate_of_entry_i(batches: list[list[tuple[bool, Entry, Entry]]], dialect: str) -> None:
    fake = SynapMock(tenancy="b2b", dialect=dialect)
    expected: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with in_process(fake) as inside:
        for marked in batches:
            entries = [valid if good else invalid for good, valid, invalid in marked]
            answer = inside.post(BATCH, json={"messages": entries}).json()
            rows = answer["results"]
            failed = [index for index, (good, _, _) in enumerate(marked) if not good]
            if dialect == "observed":
                assert [error["index"] for error in answer.get("errors", [])] == failed
                for index in failed:
                    rows.insert(index, {"error": ""})
            assert [index for index, row in enumerate(rows) if "error" in row] == failed
            assert (answer["total"], answer["failed"], len(rows)) == (len(entries), len(failed), len(entries))
            truth = {message.message_id: message for message in fake.messages}
            for (good, entry, _), row in zip(marked, rows, strict=True):
                if good:
                    message = truth[row["message_id"]]
                    recorded = {name: getattr(message, name) for name in entry}
                    assert recorded == entry
                    assert message.recorded_at == row["recorded_at"]
                    expected[entry["conversation_id"]].append((entry["role"], entry["content"]))
    assert {cid: fake.transcript(cid) for cid in CONVERSATIONS if fake.transcript(cid)} == expected


@pytest.mark.parametrize(
    "spelling",
    [
        "{}",
        "{{{}}}",
        "urn:uuid:{}",
    ],
)
@pytest.mark.parametrize("hyphens", [True, False])
@pytest.mark.parametrize("upper", [True, False])
def test_every_spelling_of_a_uuid_is_one_conversation(*, spelling: str, hyphens: bool, upper: bool) -> None:
    fake = SynapMock()
    text = str(uuid.UUID(CONVERSATIONS[0])) if hyphens else uuid.UUID(CONVERSATIONS[0]).hex
    given = spelling.format(text.upper() if upper else text)
    in_process(fake).post(
        BATCH,
        json={
            "messages": [{"conversation_id": cid, "role": "user", "content": ""} for cid in (given, CONVERSATIONS[0])]
        },
    )
    assert [message.conversation_id for message in fake.messages] == [CONVERSATIONS[0]] * 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "conv-1",
        "00000000-0000-0000-0000-00000000000",
        "00000000-0000-0000-0000-0000000000011",
        "00000000-0000-0000-0000-000000000001\n",
        " 00000000-0000-0000-0000-000000000001",
        "0000000000000000-0000-0000-000000000001",
        "{00000000-0000-0000-0000-000000000001",
        "urn:uuid:{00000000-0000-0000-0000-000000000001}",
        "urn:00000000-0000-0000-0000-000000000001",
        "0000000g-0000-0000-0000-000000000001",
        "\u06600000000-0000-0000-0000-000000000001",
        "0_000000-0000-0000-0000-000000000001",
        "\ud800",
    ],
)
def test_what_is_no_uuid_is_refused(fake: SynapMock, inside: httpx.Client, text: str) -> None:
    content = ascii(text)[1:-1].encode().replace(b"\\x", b"\\u00")
    response = inside.post(
        BATCH, content=b'{"messages":[{"conversation_id":"%s","role":"user","content":""}]}' % content
    )
    assert (response.json()["failed"], fake.messages) == (1, [])


def test_on_b2c_the_customer_is_resolved_from_the_user() -> None:
    fake = SynapMock(tenancy="b2c")
    entry = {"conversation_id": CONVERSATIONS[0], "role": "user", "content": "", "user_id": "alice", "customer_id": "c"}
    in_process(fake).post(BATCH, json={"messages": [entry, {**entry, "customer_id": None}]})
    assert [message.customer_id for message in fake.messages] == ["alice", "alice"]


def test_without_tenancy_nothing_is_asked_of_customer_and_user(
    fake: SynapMock, inside: httpx.Client, entry: Entry
) -> None:
    inside.post(BATCH, json={"messages": [entry]})
    assert [(message.user_id, message.customer_id) for message in fake.messages] == [(None, None)]


def test_a_key_may_have_an_instance_with_its_own_tenancy(fake: SynapMock, inside: httpx.Client, entry: Entry) -> None:
    key, _ = fake.keys.create(tenancy="b2b")
    answer = inside.post(BATCH, json={"messages": [entry]}, headers={"Authorization": f"Bearer {key}"})
    assert answer.json()["failed"] == 1


def test_where_registration_is_required_record_one_registers(entry: Entry) -> None:
    fake = SynapMock(registration="required")
    inside = in_process(fake)
    inside.post(ONE, json={**entry, "user_id": "u"})
    assert inside.post(BATCH, json={"messages": [entry]}).json()["succeeded"] == 1


def test_every_spelling_of_a_registered_id_is_accepted(entry: Entry) -> None:
    inside = in_process(SynapMock(registration="required"))
    inside.post(ONE, json={**entry, "user_id": "u"})
    other = entry["conversation_id"].replace("-", "").upper()
    assert inside.post(BATCH, json={"messages": [{**entry, "conversation_id": other}]}).json()["succeeded"] == 1


def test_a_rejected_batch_registers_nothing(entry: Entry) -> None:
    inside = in_process(SynapMock(registration="required"))
    inside.post(BATCH, json={"messages": [entry]})
    assert inside.post(BATCH, json={"messages": [entry]}).json()["failed"] == 1


def test_an_instances_conversations_are_its_own(fake: SynapMock, inside: httpx.Client, entry: Entry) -> None:
    inside.post(BATCH, json={"messages": [entry]})
    key, _ = fake.keys.create()
    other = {"Authorization": f"Bearer {key}"}
    assert inside.get(f"/v1/conversations/{entry['conversation_id']}/messages", headers=other).status_code == 404


def test_two_instances_may_hold_one_conversation_id(fake: SynapMock, inside: httpx.Client, entry: Entry) -> None:
    key, instance = fake.keys.create()
    inside.post(BATCH, json={"messages": [entry]})
    inside.post(BATCH, json={"messages": [{**entry, "content": "x"}]}, headers={"Authorization": f"Bearer {key}"})
    assert fake.transcript(entry["conversation_id"], instance_id=instance.instance_id) == [("user", "x")]


def test_a_seed_repeats_the_ids(entry: Entry) -> None:
    first, second = SynapMock(seed=7), SynapMock(seed=7)
    for fake in (first, second):
        in_process(fake).post(ONE, json={**entry, "user_id": "u"})
    assert [(m.message_id, m.session_id) for m in first.messages] == [
        (m.message_id, m.session_id) for m in second.messages
    ]


def test_a_seed_repeats_the_ids_after_a_reset(entry: Entry) -> None:
    fake = SynapMock(seed=7)
    ids = []
    for _ in range(2):
        in_process(fake).post(BATCH, json={"messages": [entry]})
        ids.append(fake.messages[0].message_id)
        fake.reset()
    assert ids[0] == ids[1]


def test_keys_and_instances_are_random_even_with_a_seed() -> None:
    first, second = SynapMock(seed=7), SynapMock(seed=7)
    assert first.api_key != second.api_key


def test_a_transcript_of_two_instances_wants_to_know_whose(fake: SynapMock, inside: httpx.Client, entry: Entry) -> None:
    key, _ = fake.keys.create()
    for bearer in (fake.api_key, key):
        inside.post(BATCH, json={"messages": [entry]}, headers={"Authorization": f"Bearer {bearer}"})
    with pytest.raises(ValueError, match="choose with instance_id="):
        fake.transcript(entry["conversation_id"])


def test_a_transcript_wants_a_uuid(fake: SynapMock) -> None:
    with pytest.raises(ValueError, match="conversation_id must be a UUID, not 'conv-1'"):
        fake.transcript("conv-1")


@pytest.mark.parametrize("field", FIELDS)
def test_a_rule_on_any_field_yields_its_own_value(monkeypatch: pytest.MonkeyPatch, field: str) -> None:
    """A rule added on one field reports that field, whatever the others hold."""
    rule = EntryRule(
        id="NEW",
        statement="An entry that a new rule rejects.",
        that=Evidence.ASSUMED,
        how=Evidence.ASSUMED,
        source="this test",
        code="NEW",
        field=field,
        allows=lambda *_: False,
        wrong=lambda value: f"is {value!r}",
        fix="send another",
    )
    monkeypatch.setattr(record, "ENTRY_RULES", (rule,))
    entry = {name: f"the {name}" for name in FIELDS} | {"role": "user", "metadata": {"a": 1}, "customer_id": None}
    fake = SynapMock()
    (row,) = in_process(fake).post(BATCH, json={"messages": [entry]}).json()["results"]
    assert row == {"error": f"{field} is {entry[field]!r}; send another"}
