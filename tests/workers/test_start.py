"""What cannot be shared is an error at the start, which says what to do."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cli.serving import failed
from workers.replicas import KEY

from synap_mock import SynapMock
from synap_mock.cli.checks import check_store
from synap_mock.cli.errors import Failed
from synap_mock.cli.workers.serving import Shared, store_of
from synap_mock.cli.workers.store import Store, begin

OPTIONS = {"api_keys": [KEY], "dialect": "observed", "max_keys": 5}


def shared(**given: Any) -> Shared:
    return Shared(
        **{"workers": 2, "database": None, "store": None, "load": None, "fail_on_loss": False, **given}, options={}
    )


def begun(place: Path | str, *, load: Path | None = None, given: tuple[str, ...] = (), **options: Any) -> Any:
    fake = SynapMock(api_key=KEY)
    return begin(Store(str(place)), lambda: fake._worlds, load, {**OPTIONS, **options}, set(given))  # noqa: SLF001 - as serve


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "--workers requires --database FILE or --store URL"),
        ({"database": Path("x.db"), "store": "valkey://localhost"}, "--database and --store both say"),
        ({"database": Path("x.db"), "fail_on_loss": True}, "--fail-on-loss is not possible with --workers"),
    ],
)
def test_options_that_do_not_go_together_are_errors(given: dict[str, Any], expected: str) -> None:
    with pytest.raises(Failed, match=expected):
        store_of(shared(**given))


@pytest.mark.parametrize("url", ["http://localhost/0", "valkey://", "valkey://localhost/none", "localhost:6379"])
def test_a_store_has_an_address_of_a_known_kind(url: str) -> None:
    with pytest.raises(ValueError, match=r"it must be an address such as valkey://HOST:PORT/0"):
        check_store(url)


def test_a_command_reports_what_cannot_be_shared(tmp_path: Path) -> None:
    begun(tmp_path / "fake.db")
    assert "is of a server with --workers; --workers 1 serves it" in failed("--database", str(tmp_path / "fake.db"))


def test_the_store_names_no_password_in_an_error() -> None:
    pytest.importorskip("redis", reason="the extra valkey")
    with pytest.raises(Failed, match=r"cannot read valkey://127\.0\.0\.1:1/0: ") as caught:
        begun("valkey://ann:secret@127.0.0.1:1/0")
    assert "secret" not in str(caught.value)


def test_a_store_keeps_the_options_that_it_was_begun_with(tmp_path: Path) -> None:
    path = tmp_path / "fake.db"
    first = begun(path)
    assert begun(path, dialect="documented") == first  # not given: a default
    assert begun(path, given=("dialect", "api_keys", "max_keys")) == first
    with pytest.raises(Failed, match="the store was begun with --dialect 'observed', not 'documented'"):
        begun(path, dialect="documented", given=("dialect",))
    with pytest.raises(Failed, match="the store was begun with --api-key another value") as caught:
        begun(path, api_keys=["synap_other"], given=("api_keys",))
    assert KEY not in str(caught.value)


def test_a_store_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "fake.db"
    begun(path)
    change(path, "UPDATE facts SET value = '0.0.1' WHERE name = 'synap-mock'")
    with pytest.raises(Failed, match=r"the store was begun with synap-mock 0\.0\.1, and this is "):
        begun(path)


def test_a_store_that_has_begun_is_not_loaded(tmp_path: Path) -> None:
    begun(tmp_path / "fake.db")
    with pytest.raises(Failed, match="has recorded data already; leave out --load"):
        begun(tmp_path / "fake.db", load=tmp_path / "export.jsonl")


def test_a_file_of_one_process_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "fake.db"
    change(path, f"PRAGMA application_id = {0x53594E41}")
    change(path, "CREATE TABLE facts (name)")
    with pytest.raises(Failed, match="it is of a server without --workers; name a new file"):
        begun(path)


@pytest.mark.parametrize(("content", "expected"), [(None, "cannot open"), ("x" * 5000, "it is not a SQLite file")])
def test_what_is_no_database_is_refused(tmp_path: Path, content: str | None, expected: str) -> None:
    path = tmp_path / "none" / "fake.db"
    if content is not None:
        path.parent.mkdir()
        path.write_text(content)
    with pytest.raises(Failed, match=expected):
        begun(path)
