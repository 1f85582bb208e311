"""Bodies that are not a batch are rejected; unusual bodies that are a batch read back equal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from asking import BATCH, ONE
from hostile.bodies import ACCEPTED, NO_BATCH, VALID, entry
from hostile.request import CONTROL_READ, request

if TYPE_CHECKING:
    from hostile.live import Live


@pytest.mark.parametrize("target", [BATCH, ONE])
@pytest.mark.parametrize("body", NO_BATCH.values(), ids=NO_BATCH)
def test_a_body_that_is_no_batch_is_refused(served: Live, target: str, body: bytes) -> None:
    assert served.post(body, target).status == served.refused


@pytest.mark.parametrize("body", NO_BATCH.values(), ids=NO_BATCH)
def test_of_a_body_that_is_no_batch_nothing_is_recorded(served: Live, body: bytes) -> None:
    served.post(body)
    assert served.fake.messages == []


@pytest.mark.parametrize("live", ["documented"], indirect=True)  # the control API speaks in one way only
@pytest.mark.parametrize(
    "target",
    ["/_mock/keys", "/_mock/settings", "/_mock/clock", "/_mock/faults", "/_mock/rejections", "/_mock/answers"],
)
@pytest.mark.parametrize("body", NO_BATCH.values(), ids=NO_BATCH)
def test_the_control_api_refuses_a_hostile_body(served: Live, target: str, body: bytes) -> None:
    method = b"PATCH" if target.endswith("settings") else b"POST"
    answer = served.send(request(method=method, target=target.encode(), body=body))
    may_be_empty = target in {"/_mock/keys", "/_mock/settings", "/_mock/clock"}
    assert answer.status == (200 if may_be_empty and not body.strip() else 400)


@pytest.mark.parametrize("setting", ["max_batch", "max_body", "journal_calls", "journal_body", "journal_bytes"])
def test_a_setting_of_4_000_digits_breaks_nothing(served: Live, setting: str) -> None:
    def change(value: object) -> int:
        return served.change(json.dumps({setting: value}).encode()).status

    usual = served.fake.settings.as_dict()[setting]
    statuses = [change(int("7" * 4000)), served.post(VALID).status, served.post(b"", "/_mock/reset").status]
    assert [*statuses, change(usual)] == [200, 200, 200, 200]


@pytest.mark.parametrize("name", ["nothing", "every byte", "nesting of 100,000", "300,000 empty entries"])
def test_telemetry_accepts_any_body(served: Live, name: str) -> None:
    assert served.post(NO_BATCH[name], "/v1/telemetry/batch").status == 200


@pytest.mark.parametrize("name", ["every byte", "nesting of 100,000", "300,000 empty entries"])
def test_a_reset_with_a_body_is_rejected_and_changes_nothing(served: Live, name: str) -> None:
    served.post(VALID)
    assert served.post(NO_BATCH[name], "/_mock/reset").status == 400
    assert len(served.fake.messages) == 1


def test_of_300_000_violations_100_are_named(served: Live) -> None:
    answer = served.post(NO_BATCH["300,000 empty entries"]).json
    assert len(answer["details"] if "details" in answer else answer["detail"]) == 100


@pytest.mark.parametrize(("body", "content", "metadata"), ACCEPTED.values(), ids=ACCEPTED)
def test_what_is_odd_but_json_reads_back_equal(
    served: Live, body: bytes, content: str, metadata: dict[str, Any] | None
) -> None:
    assert served.post(body).status == 200
    assert served.read_back() == [content, content, json.dumps(metadata)]


@pytest.mark.parametrize("body", [case[0] for case in ACCEPTED.values()], ids=ACCEPTED)
def test_the_journal_shows_a_body_that_is_odd_but_utf_8(served: Live, body: bytes) -> None:
    served.post(body)
    (kept,) = served.get("/_mock/requests").json["requests"]
    assert kept["body"] == body.decode("utf-8", "backslashreplace")


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "application/xml", "multipart/form-data; boundary=x", "application/json; charset=latin-1"],
)
def test_the_content_type_does_not_matter(served: Live, kind: str) -> None:
    assert served.send(request(f"Content-Type: {kind}".encode())).status == 200


def test_metadata_keeps_1_and_1_0_and_true_apart(served: Live) -> None:
    """Also where they are recorded one after the other, so that nothing merges what compares equal."""
    kinds = ['{"a":1}', '{"a":1.0}', '{"a":true}']
    served.post(f'{{"messages":[{",".join(entry(metadata=kind) for kind in kinds)}]}}'.encode())
    messages = served.get(CONTROL_READ).json["messages"]
    assert [json.dumps(message["metadata"], separators=(",", ":")) for message in messages] == kinds
