"""What is recorded survives a restart: messages, memories and everything else that clients read back; and keys."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from asking import BATCH, ERASE, in_process
from cli.serving import failed, running
from database.stopped import Restarted
from domain.test_removal import Removal
from export.test_export import CALLS, CIDS, everything, exported, play
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from synap_mock import SynapMock
from synap_mock.domain.storage import rejected
from synap_mock.files.database import kept_in

if TYPE_CHECKING:
    from collections.abc import Iterator

ENTRY = {"conversation_id": CIDS[0], "role": "user", "content": "hi", "user_id": "ann"}


@pytest.fixture
def restarted(tmp_path: Path) -> Iterator[Restarted]:
    restarted = Restarted(tmp_path / "fake.db")
    yield restarted
    restarted.stop()


@given(st.lists(CALLS, max_size=6), st.lists(CALLS, max_size=4))
@settings(max_examples=20)
def test_a_restart_changes_nothing_that_is_recorded(
    first: list[tuple[str, dict[str, Any]]], second: list[tuple[str, dict[str, Any]]]
) -> None:
    with TemporaryDirectory() as folder:
        restarted = Restarted(Path(folder) / "fake.db")
        for calls in (first, second):
            play(restarted.fake, calls, issue=calls is first)
            before = everything(restarted.fake), exported(restarted.fake), restarted.fake.api_key
            restarted.start()
            assert (everything(restarted.fake), exported(restarted.fake), restarted.fake.api_key) == before
        restarted.stop()


class RestartedRemoval(Removal):
    """The tests of the storage in memory, with restarts between the steps."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.restarted = Restarted(Path(self.folder.name) / "fake.db")
        self.store = self.restarted.fake._state.store  # type: ignore[assignment] # noqa: SLF001 - it is a MemoryStorage

    @rule()
    def restart(self) -> None:
        self.restarted.commit()
        self.restarted.start()
        self.store = self.restarted.fake._state.store  # type: ignore[assignment] # noqa: SLF001 - as above

    def teardown(self) -> None:
        self.restarted.stop()
        self.folder.cleanup()


TestRestartedRemoval = RestartedRemoval.TestCase
TestRestartedRemoval.settings = settings(max_examples=20, stateful_step_count=12)


@given(st.lists(CALLS, min_size=4, max_size=12), st.integers(2, 6), st.integers(1, 3))
@settings(max_examples=15)
def test_a_restart_changes_nothing_after_evictions(
    calls: list[tuple[str, dict[str, Any]]], messages: int, conversations: int
) -> None:
    """What is recorded after it gets the ids and positions that it would have had without a restart."""
    with TemporaryDirectory() as folder:
        bounds: dict[str, Any] = {"max_messages": messages, "max_conversations": conversations}
        restarted, other = Restarted(Path(folder) / "fake.db", **bounds), SynapMock(**bounds)
        for call in calls:
            play(restarted.fake, [call])
        before = exported(restarted.fake)
        in_process(other).post("/_mock/import", content=before)
        restarted.start()
        assert exported(restarted.fake) == before
        for fake in (restarted.fake, other):
            in_process(fake).post(BATCH, json={"messages": [ENTRY]})
        named = [(message.message_id, message.position) for message in other.messages]
        assert [(message.message_id, message.position) for message in restarted.fake.messages] == named
        restarted.stop()


def test_ids_go_on_after_a_restart_with_everything_evicted(tmp_path: Path) -> None:
    restarted = Restarted(tmp_path / "fake.db", max_age=60)
    client = in_process(restarted.fake)
    first = client.post(BATCH, json={"messages": [ENTRY]}).json()["results"][0]["message_id"]
    restarted.fake.clock.advance(61)
    client.get("/health")
    restarted.start()
    second = in_process(restarted.fake).post(BATCH, json={"messages": [ENTRY]}).json()["results"][0]["message_id"]
    assert first != second


def test_a_smaller_bound_applies_at_the_start(restarted: Restarted, tmp_path: Path) -> None:
    for content in "ab":
        in_process(restarted.fake).post(BATCH, json={"messages": [{**ENTRY, "content": content}]})
    restarted.stop()
    again = Restarted(tmp_path / "fake.db", max_messages=1)
    assert [message.content for message in again.fake.messages] == ["b"]
    again.stop()
    with closing(sqlite3.connect(tmp_path / "fake.db")) as file:
        assert file.execute("SELECT count(*) FROM records").fetchall() == [(1,)]


def test_the_file_has_as_many_unrecorded_batches_as_the_memory(
    restarted: Restarted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejected, "UNRECORDED_BATCHES", 2)
    for failed_entries in (1, 2, 3, 4):
        in_process(restarted.fake).post(BATCH, json={"messages": [{**ENTRY, "conversation_id": "x"}] * failed_entries})
    restarted.start()
    assert [batch.failed for batch in restarted.fake.batches] == [3, 4]
    restarted.stop()
    with closing(sqlite3.connect(tmp_path / "fake.db")) as file:
        assert file.execute("SELECT count(*) FROM unrecorded").fetchall() == [(2,)]


