"""The bodies that are sent: how one is written, those that are not a batch, and those that are a batch all the same."""

from __future__ import annotations

import sys
from typing import Any, Final

CONVERSATION: Final = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"


def entry(content: str = '"x"', metadata: str = "null", more: str = "") -> str:
    """The JSON text of an entry, of which some is given as JSON text."""
    return f'{{"conversation_id":"{CONVERSATION}","role":"user","content":{content},"metadata":{metadata}{more}}}'


def batch(content: str = '"x"', metadata: str = "null", more: str = "") -> str:
    """The JSON text of a batch of one."""
    return f'{{"messages":[{entry(content, metadata, more)}]}}'


def raw(text: str, encoding: str = "utf-8") -> bytes:
    return text.encode(encoding, "surrogatepass")


VALID: Final = raw(batch())
DEEP: Final = 100_000
NO_BATCH: Final[dict[str, bytes]] = {
    "nothing": b"",
    "white space": b" \r\n\t",
    "a NUL": b"\0",
    "every byte": bytes(range(256)),
    "truncated in a key": VALID[:8],
    "truncated in a string": VALID[:40],
    "truncated before its end": VALID[:-1],
    "truncated in an escape": raw(batch('"\\ud8'))[:-4],
    "followed by another": VALID * 2,
    "followed by a NUL": VALID + b"\0",
    "NaN": raw(batch(metadata='{"a":NaN}')),
    "Infinity": raw(batch(metadata='{"a":Infinity}')),
    "-Infinity": raw(batch(metadata='{"a":-Infinity}')),
    "1e400": raw(batch(metadata='{"a":1e400}')),
    "-1e400": raw(batch(metadata='{"a":-1e400}')),
    "400 digits and a fraction": raw(batch(metadata=f'{{"a":{"9" * 400}.0}}')),
    "1e400 in a key that nobody reads": raw(batch(more=',"a":1e400')),
    "NaN as content": raw(batch("NaN")),
    "an integer of 5,000 digits": raw(batch(metadata=f'{{"a":{"7" * 5000}}}')),
    "an integer of 5,000 digits, negative": raw(batch(metadata=f'{{"a":-{"7" * 5000}}}')),
    "an integer of 5,000 digits in a key that nobody reads": raw(batch(more=f',"a":{"7" * 5000}')),
    "an integer of 5,000 digits alone": b"7" * 5000,
    "an integer as content": raw(batch("7" * 4000)),
    "nesting of 100,000": b"[" * DEEP + b"]" * DEEP,
    "nesting of 100,000, never closed": b"[" * DEEP,
    "nesting of 100,000 objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "nesting of 100,000 as messages": b'{"messages":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "nesting of 100,000 in metadata": raw(batch(metadata='{"a":' * DEEP + "1" + "}" * DEEP)),
    "nesting of 100,000 in a key that nobody reads": raw(batch(more=f',"a":{"[" * DEEP}{"]" * DEEP}')),
    "nesting of 900 as an entry": b'{"messages":' + b"[" * 900 + b"]" * 900 + b"}",
    "nesting of 900 as a role": raw(batch().replace('"user"', "[" * 900 + "]" * 900)),
    "nesting of 900 as metadata": raw(batch(metadata="[" * 900 + "]" * 900)),
    "300,000 empty entries": b'{"messages":[' + b"{}," * 300_000 + b"{}]}",
    "300,000 commas": b'{"messages":[' + b"," * 300_000 + b"]}",
    "latin-1": raw(batch('"é"'), "latin-1"),
    "UTF-8 cut in a character": raw(batch('"é"')).replace(b"\xc3\xa9", b"\xc3"),
    "UTF-8 overlong": raw(batch('"/"')).replace(b"/", b"\xc0\xaf"),
    "UTF-8 beyond Unicode": raw(batch('"/"')).replace(b"/", b"\xf4\x90\x80\x80"),
    "two BOMs": b"\xef\xbb\xbf" * 2 + VALID,
    "a BOM alone": b"\xef\xbb\xbf",
    "UTF-16, an odd byte": raw(batch(), "utf-16") + b"\0",
    "UTF-32 beyond Unicode": b"\xff\xfe\0\0" + b"\xff\xff\xff\x7f",
    "UTF-7": raw(batch('"é"'), "utf-7")[:20],
    "gzip": bytes.fromhex("1f8b0800000000000003abae050043bfa6a302000000"),
    "a form": b"messages=x&role=user",
    "multipart": b'--x\r\nContent-Disposition: form-data; name="messages"\r\n\r\n[]\r\n--x--\r\n',
    "XML": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///">]><a>&b;</a>',
    "a control character in a string": raw(batch('"\n"')),
    "half an escape": raw(batch('"\\u12"')),
    "an escape that is none": raw(batch('"\\x41"')),
    "single quotes": raw(batch().replace('"', "'")),
    "a comment": raw(batch() + "// done"),
    "a trailing comma": raw(batch().replace("}]", "},]")),
    "a number with a plus": raw(batch(metadata='{"a":+1}')),
    "a number with zeros": raw(batch(metadata='{"a":01}')),
    "a number in other digits": raw(batch(metadata='{"a":²}')),
    "null": b"null",
    "true": b"true",
    "a string": b'"messages"',
    "a list": b"[]",
    "messages as an object": b'{"messages":{}}',
    "messages as null": b'{"messages":null}',
    "an entry of each kind but the right one": b'{"messages":[null,1,1.5,true,"a",[],[{}]]}',
    "the good messages first, then others of that key": VALID[:-1] + b',"messages":1}',
    "a role in other letters": raw(batch().replace('"user"', '"us\\u0435r"')),
    "a lone surrogate as a role": raw(batch().replace('"user"', '"\\ud800"')),
}

