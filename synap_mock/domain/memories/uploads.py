"""The use case of uploading: a file or a text becomes one memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.memories.documents import MODES, TYPES, accept
from synap_mock.domain.memories.scopes import scope_of
from synap_mock.domain.rules.bodies import FIELD_OBJECT, FIELD_STRING, BodyField

if TYPE_CHECKING:
    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.memories.store import Document
    from synap_mock.domain.state import State

FIELDS: Final = (
    BodyField("user_id", FIELD_STRING, required=True, least=1),
    BodyField("customer_id", FIELD_STRING),
    BodyField("relationship_type", FIELD_STRING, choices=("b2b", "b2c"), default="b2c"),
    BodyField("mode", FIELD_STRING, choices=MODES, default=MODES[1]),
    BodyField("document_type", FIELD_STRING, choices=TYPES),
    BodyField("scope", FIELD_OBJECT),
    BodyField("metadata", FIELD_OBJECT),
)
"""What an upload has in addition to its file or text; source: SDK 0.6.9, ``memories.create_from_file``."""
JSON_FIELDS: Final = ("scope", "metadata")
"""Those that are sent as JSON in a string, since a form has no objects."""


def store_upload(state: State, instance: Instance, fields: dict[str, Any], text: str) -> Document:
    """Store what was uploaded.

    Args:
        state: the fake.
        instance: the instance that stores it.
        fields: the values of `FIELDS`.
        text: of the memory.

    Raises:
        Refused: its scope breaks a rule; nothing was stored.
    """
    scope = scope_of(state, instance, user_id=fields["user_id"], customer_id=fields["customer_id"])
    return accept(state, scope, text, "upload")


def text_of_file(name: str, content: bytes) -> str:
    """The text of a file, verbatim; of a file that is not UTF-8, its name and size: nothing is extracted."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return f"{name} ({len(content)} bytes)"