def test_keys_survive_a_restart_revoked_ones_revoked(restarted: Restarted) -> None:
    client = in_process(restarted.fake)
    client.post("/_mock/keys", json={"key": "second", "instance_id": "inst_2", "tenancy": "b2b"})
    client.post("/_mock/keys", json={"key": "third"})
    client.delete("/_mock/keys/third")
    restarted.start()
    client = in_process(restarted.fake)
    assert restarted.fake.keys.instance_of("second").tenancy == "b2b"
    assert client.get("/api/v1/auth/whoami", headers={"Authorization": "Bearer third"}).status_code == 401


def test_a_restart_with_another_key_reads_what_was_recorded(tmp_path: Path) -> None:
    """``serve --api-key``: the key belongs to the default instance of the database."""
    former = SynapMock()
    with kept_in(former._worlds, tmp_path / "fake.db"):  # noqa: SLF001 - as serve does
        in_process(former).post(BATCH, json={"messages": [ENTRY]})
    fake = SynapMock(api_key="mine")
    with kept_in(fake._worlds, tmp_path / "fake.db", own_keys=True):  # noqa: SLF001 - as above
        read_back = in_process(fake).get(f"/v1/conversations/{CIDS[0]}/messages")
        assert [turn["content"] for turn in read_back.json()["turns"]] == ["hi"]
        assert fake.keys.knows(former.api_key)


def test_a_reset_survives_a_restart(restarted: Restarted) -> None:
    client = in_process(restarted.fake)
    client.post(BATCH, json={"messages": [ENTRY]})
    client.post("/_mock/memories", json={"text": "Ann"})
    client.post("/_mock/reset")
    restarted.start()
    assert (restarted.fake.messages, restarted.fake.memories) == ([], [])


def test_a_seed_makes_no_id_a_second_time_after_restarts(tmp_path: Path) -> None:
    restarted = Restarted(tmp_path / "fake.db", seed=1)
    for number in range(3):
        in_process(restarted.fake).post("/_mock/memories", json={"text": str(number)})
        restarted.start()
    assert len(restarted.fake.memories) == 3
    restarted.stop()


def test_what_is_erased_is_not_in_the_file(restarted: Restarted, tmp_path: Path) -> None:
    client = in_process(restarted.fake)
    for number in range(50):  # so that SQLite frees pages, which it would not overwrite by itself
        entry = {**ENTRY, "content": f"a secret {number} " * 20}
        client.post(BATCH, json={"messages": [entry, {**ENTRY, "user_id": "bob"}]})
    restarted.start()  # now they are in the file, not only in its log
    assert b"a secret" in (tmp_path / "fake.db").read_bytes()
    client = in_process(restarted.fake)
    client.post(ERASE, json={"scope": "user", "user_id": "ann", "confirm": "ann"})
    restarted.stop()
    assert b"a secret" not in (tmp_path / "fake.db").read_bytes()


def test_a_change_that_cannot_be_written_is_503_then_written(restarted: Restarted) -> None:
    """The file stops growing, then may grow again."""
    connection = restarted.database._file._connection  # noqa: SLF001 - to limit it
    client = in_process(restarted.fake)
    connection.execute("PRAGMA max_page_count = 1")
    large = {**ENTRY, "content": "x" * 100_000}
    response = client.post(BATCH, json={"messages": [large]})
    assert (response.status_code, response.json()["code"]) == (503, "DATABASE_FAILED")
    assert "database or disk is full" in response.json()["error"]
    assert [client.get(f"/_mock/{path}").status_code for path in ("readyz", "export", "stats")] == [503, 200, 200]
    connection.execute("PRAGMA max_page_count = 100000")
    assert client.post(BATCH, json={"messages": [ENTRY]}).status_code == 200
    restarted.start()
    assert [message.content for message in restarted.fake.messages] == ["x" * 100_000, "hi"]


@pytest.mark.parametrize(
    ("prepare", "error"),
    [
        (
            lambda path: path.write_text("no database " * 100),
            "it is not a SQLite file; name another file, or a new one",
        ),
        (lambda path: sqlite3.connect(path).execute("CREATE TABLE t (a)").close(), "is not a database of synap-mock"),
    ],
    ids=["text", "foreign"],
)
def test_another_file_is_not_touched(tmp_path: Path, prepare: Any, error: str) -> None:
    path = tmp_path / "fake.db"
    prepare(path)
    before = path.read_bytes()
    with pytest.raises(OSError, match=error), kept_in(SynapMock()._worlds, path):  # noqa: SLF001 - as serve does
        pass
    assert path.read_bytes() == before


