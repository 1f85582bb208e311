"""Rules about the fields of an entry: present, of the right type. Breaking one rejects the call."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.rules.edits import to_id, to_role, to_text, to_uuid
from synap_mock.domain.rules.rule import ABSENT, Absent, CellRule, Evidence, Field, Rule
from synap_mock.domain.rules.sources import PAGE
from synap_mock.domain.values.batch import ROLES

if TYPE_CHECKING:
    from collections.abc import Callable


def _missing(
    field: str,
    edit: Callable[[Any], Any],
    source: str = f"{PAGE}, Parameters (required) and Raises",
    *,
    of: str = "An entry",
) -> CellRule:
    return CellRule(
        id=f"{field.upper().replace('_', '-')}-MISSING",
        statement=f"{of} without the required key `{field}`.",
        that=Evidence.DOCUMENTED,
        how=Evidence.DOCUMENTED,
        source=source,
        allows=lambda kinds, _: Absent not in kinds,
        expected="given; it is required",
        edit=edit,
        schema_error=("missing", "Field required"),
    )


def _string(field: str, edit: Callable[[Any], Any], *, required: bool) -> CellRule:
    accepted = {str} if required else {str, NoneType}
    return CellRule(
        id=f"{field.upper().replace('_', '-')}-STRING",
        statement=f"An entry whose `{field}` is not a string"
        + (", null included." if required else " (null counts as absent)."),
        that=Evidence.DERIVED,
        how=Evidence.DERIVED,
        source=f"{PAGE}, Parameters (str)",
        allows=lambda kinds, _: kinds <= accepted,
        expected="a string" if required else "a string, null or absent",
        edit=edit,
        schema_error=("string_type", "Input should be a valid string"),
    )


ROLE_VALUE = CellRule(
    id="ROLE-VALUE",
    statement='An entry whose `role` is not exactly `"user"` or `"assistant"`.',
    that=Evidence.DOCUMENTED,
    how=Evidence.DOCUMENTED,
    source=f"{PAGE}, Parameters and Raises",
    allows=lambda _, column: ROLES.issuperset(column),
    expected='"user" or "assistant"',
    schema_error=("literal_error", "Input should be 'user' or 'assistant'"),
    edit=to_role,
)
METADATA_OBJECT = CellRule(
    id="METADATA-OBJECT",
    statement="An entry whose `metadata` is not an object (null counts as absent).",
    that=Evidence.DERIVED,
    how=Evidence.DERIVED,
    source=f"{PAGE}, Parameters (dict)",
    allows=lambda kinds, _: kinds <= {dict, NoneType},
    expected="an object, null or absent",
    schema_error=("dict_type", "Input should be a valid dictionary"),
    edit=lambda _: {},
)
USER_ID_MISSING = _missing("user_id", lambda _: "user-1", "record_message page, Parameters", of="*Record one*")
USER_ID_REQUIRED_STRING = CellRule(
    id="USER-ID-REQUIRED-STRING",
    statement="*Record one* whose `user_id` is not a string, null included.",
    that=Evidence.DERIVED,
    how=Evidence.DERIVED,
    source="record_message page, Parameters (str, required)",
    allows=lambda kinds, _: kinds <= {str},
    expected="a string",
    schema_error=("string_type", "Input should be a valid string"),
    edit=lambda sent: to_id(sent) or "user-1",
)


# In the order of Batch's columns. A field that Batch does not have is checked, and not recorded.
BATCH_FIELDS: Final = (
    Field(
        "conversation_id",
        (_missing("conversation_id", to_uuid), _string("conversation_id", to_uuid, required=True)),
        ABSENT,
    ),
    Field("role", (_missing("role", to_role), _string("role", to_role, required=True), ROLE_VALUE), ABSENT),
    Field("content", (_missing("content", lambda _: ""), _string("content", to_text, required=True)), ABSENT),
    Field("user_id", (_string("user_id", to_id, required=False),)),
    Field("customer_id", (_string("customer_id", to_id, required=False),)),
    Field("session_id", (_string("session_id", to_id, required=False),)),
    Field("metadata", (METADATA_OBJECT,)),
)
SINGLE_FIELDS: Final = tuple(
    Field("user_id", (USER_ID_MISSING, USER_ID_REQUIRED_STRING), ABSENT) if field.name == "user_id" else field
    for field in BATCH_FIELDS
)

RULES: Final[tuple[Rule, ...]] = tuple(
    dict.fromkeys(rule for field in (*BATCH_FIELDS, *SINGLE_FIELDS) for rule in field.rules)
)
