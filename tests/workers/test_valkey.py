"""Servers of several hosts share a store; what happens when it fails, or is another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asking import BATCH
from cli.serving import failed
from workers.team import KEY, team
from workers.test_workers import batch, contents
from workers.valkey import valkey

if TYPE_CHECKING:
    from pathlib import Path


def test_servers_of_a_store_are_one_fake(tmp_path: Path) -> None:
    with valkey(tmp_path) as store:
        with team("--store", store.url, workers=1) as one, team("--store", store.url, workers=1) as two:
            first, second = one.connect(), two.connect()
            assert first.ask("POST", BATCH, batch("from one"))[0] == 200
            assert second.ask("POST", BATCH, batch("from two"))[0] == 200
            assert contents(first) == contents(second) == ["from one", "from two"]
            for connection in (first, second):
                connection.close()
        with team("--store", store.url, workers=1) as later:
            connection = later.connect()
            assert contents(connection) == ["from one", "from two"]
            connection.close()
        assert "the store was begun with --dialect" in failed("--store", store.url, "--dialect", "observed")


def test_a_store_that_is_gone_is_503_until_it_is_back(tmp_path: Path) -> None:
    with valkey(tmp_path) as store, team("--store", store.url, workers=1) as served:
        connection = served.connect()
        assert connection.ask("POST", BATCH, batch("before"))[0] == 200
        store.stop()
        asked: list[tuple[int, Any]] = [
            connection.ask(*call) for call in (("POST", BATCH, batch("lost")), ("GET", "/_mock/readyz"))
        ]
        assert [(status, body["code"]) for status, body in asked] == [(503, "DATABASE_FAILED")] * 2
        assert f"127.0.0.1:{store.port}" in asked[0][1]["error"]
        assert connection.ask("GET", "/_mock/livez")[0] == 200
        store.start()
        assert connection.ask("POST", BATCH, batch("after"))[0] == 200
        assert contents(connection) == ["before", "after"]
        store.flush()
        assert "it has lost what it had" in str(connection.ask("POST", BATCH, batch("nowhere")))
        connection.close()
    assert KEY not in failed("--store", store.url)


def test_a_call_whose_connection_broke_is_not_recorded_twice(tmp_path: Path) -> None:
    """The server has appended the entry, and its answer was lost."""
    from synap_mock.replication.valkey_log import ValkeyLog  # noqa: PLC0415 - skipped without a server

    with valkey(tmp_path) as store:
        log = ValkeyLog(store.url)
        log.create({"version": "1"}, b"state")
        assert log.append(0, [b"one", b"two"]).last == 2
        log._batch -= 1  # noqa: SLF001 - as an attempt that is repeated
        assert log.append(0, [b"one", b"two"]).last == 2
        assert log.append(0, []).missed == [b"one", b"two"]
        log.close()
