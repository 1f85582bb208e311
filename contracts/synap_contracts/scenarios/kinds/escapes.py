"""Texts that a second round of unescaping changes, in the syntaxes that clients decode."""

from __future__ import annotations

import json
import string
import unicodedata
from base64 import b64encode
from html.entities import html5, name2codepoint
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from synap_contracts.scenarios.kinds.kind import Kind, around, one_of, some_of, spread, word

if TYPE_CHECKING:
    from random import Random

    from synap_contracts.scenarios.kinds.kind import Draw

_CHARACTERS: Final = "Aaz09 \n\t\"'\\/<>&%+é—ñüß你Я"
_ENTITIES: Final = tuple(name for name in html5 if name.endswith(";"))
_UNTERMINATED: Final = tuple(name for name in html5 if not name.endswith(";"))
_COMMON_ENTITIES: Final = tuple(f"&{name};" for name in name2codepoint)
_ESCAPED: Final = string.ascii_letters + string.digits + string.punctuation


def _code(*formats: str, characters: str = _CHARACTERS) -> tuple[Draw, ...]:
    """Return forms that have the code point of a character in a format."""
    return tuple(_formatted(each, characters) for each in formats)


def _formatted(format_: str, characters: str) -> Draw:
    return lambda random: format_.format(ord(random.choice(characters)))


def _pair(random: Random) -> str:
    """Draw an emoji as JSON escapes it."""
    return json.dumps(random.choice("😀👍🎉🚀"))[1:-1]


def _named(random: Random) -> str:
    return f"\\N{{{unicodedata.name(random.choice('éA—你½'))}}}"


def _percent(random: Random) -> str:
    text = quote(random.choice(_CHARACTERS) + word(random), safe="")
    encoded = text if "%" in text else f"%{ord(text[0]):02X}{text[1:]}"
    return random.choice((encoded, encoded.lower(), encoded.replace("%", "%25")))


def _quoted_printable(random: Random) -> str:
    return random.choice((*(f"={ord(each):02X}" for each in "A= é"), "=C3=A9", f"{word(random)}=\n{word(random)}"))


def _base64(random: Random) -> str:
    return b64encode(f"{word(random)} {word(random)}".encode()).decode()


def _mojibake(random: Random) -> str:
    text = random.choice(("é", "ü", "ñ", "’", "“", "—", "…", "€", "ß", " "))
    return text.encode().decode(random.choice(("cp1252", "latin-1")), errors="replace").replace("\ufffd", "Ã")


def _json(random: Random) -> str:
    values = ({"a": 1, "b": [True, None]}, [1.0, 2], "a", "é\n", 1e5, {"é": "\\"})
    spaces = random.choice(((", ", ": "), (",", ":"), (" , ", " : ")))
    text = json.dumps(random.choice(values), separators=spaces, ensure_ascii=random.random() < 0.5)  # noqa: PLR2004 - half
    return json.dumps(text) if random.random() < 0.3 else text  # noqa: PLR2004 - some


