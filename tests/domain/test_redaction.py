"""Keys and tokens in texts: every spelling is masked, and ordinary text stays as it is."""

from __future__ import annotations

import html
import json
import sys
from base64 import b64encode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synap_mock.domain.redaction.redactor import Redactor, is_searchable, mask
from synap_mock.domain.values import quoting

if TYPE_CHECKING:
    from collections.abc import Callable

VENDORS = "synap_" + "0a1b" * 15
OWN = "my-secret"
ODD = 'my/key"with\\odd&%41+<chars>'
MANY = [f"user-key-{number:06}" for number in range(2000)]


def percent(text: str) -> str:
    """Every character percent-encoded, in upper and lower case."""
    return "".join(f"%{ord(character):{'xX'[index % 2]}}" for index, character in enumerate(text))


def escapes(text: str) -> str:
    return "".join(f"\\u{ord(character):04x}" for character in text)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "verbatim": lambda text: text,
    "percent": percent,
    "partly percent": lambda text: text[:3] + percent(text[3:6]) + text[6:],
    "quoted": lambda text: quote(text, safe=""),
    "quoted nine times": lambda text: quote(quote(text, safe=""), safe="").replace("%", "%" + "25" * 7),
    "percent twice": lambda text: percent(percent(text)),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON in JSON": lambda text: json.dumps(json.dumps(text))[3:-3],
    "JSON escapes": escapes,
    "JSON escapes in upper case": lambda text: escapes(text).upper().replace("\\U", "\\u"),
    "JSON escapes in JSON in JSON": lambda text: json.dumps(json.dumps(escapes(text)))[3:-3],
    "one JSON escape": lambda text: escapes(text[0]) + text[1:].replace("\\", "\\\\").replace('"', '\\"'),
    "slash": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "repr": lambda text: repr(text)[1:-1],
    "hexadecimal escapes": lambda text: "".join(f"\\x{ord(character):x}" for character in text),
    "HTML": html.escape,
    "HTML numbers": lambda text: "".join(f"&#{ord(character)};" for character in text),
    "HTML hexadecimal": lambda text: "".join(f"&#x{ord(character):X};" for character in text),
    "HTML of JSON": lambda text: html.escape(json.dumps(text)[1:-1]),
    "percent of JSON escapes": lambda text: quote(escapes(text), safe=""),
    "UTF-16": lambda text: text.encode("utf-16-le").decode()[:-1],
    "UTF-32": lambda text: text.encode("utf-32-be").decode()[3:],
}


@pytest.mark.parametrize("others", [[], MANY], ids=["alone", "with 2000 others"])
@pytest.mark.parametrize("secret", [VENDORS, OWN, ODD])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_a_key_is_masked(spelling: str, secret: str, others: list[str]) -> None:
    spelled = SPELLINGS[spelling](secret)
    redactor = Redactor([*others, OWN, ODD])
    for before, after in [("", ""), ("/v1/", "/messages"), ('{"a": "', '"}')]:
        assert redactor.redact(f"{before}{spelled}{after}") == f"{before}{mask(secret)}{after}"


@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
@pytest.mark.parametrize("user", ["", "u", "us", "user:"])
@pytest.mark.parametrize("secret", [VENDORS, OWN, ODD, "~~~???>>>???~~~"])
def test_base64_of_a_key_is_masked(secret: str, user: str, encode: Callable[[bytes], bytes]) -> None:
    encoded = encode(f"{user}{secret}".encode()).decode()
    redacted = Redactor([OWN, ODD, "~~~???>>>???~~~"]).redact(f"x={encoded}&y=1")
    core = encoded[6 + len(user) : -4]
    assert (core in redacted, redacted.endswith("&y=1")) == (False, True)


