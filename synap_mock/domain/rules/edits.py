"""From what was sent to the smallest edit that would have been accepted, for the rules that have one."""

from __future__ import annotations

import json
import uuid
from typing import Final


class Gone:
    """The type of `GONE`."""

    def __repr__(self) -> str:
        return "GONE"


GONE: Final = Gone()
"""Instead of a value: the key, or the entry, is left out."""


def to_uuid(sent: object) -> str:
    """A UUID: the same one for the same id, so that messages of one conversation stay together."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, ascii(sent)))


def to_role(sent: object) -> str:
    """The role that was meant: other names of assistants are ``"assistant"``, anything else is ``"user"``."""
    text = str(sent).strip().lower()
    return "assistant" if text in {"assistant", "ai", "bot", "model", "agent"} else "user"


def to_text(sent: object) -> str:
    """The content as text; empty for null."""
    if sent is None:
        return ""
    return str(sent) if isinstance(sent, int | float) and not isinstance(sent, bool) else json.dumps(sent)


def to_id(sent: object) -> str | None:
    """An id as text where it was a number; otherwise null."""
    return str(sent) if isinstance(sent, int) and not isinstance(sent, bool) else None


def to_list(sent: object) -> list[object]:
    """A list of the one entry, where it was sent alone."""
    return [sent] if isinstance(sent, dict) and "role" in sent else []
