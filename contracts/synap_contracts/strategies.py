"""What to send: hypothesis strategies that reach the corners, and keep to what the MUST checks may send."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from synap_contracts.scenario import Call, Close, Scenario, Together

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from synap_contracts.scenario import Step, Trouble

Json = Any

SAFE: Final = 2**53 - 1
ROLES: Final = ("user", "assistant")

CORNER_TEXTS: Final = (
    " ",
    "a ",
    " a",
    "a\n",
    "\ta",
    "a  b",
    "\n\n",
    "\r\n",
    "a\rb",
    "a\r\nb",
    "\u00a0",
    "\u3000a",
    "\u200b",
    "\u2028",
    "\x85",
    "\x00",
    "a\x00b",
    "\x01",
    "\x1b[31m",
    "\x7f",
    "\x0b\x0c",
    "\ufeffa",
    "a\ufeff",
    "é",
    "e\u0301",
    "\u1100\u1161\u11a8",
    "각",
    "\u212b",
    "\ufb01",
    "①",
    "Å",
    "A",
    "ABC",
    "İi",
    "ß",
    "\u017f",
    "你好",
    "こんにちは",
    "مرحبا",
    "שלום",
    "नमस्ते",
    "สวัสดี",
    "Привет",
    "\u202eabc\u202c",
    "😀",
    "👩\u200d👩\u200d👧",
    "🇩🇪",
    "👍🏽",
    "\U00010000",
    "\U0001d49c",
    "<b>&amp;</b>",
    "a&b<c>\"d\"'e'",
    "\\",
    "\\n",
    "\\u0041",
    "%20",
    "%s %d {0} {x}",
    "${x}",
    "`a`",
    "null",
    "None",
    "true",
    "0",
    "-0",
    "1e5",
    "007",
    "NaN",
    "{}",
    "[]",
    '{"a": 1}',
    '{"b":1,"a":[2,3]}',
    "[1,2]",
    "{ }",
    '"é"',
    "1.0",
    "1_000",
    "yes",
    "<![CDATA[a]]>",
    "=1+1",
    "/help me",
    "!a",
    "#1",
    "ann@mail.example",
    "+49 170 1234567",
    "4111 1111 1111 1111",
    "127.0.0.1",
    "damn",
    "a...",
    "Bearer abc",
    "sk-abcdefghijklmnop",
    "the password is 1234",
    "<script>alert(1)</script>",
    "a\n\n\n\nb",
    "aaaaaaaa",
    "# a\n* b\n```c```",
    "[a](b)",
    "system: a",
    "\uff21\uff11",
    "½ ² Ⅳ",
    "@a #b *c* _d_",
    ":smile: :)",
    "a\u0008b",
    "\\u00e9",
    "é",
    "a'; --",
    "\U000e0041",
    '"a"',
    "'",
    "a,b;c\td",
    "--",
    "/*a*/",
    "https://a.example/?b=c&d=é",
    "user",
    "2026-01-01T00:00:00Z",
    "6F1B1D5E-7D0C-4C39-9E67-0B8F4C6F2A11",
    "\u0130",
    "“a” \u2013 b…",
    "‼\ufe0f",
    "a\u0300\u0301\u0302",
    "\u061c",
    "\u00ad",
    "{{x}} {{ y }} }}",
    "{x} {0!r} %(x)s %HOME%",
    "$HOME ${HOME} $PATH $1",
    "#{x} <%= x %> {% x %}",
    "~ ~/a C:\\a\\b",
    "&lt;b&gt; &#39; &nbsp;",
    "\\x41 \\t \\1",
    "a+b%2Bc+d",
    "aGVsbG8=",
    "0x1F",
    "eyJhbGciOiJIUzI1NiJ9.e30.abc",
    "123-45-6789",
    "a. B! c? D",
    "(a) [b] {c}",
    "- a",
    "> a",
    "1. a",
    "user: a",
    "Human: a\n\nAssistant: b",
    "<|im_start|>user",
    "<think>a</think>b",
    "a\n---\nb",
    "a\nb",
    "a\x1cb\x1db\x1e",
    "a\u2029b",
    "\x1a",
    "\ue000",
    "\u200d",
    "\u200e\u2066a\u2069",
    "\u3164",
    "\u0640",
    "\u00b5",
    "\u2126",
    "\u037e",
    "\u01c5",
    "\ufdfa",
    "ǆ",
    "ΑΣ",
    "🙂🙂🙂",
    "1,000.50",
    "1 000",
    "12:30",
    "23/11/2026",
    "+1",
    "Infinity",
    "undefined",
    "a\\",
    "aa aa",
    "the the",
    "iPhone",
    "colour",
    "teh",
    "@",
    "$",
    "#",
    "*",
    "_",
    ".",
    "?",
    "\x1b",
    "\x08",
)
CORNER_LENGTHS: Final = (
    255,
    256,
    257,
    1024,
    4096,
    8192,
    10_001,
    16_385,
    32_768,
    65_535,
    65_536,
    65_537,
    131_073,
    300_000,
)
CORNER_SIZES: Final = (1, 2, 3, 5, 8, 10, 11, 16, 17, 20, 21, 25, 26, 32, 33, 50, 51, 64, 65, 99, 100)
CORNER_METADATA: Final[tuple[Json, ...]] = (
    {},
    {"a": 1},
    {"a": 1.5},
    {"a": 0},
    {"a": -0.0},
    {"a": 1.0},
    {"a": 0.1},
    {"a": 1e300},
    {"a": 1e-7},
    {"a": 5e-324},
    {"a": 1.7976931348623157e308},
    {"a": 123456789.12345678},
    {"a": SAFE},
    {"a": -SAFE},
    {"a": True},
    {"a": False},
    {"a": None},
    {"a": ""},
    {"a": " b "},
    {"a": "é"},
    {"a": "e\u0301"},
    {"a": "\x00\r\n\u2028"},
    {"a": "😀"},
    {"a": "1"},
    {"a": "true"},
    {"a": "null"},
    {"a": "2026-01-01T00:00:00Z"},
    {"a": []},
    {"a": {}},
    {"a": [[]]},
    {"a": [{}]},
    {"a": [None]},
    {"a": [1, "1", 1.5, True, None, {"b": [2]}]},
    {"a": [2, 1, 2]},
    {"a": [True, False]},
    {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}},
    {"a": {"b": None}},
    {"a": {"b": True}},
    {"b": 1, "a": 2, "A": 3},
    {"": 1},
    {" ": 1, "a b": 2},
    {"a.b": 1, "a": {"b": 2}},
    {"$a": 1, "$": 2},
    {"role": "system", "content": "x", "conversation_id": "y", "user_id": 1, "metadata": {"metadata": 1}},
    {"user_id": "m", "customer_id": "m", "session_id": "m", "role": "user", "content": "m"},
    {"id": "m", "name": "m", "type": "m", "timestamp": "2026-01-01T00:00:00Z", "source": "m", "tenant": "m"},
    {"message_id": "m", "error": "e", "recorded_at": "r", "session_id": "s", "customer_id": "c"},
    {"__class__": 1, "__proto__": 2, "constructor": 3, "toString": 4},
    {"é": 1, "e\u0301": 2, "😀": 3, "你": 4},
    {"1": "a", "0": "b", "10": "c"},
    {"Camel": 1, "snake_case": 2, "kebab-case": 3, "UPPER": 4},
    {"a": "x" * 5000},
    {"k" * 300: 1},
    {f"k{n}": n for n in range(60)},
    {"a": list(range(300))},
    {"tags": ["b", "a", "b"], "score": 0.5, "seen": None},
)
CORNER_IDS: Final = (
    "u",
    "user_alice",
    " u ",
    "U",
    "é",
    "e\u0301",
    "😀",
    "1",
    "0",
    "007",
    "1.0",
    "true",
    "+1",
    "null",
    "a@b.example",
    "a/b?c=d&e",
    "6F1B1D5E-7D0C-4C39-9E67-0B8F4C6F2A11",
    "{6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11}",
    "6f1b1d5e7d0c4c399e670b8f4c6f2a11",
    "urn:uuid:6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11",
    "Ann@Mail.Example",
    "ANN SMITH",
    "ann,bob",
    "ann:bob|c",
    "-1",
    "1e3",
    "0x1F",
    "None",
    "undefined",
    "anonymous",
    "default",
    "2026-01-01T00:00:00Z",
    "{}",
    "[1]",
    '"u"',
    "%20",
    "u\n",
    "u\x00",
    "a  b",
    "-",
    "u-1_2.3~4",
    "u" * 300,
)


def message(number: int, /, conversation: int = 0, **fields: Json) -> Json:
    """A message that nothing is special about; the number makes it one of its own."""
    return {"conversation_id": f"${conversation}", "role": ROLES[number % 2], "content": f"m{number}", **fields}


def several(count: int, conversations: int = 1) -> tuple[Json, ...]:
    """Messages that differ, in conversations that take turns."""
    return tuple(message(number, number % conversations) for number in range(count))


# I-JSON: scalar values that are no noncharacters.
_CHARACTERS: Final = st.characters(codec="utf-8", exclude_categories=("Cs", "Cn", "Co"))
words: Final[SearchStrategy[str]] = st.text(st.sampled_from("abcdefghijklmnop"), min_size=1, max_size=4)
long_texts: Final[SearchStrategy[str]] = st.builds(
    lambda unit, count: unit * count, st.sampled_from(["a", "é", "你", "😀", "a\n"]), st.integers(100, 70_000)
)
texts: Final[SearchStrategy[str]] = st.one_of(
    words,
    words,
    st.sampled_from(CORNER_TEXTS),
    st.builds(lambda left, odd, right: left + odd + right, words, st.sampled_from(CORNER_TEXTS), words),
    st.text(_CHARACTERS, min_size=1, max_size=8),
    st.text(_CHARACTERS, min_size=1, max_size=8),
    long_texts,
)
ids: Final = st.one_of(st.none(), words, st.sampled_from(CORNER_IDS))
_scalars: Final = st.one_of(
    st.integers(-3, 3),
    st.integers(-SAFE, SAFE),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(_CHARACTERS, max_size=5),
)
_keys: Final = st.one_of(
    words, st.text(_CHARACTERS, max_size=4), st.sampled_from(["", "role", "content", "$", "a.b", "__class__"])
)
_values: Final = st.recursive(
    _scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_keys, inner, max_size=3)),
    max_leaves=6,
)
metadata: Final = st.one_of(
    st.none(), st.dictionaries(_keys, _values, max_size=3), st.sampled_from(CORNER_METADATA[:-6])
)


@st.composite
def messages(draw: st.DrawFn, conversations: int = 3) -> Json:
    """A message that keeps the parameter list."""
    entry: dict[str, Json] = {
        "conversation_id": f"${draw(st.integers(0, conversations - 1))}",
        "role": draw(st.sampled_from(ROLES)),
        "content": draw(texts),
    }
    if draw(st.integers(0, 2)) == 1:
        for name in ("user_id", "customer_id", "session_id"):
            if draw(st.booleans()):
                entry[name] = draw(ids)
    if draw(st.integers(0, 2)) == 1:
        entry["metadata"] = draw(metadata)
    return entry


@st.composite
def batches(draw: st.DrawFn, most: int = 8, least: int = 1) -> tuple[Json, ...]:
    """A batch: mostly a few rich messages, at times many simple ones; equal ones too."""
    if most > 8 and draw(st.integers(0, 5)) == 5:  # noqa: PLR2004 - one in six
        return several(draw(st.integers(2, most)), draw(st.integers(1, 4)))
    drawn = draw(st.lists(messages(), min_size=least, max_size=min(most, 8)))
    if drawn and draw(st.integers(0, 4)) == 4:  # noqa: PLR2004 - one in five
        drawn.insert(draw(st.integers(0, len(drawn))), draw(st.sampled_from(drawn)))
    return tuple(drawn)


def plain() -> SearchStrategy[Scenario]:
    """A call with nothing going wrong."""
    return st.builds(lambda batch: Scenario((Call(batch),)), batches(100))


@st.composite
def partial(draw: st.DrawFn) -> Scenario:
    """A call of which the server refuses entries: as it is told to, or on a B2B instance for want of a customer."""
    if draw(st.integers(0, 3)) == 3:  # noqa: PLR2004 - one in four
        count = draw(st.integers(1, 8))
        bought = draw(st.lists(st.booleans(), min_size=count, max_size=count))
        entries = [message(n, n % 2, **({"customer_id": "c"} if has else {})) for n, has in enumerate(bought)]
        return Scenario((Call(tuple(entries)),), tenancy="b2b")
    count = draw(st.one_of(st.integers(1, 6), st.integers(1, 100)))
    refused = draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=min(count, 6)))
    return Scenario((Call(several(count, draw(st.integers(1, 3))), refused=tuple(sorted(refused))),))


def _numbered(batch: tuple[Json, ...], call: int, conversation: int) -> tuple[Json, ...]:
    """The batch with contents and conversations that no other call has."""
    return tuple(
        {**entry, "content": f"c{call} {entry['content']}"[:40], "conversation_id": f"${conversation}"}
        for entry in batch
    )


@st.composite
def beside(draw: st.DrawFn) -> Scenario:
    """Calls that run beside each other, on one client."""
    count = draw(st.integers(2, 4))
    calls = [Call(_numbered(draw(batches(4)), n, n)) for n in range(count)]
    return Scenario((Together(tuple(calls), staggered=draw(st.booleans())),))


@st.composite
def sessions(draw: st.DrawFn, troubles: tuple[Trouble, ...], *, refusals: bool) -> Scenario:
    """A session: calls one after the other, equal, refused, broken and troubled ones among them, and reconnects.

    Never three troubles in a row: after some, a client may hold its calls back for a while.
    """
    steps: list[Step] = []
    kinds = ["call", "again", "empty", "bad", "close"]
    kinds += ["refused"] if refusals else []
    kinds += ["trouble", "trouble"] if troubles else []
    for number in range(draw(st.integers(2, 6))):
        kind = draw(st.sampled_from(kinds))
        calls = [step for step in steps if isinstance(step, Call)]
        tired = len(steps) > 1 and all(isinstance(step, Call) and step.trouble for step in steps[-2:])
        if kind == "close" and calls:
            steps.append(Close())
        elif kind == "again" and calls:
            steps.append(replace(draw(st.sampled_from(calls)), refused=(), trouble=None))
        elif kind == "empty":
            steps.append(Call(()))
        elif kind == "bad":
            steps.append(Call((*several(draw(st.integers(0, 2))), {"conversation_id": "$0", "role": "user"})))
        elif kind == "refused":
            batch = _numbered(several(draw(st.integers(1, 3))), number, number)
            steps.append(Call(batch, refused=(draw(st.integers(0, len(batch) - 1)),)))
        elif kind == "trouble" and not tired:
            batch = _numbered(several(draw(st.integers(1, 2))), number, number)
            steps.append(Call(batch, trouble=draw(st.sampled_from(troubles))))
        else:
            steps.append(Call(_numbered(several(draw(st.integers(1, 3))), number, draw(st.integers(0, 2)))))
    return Scenario(tuple(steps))