@given(
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=8, max_size=40).filter(is_searchable),
    st.lists(st.sampled_from(["percent", "quoted", "JSON", "JSON escapes", "HTML", "HTML numbers"]), max_size=2),
    st.booleans(),
)
def test_any_key_in_two_spellings_at_once_is_masked(secret: str, spellings: list[str], many: bool) -> None:  # noqa: FBT001 - given
    spelled = secret
    for spelling in spellings:
        spelled = SPELLINGS[spelling](spelled)
    redacted = Redactor([secret, *(MANY[:20] if many else [])]).redact(f"key {spelled} end")
    assert (spelled in redacted, redacted[:4], redacted[-4:]) == (False, "key ", " end")


def test_a_key_in_lower_case_is_masked() -> None:
    """As a server sends it on, where it was the name of a header."""
    assert Redactor(["My-Secret-Key"]).redact("my-secret-key") == "..."


@pytest.mark.parametrize(
    "text",
    [
        "called at synap_contracts/run.py and synap_integrations_common",
        "my-secre and y-secret, not the whole key",
        "%41%42 \\u0041 &amp; &#65; 100% \\ \\\\ %zz \0",
        "你好世界 \\u4f60\\u597d %E4%BD%A0 \ud800",
        "",
    ],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert Redactor([OWN, ODD, *MANY]).redact(text) == text


@pytest.mark.parametrize("word", ["test", "1234567", "assistant", "conversation_id", "application/json", "Messages"])
def test_a_short_key_or_a_word_of_the_api_is_not_searched_for(word: str) -> None:
    assert Redactor([word]).redact(f'{{"a": "{word}"}}') == f'{{"a": "{word}"}}'


@pytest.mark.parametrize("secret", [OWN, "user-key-000123", "k" * 400])
@pytest.mark.parametrize("kept", [5, 6, 8])
@pytest.mark.parametrize("half", ["{}", "{}%7", "{}\\u00", "{}&#1"])
def test_the_beginning_of_a_key_is_masked_at_a_cut(secret: str, kept: int, half: str) -> None:
    """The cut may go through an escape, too."""
    text = f"/v1/{half.format(secret[:3] + percent(secret[3:kept]))}"
    redactor = Redactor([*MANY, OWN, "k" * 400])
    assert (redactor.redact(text, cut=True)[:7], redactor.redact(text)) == ("/v1/...", text)


@pytest.mark.parametrize("cut", ["synap_", "synap_0a1b", "synap%5F0a1"])
def test_the_beginning_of_a_vendors_key_is_masked_at_a_cut(cut: str) -> None:
    assert Redactor().redact(f"/v1/{cut}", cut=True) == "/v1/..."


def test_the_ends_of_ordinary_texts_that_were_cut_stay() -> None:
    assert Redactor([OWN, *MANY]).redact("this is my s", cut=True) == "this is my s"


@pytest.mark.parametrize("key", [VENDORS, "k" * 80, "my-own-key-" * 7])
@pytest.mark.parametrize("before", ["", "x" * 10, "x" * 50])
def test_a_value_that_a_message_cuts_does_not_show_a_key(key: str, before: str) -> None:
    message = Redactor([key]).redact_message(f"conversation_id must be a UUID, not {quoting.quote(before + key)}")
    assert key[6:14] not in message


def test_a_mask_can_stand_in_json_and_html() -> None:
    assert mask('0123456789abcdef"<\\&') == "..."


def test_work_does_not_grow_with_the_number_of_keys() -> None:
    """Calls of functions are counted, not time."""
    text = json.dumps({"messages": [{"content": f"ordinary text {number}"} for number in range(1000)]})
    few, many = Redactor(MANY[:20]), Redactor(MANY)
    assert calls(lambda: few.redact(text)) == calls(lambda: many.redact(text)) < 200


def test_nested_escapes_do_not_multiply_the_work() -> None:
    redactor = Redactor(MANY)
    counts = {calls(lambda text=text: redactor.redact(text)) for text in ("%" + "25" * 100, "%" + "25" * 30_000)}  # type: ignore[misc] # a default
    assert max(counts) < 300


def calls(function: Callable[[], object]) -> int:
    """How many functions, in C too, a call of this one calls."""
    count = 0

    def note(_: object, event: str, __: Any) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(before)
    return count
