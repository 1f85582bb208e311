"""Concurrent memories: nothing is lost, nothing is stored twice, and no instance sees another's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final, get_args

import httpx
import pytest

from synap_mock import SynapMock
from synap_mock.settings import Dialect

EACH: Final = 20


@pytest.mark.parametrize("dialect", get_args(Dialect))
def test_each_of_two_instances_finds_what_it_stored(dialect: Dialect) -> None:
    fake = SynapMock(dialect=dialect)
    keys = [fake.api_key, fake.keys.create()[0]]

    def store(sender: int) -> list[list[str]]:
        """Store and fetch, in turn; what each fetch found."""
        found = []
        headers = {"Authorization": f"Bearer {keys[sender % 2]}"}
        with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
            for number in range(EACH):
                document = {"document": f"{sender % 2} {sender}.{number}", "user_id": "ann"}
                client.post("/api/v1/memories/create", json=document).raise_for_status()
                fetch = {"user_id": "ann", "max_results": 50, "response_shape": "ranked"}
                answer = client.post("/v1/context/user/fetch", json=fetch).raise_for_status().json()
                found.append([item["content"] for item in answer["context"]["items"]])
        return found

    with fake.serve() as server, ThreadPoolExecutor(4) as threads:
        fetches = [(sender % 2, found) for sender, each in enumerate(threads.map(store, range(4))) for found in each]
    assert [found for instance, found in fetches if any(text[0] != str(instance) for text in found)] == []
    stored = sorted(memory.text for memory in fake.memories)
    assert stored == sorted(f"{sender % 2} {sender}.{number}" for sender in range(4) for number in range(EACH))
