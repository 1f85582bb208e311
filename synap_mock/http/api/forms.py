"""Reading a form: what the SDK uploads, and what browsers and common clients send. A small part of RFC 7578."""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote

MULTIPART: Final = "multipart/form-data"
URLENCODED: Final = "application/x-www-form-urlencoded"
_MOST_FIELDS: Final = 100
_BOUNDARY: Final = re.compile(rf'{MULTIPART}\s*;(?:.*;)?\s*boundary=(?:"([^"]+)"|([^\s";]+)).*', re.IGNORECASE)
_STRING: Final = r'"((?:[^"\\]|\\.)*)"'
_DISPOSITION: Final = re.compile(
    rf"^content-disposition:\s*form-data\s*;\s*name={_STRING}(?:\s*;\s*filename={_STRING})?",
    re.IGNORECASE | re.MULTILINE,
)
_NOT_UTF_8: Final = "a field is not UTF-8"


class File(NamedTuple):
    """A file in a form."""

    name: str
    content: bytes


Form = dict[str, str | File]


def read_form(content_type: str, body: bytes) -> Form:
    """The fields of a form; of a repeated one, the last.

    Args:
        content_type: the header.
        body: as it was sent.

    Raises:
        ValueError: it is not a form, or malformed, or has over 100 fields.
    """
    if content_type.partition(";")[0].strip().lower() == URLENCODED:
        return _urlencoded(body)
    boundary = _BOUNDARY.fullmatch(content_type)
    if boundary is None:
        raise ValueError(f"its Content-Type must be {MULTIPART} with a boundary, or {URLENCODED}")
    return _multipart(body, (boundary[1] or boundary[2]).encode("latin-1"))


def _urlencoded(body: bytes) -> Form:
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS, separator="&"
        )
    except UnicodeDecodeError:
        raise ValueError(_NOT_UTF_8) from None
    return dict(pairs)


def _multipart(body: bytes, boundary: bytes) -> Form:
    delimiter = b"\r\n--" + boundary
    parts = (b"\r\n" + body).split(delimiter, _MOST_FIELDS + 2)
    if len(parts) > _MOST_FIELDS + 2:
        raise ValueError(f"it has over {_MOST_FIELDS} fields")
    if len(parts) == 1 or not parts[-1].startswith(b"--"):
        raise ValueError("its last boundary is missing")
    form: Form = {}
    for part in parts[1:-1]:
        head, blank, content = part.partition(b"\r\n\r\n")
        try:
            found = _DISPOSITION.search(head.decode("utf-8").replace("\r\n", "\n"))
            if not blank or found is None:
                raise ValueError("a part has no Content-Disposition: form-data with a name")
            name, filename = found.groups()
            form[unquote(name)] = content.decode("utf-8") if filename is None else File(unquote(filename), content)
        except UnicodeDecodeError:
            raise ValueError(_NOT_UTF_8) from None
    return form
