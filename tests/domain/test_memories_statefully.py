"""Any sequence of calls by two keys and several users does what a list of the stored memories would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, get_args

import pytest
from asking import in_process
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test

from synap_mock import SynapMock
from synap_mock.settings import Dialect

MEMORIES: Final = "/api/v1/memories"
WORDS: Final = ("tea", "milk", "rain")

keys = st.integers(0, 1)
users = st.sampled_from(["ann", "bob", None])
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True).map(" ".join)


@dataclass
class Expected:
    """A memory as the model has it."""

    memory_id: str
    key: int
    user_id: str | None
    document_id: str | None
    text: str


class Machine(RuleBasedStateMachine):
    """Plays calls against the fake, and against a list."""

    dialect: ClassVar[Dialect]
    ids = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.fake = SynapMock(dialect=self.dialect)
        other, _ = self.fake.keys.create()
        self.headers = [{"Authorization": f"Bearer {key}"} for key in (self.fake.api_key, other)]
        self.client = in_process(self.fake)
        self.expected: list[Expected] = []

    def call(self, key: int, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        response = self.client.request(method, f"{MEMORIES}/{path}", json=body, headers=self.headers[key])
        return response.status_code, response.json()

    def find(self, key: int, memory_id: str) -> Expected | None:
        return next((each for each in self.expected if (each.key, each.memory_id) == (key, memory_id)), None)

    @rule(target=ids, key=keys, user_id=users, text=texts, document_id=st.sampled_from(["d", "e", None]))
    def create(self, key: int, user_id: str | None, text: str, document_id: str | None) -> str:
        body = {"document": text, "user_id": user_id, "document_id": document_id}
        _, created = self.call(key, "POST", "create", body)
        _, status = self.call(key, "GET", f"status/{created['ingestion_id']}")
        (memory_id,) = status["memory_ids"]
        versions = (
            each for each in self.expected if (each.key, each.user_id, each.document_id) == (key, user_id, document_id)
        )
        known = next(versions, None) if document_id is not None else None
        if known is None:
            assert memory_id not in {each.memory_id for each in self.expected}
            self.expected.append(Expected(memory_id, key, user_id, document_id, text))
        else:
            assert memory_id == known.memory_id
            known.text = text
        return str(memory_id)

    @rule(key=keys, memory_id=ids)
    def get(self, key: int, memory_id: str) -> None:
        status, shown = self.call(key, "GET", memory_id)
        known = self.find(key, memory_id)
        assert status == (404 if known is None else 200)
        if known is not None:
            assert (shown["memory_id"], shown["content"]) == (memory_id, known.text)

    @rule(key=keys, memory_id=ids, text=texts, strategy=st.sampled_from(["replace", "append"]))
    def update(self, key: int, memory_id: str, text: str, strategy: str) -> None:
        status, _ = self.call(key, "PATCH", memory_id, {"document": text, "merge_strategy": strategy})
        known = self.find(key, memory_id)
        assert status == (404 if known is None else 200)
        if known is not None:
            known.text = text if strategy == "replace" else f"{known.text}\n{text}"

    @rule(key=keys, memory_id=st.one_of(consumes(ids), ids))
    def delete(self, key: int, memory_id: str) -> None:
        status, _ = self.call(key, "DELETE", memory_id)
        known = self.find(key, memory_id)
        assert status == (404 if known is None else 200)
        if known is not None:
            self.expected.remove(known)

    @rule(key=keys, user_id=st.sampled_from(["ann", "bob"]), text=texts, mode=st.sampled_from(["preview", "direct"]))
    def forget(self, key: int, user_id: str, text: str, mode: str) -> None:
        _, forgotten = self.call(key, "POST", "forget", {"description": text, "user_id": user_id, "mode": mode})
        own = [each for each in self.expected if (each.key, each.user_id) == (key, user_id)]
        shared = {each.memory_id: len(set(each.text.split()) & set(text.split())) for each in own}
        most = max(shared.values(), default=0)
        matching = [memory_id for memory_id, count in shared.items() if count == most > 0]
        assert [candidate["memory_id"] for candidate in forgotten["candidates"]] == matching
        assert forgotten["deleted_ids"] == (matching if mode == "direct" else [])
        if mode == "direct":
            self.expected = [each for each in self.expected if each.memory_id not in matching]

    @invariant()
    def the_fake_has_what_the_model_has(self) -> None:
        instances = [self.fake.keys.instance_of(header["Authorization"][7:]).instance_id for header in self.headers]
        found = [
            (memory.memory_id, memory.scope.instance_id, memory.scope.user_id, memory.text)
            for memory in self.fake.memories
        ]
        assert found == [(each.memory_id, instances[each.key], each.user_id, each.text) for each in self.expected]


@pytest.mark.parametrize("dialect", get_args(Dialect))
def test_calls_do_what_a_list_would_do(dialect: Dialect) -> None:
    machine = type("Played", (Machine,), {"dialect": dialect})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
