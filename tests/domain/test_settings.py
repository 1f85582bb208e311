"""Wrong settings are rejected at construction, with name and value."""

from __future__ import annotations

from typing import Any

import pytest

from synap_mock import SynapMock

WRONG_VALUES: dict[str, list[Any]] = {
    "tenancy": ["", "B2B", "b2b "],
    "dialect": ["", "documentd"],
    "registration": ["no", ""],
    "max_batch": [0, -1],
    "max_body": [0],
    "journal_calls": [0],
    "processing": ["", "done"],
    "processing_seconds": [-1, float("nan"), float("inf"), 1e10],
    "retrieval": ["", "all"],
    "compaction_seconds": [-1, float("nan"), float("inf"), 1e10],
    "journal_body": [-1],
    "journal_bytes": [-1],
    "api_key": ["", "a b", "key\n", "k\u00e9y", [], ["a", "a"], "k" * 513],
    "allow_hosts": [
        [""],
        ["a b"],
        ["http://x"],
        ["x:80"],
        ["x/y"],
        ["*"],
        ["cafe:8080"],
        ["127.0.0.1:80"],
        ["a,b"],
        ["a..b"],
    ],
    "control_token": ["", "a b", "t\u00f6ken"],
}
WRONG_TYPES: dict[str, list[Any]] = {
    "tenancy": [5, True, ["b2b"]],
    "dialect": [None, 1],
    "registration": [None, True],
    "max_batch": ["5", 1.0, True],
    "seed": ["1", 1.5, True],
    "processing": [None, True],
    "processing_seconds": [None, "1", True],
    "retrieval": [None, True],
    "compaction_seconds": [None, "1", True],
    "max_body": [None, "1"],
    "api_key": [5, [5], b"key"],
    "allow_hosts": [5, [5], "localhost"],
    "control_token": [5, b"token"],
    "colour": ["red"],
}


def cases(wrong: dict[str, list[Any]]) -> pytest.MarkDecorator:
    flat = [(name, value) for name, values in wrong.items() for value in values]
    return pytest.mark.parametrize(("name", "value"), flat, ids=[f"{name}={value!a:.20}" for name, value in flat])


@cases(WRONG_VALUES)
def test_a_value_error_names_the_setting_that_is_out_of_range(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        SynapMock(**{name: value})


@cases(WRONG_TYPES)
def test_a_wrong_type_is_a_type_error_that_names_the_setting(name: str, value: Any) -> None:
    with pytest.raises(TypeError, match=name):
        SynapMock(**{name: value})


def test_a_wrong_key_is_not_repeated_in_the_error() -> None:
    with pytest.raises(ValueError, match="api_key") as raised:
        SynapMock(api_key="synap_secret\n")
    assert "secret" not in str(raised.value)


def test_an_unknown_setting_is_answered_with_the_known_ones() -> None:
    with pytest.raises(TypeError, match="tenancy, dialect, registration"):
        SynapMock(tenant="b2b")


def test_two_fakes_know_nothing_of_each_other() -> None:
    first, second = SynapMock(), SynapMock()
    first.keys.revoke(first.api_key)
    assert second.keys.authenticate(f"Bearer {second.api_key}", "")


@pytest.mark.parametrize(
    ("port", "error"), [(-1, ValueError), (65536, ValueError), ("80", TypeError), (1.5, TypeError)]
)
def test_a_wrong_port_is_refused_by_name(port: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="port must be"), SynapMock().serve(port=port):
        pass


def test_a_misspelt_attribute_is_an_error() -> None:
    fake: Any = SynapMock()
    with pytest.raises(AttributeError):
        fake.tenancy = "b2b"


def test_an_unknown_key_can_not_be_revoked() -> None:
    with pytest.raises(KeyError, match="no such key was issued"):
        SynapMock().keys.revoke("nobodys")


def test_an_instance_has_one_tenancy(fake: SynapMock) -> None:
    fake.keys.create(instance_id="inst_1", tenancy="b2b")
    with pytest.raises(ValueError, match="tenancy of instance 'inst_1' is 'b2b', not 'b2c'"):
        fake.keys.create(instance_id="inst_1", tenancy="b2c")
