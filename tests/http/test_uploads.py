"""The upload route reads forms as the SDK and other clients send them, and rejects everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from asking import in_process
from hypothesis import given
from hypothesis import strategies as st

from synap_mock import SynapMock
from synap_mock.http.api.forms import File, read_form

if TYPE_CHECKING:
    import httpx

UPLOAD: Final = "/api/v1/memories/upload"
FORM: Final = "multipart/form-data; boundary=B"


def part(head: str, content: bytes = b"x") -> bytes:
    return b"--B\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n"


def field(name: str, content: bytes = b"x") -> bytes:
    return part(f'Content-Disposition: form-data; name="{name}"', content)


GOOD: Final = field("user_id", b"ann") + field("text", b"tea") + b"--B--\r\n"


def sent(client: httpx.Client, content: bytes, content_type: str = FORM) -> httpx.Response:
    return client.post(UPLOAD, content=content, headers={"Content-Type": content_type})


@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        (FORM, GOOD),
        ('Multipart/Form-Data; charset=utf-8; boundary="B"', GOOD),
        (FORM, b"preamble\r\n" + GOOD + b"epilogue"),
        (FORM, GOOD.replace(b"Content-Disposition: form-data; ", b"X-A: 1\r\ncontent-disposition:form-data;")),
        ("application/x-www-form-urlencoded; charset=utf-8", b"user_id=ann&text=tea&other="),
        ("application/x-www-form-urlencoded", b"user_id=bob&user_id=ann&text=%74ea"),
    ],
)
def test_a_form_may_have_any_usual_spelling(
    fake: SynapMock, inside: httpx.Client, content_type: str, content: bytes
) -> None:
    assert sent(inside, content, content_type).status_code == 200
    assert [(memory.text, memory.scope.user_id) for memory in fake.memories] == [("tea", "ann")]


@pytest.mark.parametrize(
    ("content_type", "content", "why"),
    [
        ("", GOOD, "its Content-Type must be"),
        ("application/json", b"{}", "its Content-Type must be"),
        ("multipart/form-data", GOOD, "with a boundary"),
        (FORM, b"", "last boundary is missing"),
        (FORM, GOOD.removesuffix(b"--\r\n"), "last boundary is missing"),
        (FORM, part("Content-Type: text/plain") + b"--B--", "no Content-Disposition"),
        (FORM, b"--B\r\nno head\r\n--B--", "no Content-Disposition"),
        (FORM, field("text", b"\xff") + b"--B--", "not UTF-8"),
        (FORM, field("x") * 101 + b"--B--", "over 100 fields"),
        ("application/x-www-form-urlencoded", b"text=%ff", "not UTF-8"),
        ("application/x-www-form-urlencoded", b"text=\xff", "not UTF-8"),
        ("application/x-www-form-urlencoded", b"x=1&" * 200, "fields"),
    ],
)
def test_what_is_not_a_form_is_rejected(inside: httpx.Client, content_type: str, content: bytes, why: str) -> None:
    response = sent(inside, content, content_type)
    assert (response.status_code, response.json()["code"]) == (400, "INVALID_INPUT")
    assert "the body must be a form; " in response.text
    assert why in response.text


@pytest.mark.parametrize(
    ("form", "place"),
    [
        ({"text": "x"}, "user_id"),
        ({"user_id": ""}, "user_id"),
        ({"user_id": "ann", "mode": "slow"}, "mode"),
        ({"user_id": "ann", "metadata": "{"}, "metadata"),
        ({"user_id": "ann", "scope": "[1]"}, "scope"),
        ({"user_id": "ann"}, "body"),
    ],
)
def test_a_field_that_breaks_a_rule_is_named(inside: httpx.Client, form: dict[str, str], place: str) -> None:
    response = inside.post(UPLOAD, data=form)
    assert (response.status_code, list(response.json()["details"])) == (400, [place])


def test_a_file_and_a_text_are_one_too_many(fake: SynapMock, inside: httpx.Client) -> None:
    response = inside.post(UPLOAD, data={"user_id": "ann", "text": "x"}, files={"file": ("a.txt", b"y")})
    assert (response.status_code, fake.memories) == (400, [])
    assert "exactly one of file and text, not both" in response.text


@pytest.mark.parametrize(("name", "file"), [("text", ("a.txt", b"x")), ("file", (None, b"x")), ("file", ("", b"x"))])
def test_a_file_has_a_name_and_a_text_has_none(inside: httpx.Client, name: str, file: Any) -> None:
    response = inside.post(UPLOAD, data={"user_id": "ann"}, files={name: file})
    assert (response.status_code, list(response.json()["details"])) == (400, [name])


def test_on_b2b_an_upload_names_its_customer() -> None:
    fake = SynapMock(tenancy="b2b", dialect="observed")
    client = in_process(fake)
    form = {"user_id": "ann", "text": "x", "relationship_type": "b2b"}
    assert client.post(UPLOAD, data=form).status_code == 400
    assert client.post(UPLOAD, data={**form, "customer_id": "acme"}).status_code == 200
    assert fake.memories[0].scope.customer_id == "acme"


@given(st.binary(), st.sampled_from([b"", b"\r\n", b"--", b"\r\n--", b"\r\n--C"]))
def test_a_files_bytes_are_read_as_they_are(content: bytes, ending: bytes) -> None:
    head = 'Content-Disposition: form-data; name="file"; filename="a.bin"'
    form = read_form(
        'multipart/form-data; boundary="=B="', part(head, content + ending).replace(b"--B", b"--=B=", 1) + b"--=B=--"
    )
    assert form == {"file": File("a.bin", content + ending)}
