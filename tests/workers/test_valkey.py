"""Servers of several hosts share a store; what happens when it fails, or is another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import trustme
from asking import BATCH
from workers.team import team
from workers.test_workers import batch, contents
from workers.valkey import valkey

from synap_mock.replication.log import StoreError

if TYPE_CHECKING:
    from pathlib import Path


def test_servers_of_a_store_are_one_fake(tmp_path: Path) -> None:
    with valkey(tmp_path) as store:
        tokens = [("--control-token", "token-of-one"), ("--control-token", "token-of-two")]
        served = [team("--store", store.url, *token, workers=1) for token in tokens]
        with served[0] as one, served[1] as two:
            first, second = one.connect("token-of-one"), two.connect("token-of-two")
            foreign = two.connect("token-of-one")
            assert foreign.ask("POST", "/_mock/reset")[0] == 401
            assert first.ask("POST", "/_mock/rejections", {"where": {"content": "rejected"}})[0] == 200
            assert first.ask("POST", BATCH, batch("from one"))[0] == 200
            assert second.ask("POST", BATCH, batch("from two"))[0] == 200
            assert contents(first) == contents(second) == ["from one", "from two"]
            assert second.ask("POST", BATCH, batch("rejected"))[1]["failed"] == 1
            for connection in (first, second, foreign):
                connection.close()
        with team("--store", store.url, workers=1) as later:
            connection = later.connect()
            assert contents(connection) == ["from one", "from two"]
            connection.close()


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


def test_a_store_with_tls_is_trusted_with_ssl_cert_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with valkey(tmp_path, trustme.CA()) as store:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
        with team("--store", store.url, workers=1) as served:
            connection = served.connect()
            assert connection.ask("POST", BATCH, batch("secret"))[0] == 200
            connection.close()
        monkeypatch.delenv("SSL_CERT_FILE")
        from synap_mock.replication.valkey_log import ValkeyLog  # noqa: PLC0415 - skipped without a server

        with pytest.raises(StoreError, match="certificate verify failed"):
            ValkeyLog(store.url)


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


def test_a_worker_never_follows_another_store(tmp_path: Path) -> None:
    from synap_mock.replication.valkey_log import ValkeyLog  # noqa: PLC0415 - as above

    with valkey(tmp_path) as store:
        log = ValkeyLog(store.url)
        log.create({"version": "1"}, b"state")
        log.append(0, [b"one"])
        store.flush()
        other = ValkeyLog(store.url)
        other.create({"version": "1"}, b"other state")
        other.append(0, [b"two", b"three"])
        with pytest.raises(StoreError, match="it has lost what it had, or has another store"):
            log.append(1, [])
        for each in (log, other):
            each.close()
