"""The snapshot: the inspector as one file, and what explains a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from asking import BATCH, in_process

from synap_mock import SynapMock

if TYPE_CHECKING:
    from pathlib import Path

    import httpx
    from inspector.conftest import Inspected

CONVERSATION: Final = "6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11"


def test_snapshot_shows_a_call_without_a_server(filled: Inspected, tmp_path: Path) -> None:
    file = tmp_path / "snapshot.html"
    file.write_bytes(filled.client.get("/_mock/snapshot.html").content)
    page = filled.browser
    page.open(f"{file.as_uri()}#/calls/2")
    text = page.wait("document.querySelector('.entry.failed .refusal')?.innerText")
    assert 'messages[1]["conversation_id"] = "' in text
    page.open(f"{file.as_uri()}#/conversations/{CONVERSATION}")
    assert page.wait("document.querySelectorAll('.bubble').length") == 4
    page.open(f"{file.as_uri()}#/memories")
    assert page.wait("document.querySelector('.items .call-link')?.innerText") == "#7"
    assert page.value("document.title") == "(3) synap-mock"
    assert list(page.logged) == []


def test_recorded_text_cannot_end_the_data(inspected: Inspected, tmp_path: Path) -> None:
    content = "</script><script>document.title = 'owned'</script><!--"
    inspected.record(content)
    file = tmp_path / "snapshot.html"
    file.write_bytes(inspected.client.get("/_mock/snapshot.html").content)
    page = inspected.browser
    page.open(f"{file.as_uri()}#/conversations/{CONVERSATION}")
    assert page.wait("document.querySelector('.bubble')?.textContent") == content
    assert page.value("document.title") == "synap-mock"
    assert list(page.logged) == []


def test_snapshot_masks_keys(fake: SynapMock, inside: httpx.Client, entry: dict[str, Any]) -> None:
    inside.post(BATCH, json={"messages": [{**entry, "content": fake.api_key}]})
    assert fake.api_key not in inside.get("/_mock/snapshot.html").text


def test_refusal_has_its_rule_and_smallest_edit(inside: httpx.Client, entry: dict[str, Any]) -> None:
    inside.post(BATCH, json={"messages": [{**entry, "role": "system"}]})
    (refusal,) = inside.get("/_mock/requests/1/refusals").json()["refusals"]
    assert (refusal["rule"], refusal["that"]) == ("ROLE-VALUE", "documented")
    assert refusal["edit"] == {
        "text": 'messages[0]["role"] = "user"',
        "path": ["messages", 0, "role"],
        "removes": False,
    }


def test_edit_in_words_names_no_place() -> None:
    client = in_process(SynapMock(registration="required"))
    client.post(BATCH, json={"messages": [{"conversation_id": CONVERSATION, "role": "user", "content": "hi"}]})
    (refusal,) = client.get("/_mock/requests/1/refusals").json()["refusals"]
    assert refusal["edit"]["path"] is None
    assert refusal["edit"]["text"].startswith("record one message of the conversation first")


def test_refusals_of_an_unknown_call_are_404(inside: httpx.Client) -> None:
    assert inside.get("/_mock/requests/1/refusals").status_code == 404
