"""The memory routes: a document is stored, processed, and read back as a memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from asking import in_process

from synap_mock import SynapMock

if TYPE_CHECKING:
    import httpx


def stored(client: httpx.Client, **fields: Any) -> dict[str, Any]:
    response = client.post("/api/v1/memories/create", json={"document": "Ann likes tea.", **fields})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def memory_ids(client: httpx.Client, ingestion_id: str) -> list[str]:
    found: list[str] = client.get(f"/api/v1/memories/status/{ingestion_id}").json()["memory_ids"]
    return found


def test_a_document_becomes_one_memory_with_its_text(inside: httpx.Client) -> None:
    (memory_id,) = memory_ids(inside, stored(inside)["ingestion_id"])
    memory = inside.get(f"/api/v1/memories/{memory_id}").json()
    assert (memory["content"], memory["memory_type"]) == ("Ann likes tea.", "fact")


@pytest.mark.parametrize("dialect", ["documented", "observed"])
def test_another_instance_has_neither_memory_nor_ingestion(dialect: str) -> None:
    fake = SynapMock(dialect=dialect)
    other, _ = fake.keys.create()
    owner = in_process(fake)
    ingestion_id = stored(owner)["ingestion_id"]
    (memory_id,) = memory_ids(owner, ingestion_id)
    paths = (f"/api/v1/memories/{memory_id}", f"/api/v1/memories/status/{ingestion_id}")
    stranger = {"Authorization": f"Bearer {other}"}
    assert [owner.get(path, headers=stranger).status_code for path in paths] == [404, 404]
