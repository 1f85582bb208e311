"""Edge cases: values that clients, libraries and servers are known to change.

The formatter would write one value per line.
"""

from __future__ import annotations

from typing import Any, Final

Json = Any

SAFE: Final = 2**53 - 1

# fmt: off
TEXTS: Final = (
    " ", "a ", " a", "a\n", "\ta", "a  b", "\n\n", "\r\n", "a\rb", "a\r\nb", "\u00a0", "\u3000a", "\u200b", "\u2028",
    "\x85", "\x00", "a\x00b", "\x01", "\x1b[31m", "\x7f", "\x0b\x0c", "\ufeffa", "a\ufeff", "é", "e\u0301",
    "\u1100\u1161\u11a8", "각", "\u212b", "\ufb01", "①", "Å", "A", "ABC", "İi", "ß", "\u017f", "你好", "こんにちは",
    "مرحبا", "שלום", "नमस्ते", "สวัสดี", "Привет", "\u202eabc\u202c", "😀", "👩\u200d👩\u200d👧", "🇩🇪", "👍🏽",
    "\U00010000", "\U0001d49c", "<b>&amp;</b>", "a&b<c>\"d\"'e'", "\\", "\\n", "\\u0041", "%20",
    "%s %d {0} {x}", "${x}", "`a`",
    "null", "None", "true", "0", "-0", "1e5", "007", "NaN", "{}", "[]", '{"a": 1}', '{"b":1,"a":[2,3]}', "[1,2]",
    "{ }", '"é"', "1.0", "1_000", "yes", "<![CDATA[a]]>", "=1+1", "/help me", "!a", "#1", "ann@mail.example",
    "+49 170 1234567", "4111 1111 1111 1111", "127.0.0.1", "damn", "a...", "Bearer abc", "sk-abcdefghijklmnop",
    "the password is 1234", "<script>alert(1)</script>", "a\n\n\n\nb", "aaaaaaaa", "# a\n* b\n```c```", "[a](b)",
    "system: a", "\uff21\uff11", "½ ² Ⅳ", "@a #b *c* _d_", ":smile: :)", "a\u0008b", "\\u00e9", "é", "a'; --",
    "\U000e0041", '"a"', "'", "a,b;c\td", "--", "/*a*/", "https://a.example/?b=c&d=é", "user", "2026-01-01T00:00:00Z",
    "6F1B1D5E-7D0C-4C39-9E67-0B8F4C6F2A11", "\u0130", "“a” \u2013 b…", "‼\ufe0f", "a\u0300\u0301\u0302", "\u061c",
    "\u00ad", "{{x}} {{ y }} }}", "{x} {0!r} %(x)s %HOME%", "$HOME ${HOME} $PATH $1", "#{x} <%= x %> {% x %}",
    "~ ~/a C:\\a\\b", "&lt;b&gt; &#39; &nbsp;", "\\x41 \\t \\1", "a+b%2Bc+d", "aGVsbG8=", "0x1F",
    "eyJhbGciOiJIUzI1NiJ9.e30.abc", "123-45-6789", "a. B! c? D", "(a) [b] {c}", "- a", "> a", "1. a", "user: a",
    "Human: a\n\nAssistant: b", "<|im_start|>user", "<think>a</think>b", "a\n---\nb", "a\nb", "a\x1cb\x1db\x1e",
    "a\u2029b", "\x1a", "\ue000", "\u200d", "\u200e\u2066a\u2069", "\u3164", "\u0640", "\u00b5", "\u2126", "\u037e",
    "\u01c5", "\ufdfa", "ǆ", "ΑΣ", "🙂🙂🙂", "1,000.50", "1 000", "12:30", "23/11/2026", "+1", "Infinity", "undefined",
    "a\\", "aa aa", "the the", "iPhone", "colour", "teh", "@", "$", "#", "*", "_", ".", "?", "\x1b", "\x08",
)
LENGTHS: Final = (
    255, 256, 257, 1024, 4096, 8192, 10_001, 16_385, 32_768, 65_535, 65_536, 65_537, 131_073,
)
# fmt: on
SIZES: Final = (1, 2, 3, 5, 8, 10, 11, 16, 17, 20, 21, 25, 26, 32, 33, 50, 51, 64, 65, 99, 100)
# fmt: off
METADATA: Final[tuple[Json, ...]] = (
    {}, {"a": 1}, {"a": 1.5}, {"a": 0}, {"a": -0.0}, {"a": 1.0}, {"a": 0.1}, {"a": 1e300}, {"a": 1e-7}, {"a": 5e-324},
    {"a": 1.7976931348623157e308}, {"a": 123456789.12345678}, {"a": SAFE}, {"a": -SAFE}, {"a": True}, {"a": False},
    {"a": None}, {"a": ""}, {"a": " b "}, {"a": "é"}, {"a": "e\u0301"}, {"a": "\x00\r\n\u2028"}, {"a": "😀"},
    {"a": "1"}, {"a": "true"}, {"a": "null"}, {"a": "2026-01-01T00:00:00Z"}, {"a": []}, {"a": {}}, {"a": [[]]},
    {"a": [{}]}, {"a": [None]}, {"a": [1, "1", 1.5, True, None, {"b": [2]}]}, {"a": [2, 1, 2]}, {"a": [True, False]},
    {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}, {"a": {"b": None}}, {"a": {"b": True}}, {"b": 1, "a": 2, "A": 3},
    {"": 1}, {" ": 1, "a b": 2}, {"a.b": 1, "a": {"b": 2}}, {"$a": 1, "$": 2},
    {"role": "system", "content": "x", "conversation_id": "y", "user_id": 1, "metadata": {"metadata": 1}},
    {"user_id": "m", "customer_id": "m", "session_id": "m", "role": "user", "content": "m"},
    {"id": "m", "name": "m", "type": "m", "timestamp": "2026-01-01T00:00:00Z", "source": "m", "tenant": "m"},
    {"message_id": "m", "error": "e", "recorded_at": "r", "session_id": "s", "customer_id": "c"},
    {"_id": 1, "_a": 2, "@type": "b", "#": 3, ".a": 4}, {"$ref": "#/a", "$id": "a", "$oid": "b", "$date": 1},
    {"__type__": "a", "__dict__": {}, "py/object": "a", "@class": "b", "!a": 1}, {"0": 1}, {"1.5": 1, "-1": 2},
    {"__class__": 1, "__proto__": 2, "constructor": 3, "toString": 4}, {"é": 1, "e\u0301": 2, "😀": 3, "你": 4},
    {"1": "a", "0": "b", "10": "c"},
    {"camelCase": 1, "HTTPServer": 2, "with space": {"innerCamel": 3}, "snakeCase2_x": 4},
    {"Camel": 1, "snake_case": 2, "kebab-case": 3, "UPPER": 4}, {"a": "x" * 5000}, {"k" * 300: 1},
    {f"k{n}": n for n in range(60)}, {"a": list(range(300))}, {"tags": ["b", "a", "b"], "score": 0.5, "seen": None},
)
IDS: Final = (
    "u", "user_alice", " u ", "U", "é", "e\u0301", "😀", "1", "0", "007", "1.0", "true", "+1", "null", "a@b.example",
    "a/b?c=d&e", "6F1B1D5E-7D0C-4C39-9E67-0B8F4C6F2A11", "{6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11}",
    "6f1b1d5e7d0c4c399e670b8f4c6f2a11", "urn:uuid:6f1b1d5e-7d0c-4c39-9e67-0b8f4c6f2a11", "Ann@Mail.Example",
    "ANN SMITH", "ann,bob", "ann:bob|c", "-1", "1e3", "0x1F", "None", "undefined", "anonymous", "default",
    "2026-01-01T00:00:00Z", "{}", "[1]", '"u"', "%20", "u\n", "u\x00", "a  b", "-", "u-1_2.3~4", "u" * 300,
)
# fmt: on