def test_a_folder_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with (
        pytest.raises(OSError, match="No such file or directory; name a file"),
        kept_in(SynapMock()._worlds, tmp_path / "no" / "fake.db"),  # noqa: SLF001 - as serve does
    ):
        pass


def test_only_its_owner_may_read_the_file(restarted: Restarted, tmp_path: Path) -> None:
    assert restarted.fake.api_key
    assert {file.name: file.stat().st_mode & 0o077 for file in tmp_path.iterdir()} == {"fake.db": 0, "fake.db-wal": 0}


def test_a_server_whose_file_is_gone_says_so(tmp_path: Path) -> None:
    """SQLite goes on with a file that was removed: what is acknowledged would be gone after a restart."""
    file, entry = tmp_path / "fake.db", {**ENTRY, "content": "kept in memory"}
    with running("--database", str(file), "--api-key", "mine", "--log-format", "json") as (process, line):
        headers = {"Authorization": "Bearer mine"}
        with httpx.Client(base_url=json.loads(line)["url"], headers=headers, trust_env=False) as client:
            file.unlink()
            statuses = [client.post(BATCH, json={"messages": [entry]}).status_code for _ in range(2)]
            statuses += [client.get(f"/_mock/{path}").status_code for path in ("livez", "readyz")]
            exported = client.get("/_mock/export").text
        process.terminate()
        logged, end = process.communicate()[1].splitlines()[:2]
    assert (statuses, "kept in memory" in exported) == ([503, 503, 200, 503], True)
    assert (json.loads(logged)["level"], "was removed or replaced; restart" in logged) == ("error", True)
    assert ("Error: cannot write" in end, process.returncode) == (True, 2)


def test_a_file_that_a_server_has_open_is_refused(tmp_path: Path) -> None:
    with running("--database", str(tmp_path / "fake.db")):
        error = failed("--database", str(tmp_path / "fake.db"), "--port", "0")
    assert "another process has it open; stop that one, or name another file" in error


def test_load_and_a_database_with_data_are_refused_together(fake: SynapMock, tmp_path: Path) -> None:
    with kept_in(fake._worlds, tmp_path / "fake.db"):  # noqa: SLF001 - as serve does
        in_process(fake).post(BATCH, json={"messages": [ENTRY]})
    fake.save(tmp_path / "state.jsonl")
    error = failed("--load", str(tmp_path / "state.jsonl"), "--database", str(tmp_path / "fake.db"), "--port", "0")
    assert "has recorded data already; leave out --load" in error


def test_memory_stays_the_default(fake: SynapMock) -> None:
    assert fake._state.database is None  # noqa: SLF001 - what decides


def test_worlds_survive_a_restart_with_keys_and_settings(restarted: Restarted) -> None:
    client = in_process(restarted.fake)
    client.post("/_mock/keys", json={"key": "one", "world": "w1", "settings": {"tenancy": "b2b", "rate_limit": [9, 9]}})
    client.post("/_mock/keys", json={"key": "two", "world": "w2"})
    client.patch("/_mock/settings?key=two", json={"max_batch": 7})
    client.post(BATCH, json={"messages": [{**ENTRY, "customer_id": "c"}]}, headers={"Authorization": "Bearer one"})
    restarted.start()
    first, second = restarted.fake.world("w1"), restarted.fake.world("w2")
    assert (first.api_key, second.api_key) == ("one", "two")
    assert (first.settings.tenancy, first.settings.rate_limit, second.settings.max_batch) == ("b2b", (9, 9), 7)
    assert (len(first.messages), restarted.fake.messages) == (1, [])


def test_a_deleted_world_is_gone_after_a_restart(restarted: Restarted) -> None:
    client = in_process(restarted.fake)
    client.post("/_mock/keys", json={"key": "one", "world": "w1"})
    client.post(BATCH, json={"messages": [ENTRY]}, headers={"Authorization": "Bearer one"})
    client.delete("/_mock/worlds/w1")
    client.post("/_mock/keys", json={"key": "two", "world": "w1"})
    restarted.start()
    assert (restarted.fake.world("w1").api_key, restarted.fake.world("w1").messages) == ("two", [])
    assert [world["world"] for world in in_process(restarted.fake).get("/_mock/worlds").json()["worlds"]] == [
        "default",
        "w1",
    ]


def test_a_deleted_key_stays_deleted_after_an_import(fake: SynapMock) -> None:
    """An import renames the default instance, of which each key is counted."""
    fake.keys.create("second", instance_id=fake.keys.instance_of(fake.api_key).instance_id)
    in_process(fake).post("/_mock/import", content=exported(SynapMock()))
    fake.keys.delete("second")
    assert fake.keys.instance(fake.keys.instance_of(fake.api_key).instance_id) is not None