# fmt: off
ESCAPES: Final = (
    Kind("doubled backslashes", one_of("\\\\", "\\\\n", "\\\\\\\\", "C:\\\\a\\\\b", '\\\\"', "\\\\u0041")),
    Kind("backslash escapes", some_of(lambda random: "\\" + random.choice(_ESCAPED), 10)),
    Kind("escaped line ends", one_of("\\n", "\\r\\n", "\\t", "\\r", "\\b", "\\f", "\\0", "\\\n")),
    Kind("escaped quotes", one_of('\\"', "\\'", "\\/", "\\`", '\\"a\\"', "''", '""', "it''s", '"a""b"')),
    Kind("Unicode escapes", (*_code("\\u{:04x}", "\\u{:04X}"), _pair, *one_of("\\u0041", "\\ud83d\\ude00", "\\u00E9"))),
    Kind("hexadecimal escapes", _code("\\x{:02x}", "\\x{:02X}", "%u{:04X}", characters="Aaz09é\n")),
    Kind("long escapes", (*_code("\\U{:08x}", "\\u{{{:x}}}", "\\x{{{:x}}}", "U+{:04X}"), _named)),
    Kind("escapes of other languages", one_of("\\0041 ", "\\41 a", "\\000041", "_x0041_", "_x000D_", "\\cA", "\\o{101}",
        "\\u233?", "&H41", "$/", "§a", "begin 644 a\n#86)C\n`\nend", "\n.B a", "++a++", "a\x08ab\x08b", "\\d+\\s\\w",
        "a~b", "%0041", "{\\rtf1 \\b a\\par }", "\\'e9", "\\033[1m", "`n", '`"', "^^", "^&", "\\.", "E<gt>",
        "\\fBa\\fR", "\\2a", "\\5c", "b'a'", "u'a'", '@"a"', "a\\:b\\=c", "\\;", "\\,", "\\|", "\\ a", "\\%", "\\_",
        "&#x41 ", "<U+0041>", "~0 ~1", "!21")),
    Kind("trigraphs and digraphs", one_of("??=", "??/", "??'", "??(a??)", "??!", "??<a??>", "??-", "<%a%>", "<:0:>",
        "%:", "what??!", "<a>a</a>??/\n")),
    Kind("octal escapes", _code("\\{:03o}", characters="Aaz09\n\t")),
    Kind("common entities", one_of("&amp;", "&lt;b&gt;", "&quot;", "&apos;", "&nbsp;", "&#39;", "&amp;lt;",
        "&amp;amp;", "&Tab;", "&NewLine;", "&lbrace;", "&lpar;", "&sol;", "&num;", "&#x2F;", "&#10;", "&#160;")),
    Kind("named entities", (*some_of(lambda random: f"&{random.choice(_ENTITIES)}"), *spread(*_COMMON_ENTITIES))),
    Kind("numeric entities", _code("&#{:d};", "&#x{:x};", "&#X{:X};", "&#0{:d};")),
    Kind("entities without a semicolon", (*spread(*(f"&{name}" for name in _UNTERMINATED)), *one_of("&#65 ",
        "&#x41 "))),
    Kind("percent encoding", (*some_of(_percent), *one_of("%C3%A9", "%e4%bd%a0", "%F0%9F%98%80", "%E9", "%00", "%0a",
        "%0D%0A", "%3D", "%26", "%3d", "%2B", "%25", "%22", "%3C", "%5B%5D", "%7B", "%40"))),
    Kind("form encoding", around("¤+¤", "a=¤&b=¤", "¤%20¤", "¤+%2B+¤")),
    Kind("quoted-printable", (*some_of(_quoted_printable), *one_of("=3D", "=20", "=41", "=C3=A9", "a=\r\nb"))),
    Kind("encoded mail headers", one_of("=?utf-8?q?=C3=A9?=", "=?UTF-8?B?w6k=?=", "=?iso-8859-1?Q?a_b?=")),
    Kind("lines of mail", one_of("\n.\na", "\n..a", "\nFrom a", "\n>From a", "\n-- \na", "\n> > a", "\n>a",
        "\nOn 1 May, a wrote:", "\nRe: a", "\n--a--", "a: b\n c: d")),
    Kind("Punycode and UTF-7", one_of("xn--mnchen-3ya.example", "xn--e1afmkfd", "+AOk-", "a+-b", "&AOk-",
        "+ADw-a+AD4-")),
    Kind("data URIs", one_of("data:text/plain;base64,YQ==", "data:image/png;base64,iVBORw0KGgo=", "data:,a%20b")),
    Kind("messages of chats", one_of("<@U123>", "<#C1|a>", "<!here>", "<https://a.example|a>", "<https://a.example>",
        "||a||", "@@a", "@everyone", "<t:1>", "<a:b:1>", ":+1::skin-tone-2:", "\\@a", "/me a", ">>> a",
        "<mailto:a@a.example|a>")),
    Kind("base64", some_of(_base64), apart=True),
    Kind("mojibake", some_of(_mojibake)),
    Kind("JSON", some_of(_json), apart=True),
    Kind("YAML", around("- ¤\n- ¤", "a: ¤\nb: '¤''s'", "!!str ¤", "&a ¤ *a", "|\n  ¤\n  ¤", "---\n¤", "~", "'¤'",
        '"¤"')),
    Kind("scalars of YAML", one_of("yes", "No", "on", "0o17", "1:30", ".5", "1_000", "=", "<<", "2001-01-01"),
        apart=True),
    Kind("shell variables", one_of("$HOME", "${HOME}", "$USER", "${PATH:-a}", "%USERNAME%", "$$", "$?", "$(echo a)",
        "`id`")),
    Kind("shell words", around("~/¤", "~root", "!!", "{¤,¤}", "*.¤", "¤\\ ¤", "$'¤\\n'", "a && ¤ | b > c",
        "\"¤\" '¤'")),
    Kind("printf", one_of("%s", "%d", "%%", "%5.2f", "%(a)s", "%-10s|", "%n", "100%", "100 % sure", "%1$s", "%@")),
    Kind("braces of templates", around("{¤}", "{{¤}}", "{{ ¤ }}", "{{{¤}}}", "{0}", "{¤!r:>5}", "{{", "}}", "{}",
        "{{}}")),
    Kind("templates", around("${¤}", "$¤", "$$", "#{¤}", "<%= ¤ %>", "{% if ¤ %}a{% endif %}", "[[¤]]", "%¤%", ":¤",
        "{# ¤ #}")),
    Kind("references to groups", one_of("\\1", "\\g<0>", "$1", "$&", "$$", "\\0", "$`", "&", "\\&", "\\g<a>")),
    Kind("templates of frameworks", around("${{ ¤ }}", "{{.¤}}", "{{#if ¤}}a{{/if}}", "{{> ¤}}", "{{& ¤}}", "<%- ¤ %>",
        "<?= ¤ ?>", "{%- ¤ -%}", "@(¤)", "@Model.¤", "[[${¤}]]", "${¤:-a}", "${¤:a}", "$[¤]", "@¤@", "!¤!", "\\(¤)",
        "@{[¤]}", "{$¤}", "$!¤", "#set($¤)", "<#if ¤>", "#¤#", "«¤»", "<<¤>>", "{¤, plural, one{a}}", "%1", "%{¤}",
        "__¤__", "{0:N2}", "{:?}", "$(¤)", "$((1))", "{{'¤'}}", "{{/* ¤ */}}", "{{ ¤ | b }}", "@{¤}", "`${¤}`", "[(¤)]",
        "v-¤='a'", "%05d", "%Y-%m-%d", "{{¤()}}", "$¤.b", "<!--#echo ¤ -->", "~{¤}", "@@¤", "$¤$")),
    Kind("escapes of markup", one_of("\\*a\\*", "\\_", "\\#", "\\[a\\]", "\\textbf{a}", "a\\\\", "``a''", "\\$a\\$",
        "\\{")),
    Kind("comments", around("# ¤", "// ¤", "/* ¤ */", "-- ¤", "<!-- ¤ -->", "; ¤", "% ¤", "¤ # ¤", "¤ // ¤",
        '"""¤"""')),
    Kind("terminal escapes", one_of("\x1b[31m", "\x1b[0m", "\x1b]8;;a\x07", "\x1b[2K", "^[[31m", "\\e[1m", "^M",
        "\x9b1m", "\x1b[2J\x1b[H", "\x1b]0;a\x1b\\", "\x1b(B", "\x1bc", "\x1b[1A", "\x1b[38;5;1m", "[31m", "a\x08b",
        "\x1bPa\x1b\\", "\x1b[?25l", "␛[0m", "50%\r100%")),
)
# fmt: on
"""Escape syntaxes."""