ACCEPTED: Final[dict[str, tuple[bytes, str, dict[str, Any] | None]]] = {
    "a BOM": (b"\xef\xbb\xbf" + VALID, "x", None),
    "UTF-16 with a BOM": (raw(batch('"é𝄞"'), "utf-16"), "é𝄞", None),
    "UTF-16, little end": (raw(batch('"é𝄞"'), "utf-16-le"), "é𝄞", None),
    "UTF-16, big end": (raw(batch('"é𝄞"'), "utf-16-be"), "é𝄞", None),
    "UTF-32 with a BOM": (raw(batch('"é𝄞"'), "utf-32"), "é𝄞", None),
    "UTF-32, big end": (raw(batch('"é𝄞"'), "utf-32-be"), "é𝄞", None),
    "a lone surrogate, escaped": (raw(batch('"a\\ud800b"')), "a\ud800b", None),
    "a lone surrogate, as UTF-8 would have it": (raw(batch('"a\ud800b"')), "a\ud800b", None),
    "a lone surrogate in UTF-16": (raw(batch('"a\udfffb"'), "utf-16-le"), "a\udfffb", None),
    "a pair of surrogates the wrong way round": (raw(batch('"\\udc00\\ud800"')), "\udc00\ud800", None),
    "lone surrogates in metadata": (
        raw(batch(metadata='{"\\udfff":["\\ud800",{"\ud800":"\udfff"}]}')),
        "x",
        {"\udfff": ["\ud800", {"\ud800": "\udfff"}]},
    ),
    "duplicate keys, the last counts": (
        raw(batch('"first","content":"last"', '{"a":1,"b":2,"a":3}')),
        "last",
        {"a": 3, "b": 2},
    ),
    "duplicate messages, the last count": (raw('{"messages":1,' + batch()[1:]), "x", None),
    "an integer of 4,000 digits": (raw(batch(metadata=f'{{"a":{"7" * 4000}}}')), "x", {"a": int("7" * 4000)}),
    "an integer of 4,300 digits": (raw(batch(metadata=f'{{"a":-{"7" * 4300}}}')), "x", {"a": -int("7" * 4300)}),
    "the largest double": (raw(batch(metadata='{"a":1.7976931348623157e308}')), "x", {"a": sys.float_info.max}),
    "the smallest double": (raw(batch(metadata='{"a":5e-324}')), "x", {"a": 5e-324}),
    "a number too small for a double": (raw(batch(metadata='{"a":1e-400}')), "x", {"a": 0.0}),
    "zeros": (raw(batch(metadata='{"a":[0,-0,0.0,-0.0,0e9]}')), "x", {"a": [0, 0, 0.0, -0.0, 0.0]}),
    "one, 1.0 and true": (raw(batch(metadata='{"a":[1,1.0,true,"1"]}')), "x", {"a": [1, 1.0, True, "1"]}),
    "odd keys": (raw(batch(metadata='{"":{"__proto__":0},"a.b":[null]}')), "x", {"": {"__proto__": 0}, "a.b": [None]}),
    "NUL and other control characters": (raw(batch('"\\u0000\\u001f\x7f\\u0085"')), "\0\x1f\x7f\x85", None),
    "no characters": (raw(batch('"\\uffff\\ufdd0\\ufeff"')), "\uffff\ufdd0\ufeff", None),
    "markup": (raw(batch('"</script><!--\\u2028"')), "</script><!--\u2028", None),
    "white space all round": (b" \r\n\t" + VALID + b" \r\n\t", "x", None),
    "a thousand keys that nobody reads": (raw(batch(more="".join(f',"k{n}":[]' for n in range(1000)))), "x", None),
}
