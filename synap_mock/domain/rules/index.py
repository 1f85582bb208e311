"""The rulebook: everything that the fake refuses, each rule a value with its evidence.

What a rule is stands in `rule`; here they are, about in the order in which a request meets them.
"""

from __future__ import annotations

from types import NoneType
from typing import Final

from synap_mock.domain.rules.rule import ABSENT, Absent, CellRule, EntryRule, Evidence, Field, Rule, Scope
from synap_mock.domain.values.batch import ROLES
from synap_mock.domain.values.ids import canonical_uuid
from synap_mock.domain.values.quoting import shown

PAGE: Final = "record_messages_batch page"
ERRORS_PAGE: Final = "errors page"
AUTH_PAGE: Final = "authentication page"
PROJECT: Final = "the project's choice; no public page says"

# --- the request, before its body is looked at ------------------------------------------------------------------

KEY_MISSING = Rule(
    id="KEY-MISSING",
    statement="A request without an `Authorization: Bearer KEY` header.",
    scope=Scope.REQUEST,
    that=Evidence.DOCUMENTED,
    how=Evidence.DOCUMENTED,
    source=f"{PAGE}, Raises; {ERRORS_PAGE}",
    code="UNAUTHORIZED",
    status=401,
)
KEY_UNKNOWN = Rule(
    id="KEY-UNKNOWN",
    statement="A request with a key that was never issued.",
    scope=Scope.REQUEST,
    that=Evidence.DOCUMENTED,
    how=Evidence.DOCUMENTED,
    source=f"{PAGE}, Raises; {ERRORS_PAGE}",
    code="UNAUTHORIZED",
    status=401,
)
KEY_REVOKED = Rule(
    id="KEY-REVOKED",
    statement="A request with a key that was revoked.",
    scope=Scope.REQUEST,
    that=Evidence.DOCUMENTED,
    how=Evidence.DOCUMENTED,
    source=f"{ERRORS_PAGE}; {AUTH_PAGE}",
    code="CREDENTIAL_INVALID",
    status=401,
)
KEY_OF_OTHER_INSTANCE = Rule(
    id="KEY-OF-OTHER-INSTANCE",
    statement="A key that was issued with an explicit `instance_id`, used with another `X-Instance-ID`.",
    scope=Scope.REQUEST,
    that=Evidence.ASSUMED,
    how=Evidence.ASSUMED,
    source=f"{PROJECT}; the code FORBIDDEN is on the {ERRORS_PAGE}",
    code="FORBIDDEN",
    status=403,
)
CALL_TOO_SOON = Rule(
    id="CALL-TOO-SOON",
    statement="More calls than the setting `rate_limit` allows a key.",
    scope=Scope.REQUEST,
    that=Evidence.DOCUMENTED,
    how=Evidence.DOCUMENTED,
    source=f"{ERRORS_PAGE}; the plans' numbers: api-reference/overview, one of three pages that give different ones",
    code="RATE_LIMITED",
    status=429,
)
ROUTE_NOT_MODELLED = Rule(
    id="ROUTE-NOT-MODELLED",
    statement="A path that the fake doesn't model, or another method on one that it does. No key is needed; "
    "the call is kept as unmodelled.",
    scope=Scope.REQUEST,
    that=Evidence.ASSUMED,
    how=Evidence.ASSUMED,
    source=PROJECT,
    code="NOT_MODELLED",
    status=404,
)

# --- the call: schema -------------------------------------------------------------------------------------------

BODY_TOO_LARGE = Rule(
    id="BODY-TOO-LARGE",
    statement="A body over the cap (`max_body`, 64 MiB by default).",
    scope=Scope.CALL,
    that=Evidence.ASSUMED,
    how=Evidence.ASSUMED,
    source=PROJECT,
    code="PAYLOAD_TOO_LARGE",
    status=413,
)
BODY_JSON = Rule(
    id="BODY-JSON",
    statement="A body that is no JSON: malformed, or with NaN, Infinity, a number beyond a double's range, an integer "
    "of over 4,300 digits or nesting beyond the parser's depth. (The Content-Type is not looked at.)",
    scope=Scope.CALL,
    that=Evidence.DERIVED,
    how=Evidence.ASSUMED,
    source=f"{PAGE}, Parameters; {PROJECT}",
    schema_error=("json_invalid", "JSON decode error"),
)
BODY_OBJECT = Rule(
    id="BODY-OBJECT",
    statement="A body that is not a JSON object.",
    scope=Scope.CALL,
    that=Evidence.DERIVED,
    how=Evidence.DERIVED,
    source=f"{PAGE}, Parameters",
    schema_error=("model_attributes_type", "Input should be a valid dictionary or object to extract fields from"),
)
MESSAGES_MISSING = Rule(
    id="MESSAGES-MISSING",
    statement="A batch without the required key `messages`.",
    scope=Scope.CALL,
    that=Evidence.DOCUMENTED,
    how=Evidence.DOCUMENTED,
    source=f"{PAGE}, Parameters (required) and Raises",
    schema_error=("missing", "Field required"),
)
MESSAGES_LIST = Rule(
    id="MESSAGES-LIST",
    statement="A batch whose `messages` is not a list.",
    scope=Scope.CALL,
    that=Evidence.DERIVED,
    how=Evidence.DERIVED,
    source=f"{PAGE}, Parameters (List[Dict])",
    schema_error=("list_type", "Input should be a valid list"),
)
BATCH_TOO_LONG = Rule(
    id="BATCH-TOO-LONG",
    statement="A batch of more messages than the setting `max_batch` allows (no limit by default: none is documented).",
    scope=Scope.CALL,
    that=Evidence.ASSUMED,
    how=Evidence.ASSUMED,
    source=PROJECT,
)
ENTRY_OBJECT = Rule(
    id="ENTRY-OBJECT",
    statement="A batch with an entry that is not an object.",
    scope=Scope.CALL,
    that=Evidence.DERIVED,
    how=Evidence.DERIVED,
    source=f"{PAGE}, Parameters (List[Dict])",
    schema_error=("model_attributes_type", "Input should be a valid dictionary or object to extract fields from"),
)


def _missing(
    field: str, source: str = f"{PAGE}, Parameters (required) and Raises", *, of: str = "An entry"
) -> CellRule:
    return CellRule(
        id=f"{field.upper().replace('_', '-')}-MISSING",
        statement=f"{of} without the required key `{field}`.",
        that=Evidence.DOCUMENTED,
        how=Evidence.DOCUMENTED,
        source=source,
        allows=lambda kinds, _: Absent not in kinds,
        expected="given; it is required",
        schema_error=("missing", "Field required"),
    )


def _string(field: str, *, required: bool) -> CellRule:
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
)
USER_ID_MISSING = _missing("user_id", "record_message page, Parameters", of="*Record one*")
USER_ID_REQUIRED_STRING = CellRule(
    id="USER-ID-REQUIRED-STRING",
    statement="*Record one* whose `user_id` is not a string, null included.",
    that=Evidence.DERIVED,
    how=Evidence.DERIVED,
    source="record_message page, Parameters (str, required)",
    allows=lambda kinds, _: kinds <= {str},
    expected="a string",
    schema_error=("string_type", "Input should be a valid string"),
)


# In the order of Batch's columns.
BATCH_FIELDS: Final = (
    Field("conversation_id", (_missing("conversation_id"), _string("conversation_id", required=True)), ABSENT),
    Field("role", (_missing("role"), _string("role", required=True), ROLE_VALUE), ABSENT),
    Field("content", (_missing("content"), _string("content", required=True)), ABSENT),
    Field("user_id", (_string("user_id", required=False),)),
    Field("customer_id", (_string("customer_id", required=False),)),
    Field("session_id", (_string("session_id", required=False),)),
    Field("metadata", (METADATA_OBJECT,)),
)
SINGLE_FIELDS: Final = tuple(
    Field("user_id", (USER_ID_MISSING, USER_ID_REQUIRED_STRING), ABSENT) if field.name == "user_id" else field
    for field in BATCH_FIELDS
)

# --- the entry: meaning -----------------------------------------------------------------------------------------

CONVERSATION_ID_UUID = EntryRule(
    id="CONVERSATION-ID-UUID",
    statement="An entry whose `conversation_id` is no UUID.",
    that=Evidence.DOCUMENTED,
    how=Evidence.ASSUMED,
    source=f"{PAGE}, Parameters (must be a valid UUID); which spellings: SDK 0.3.0 and later",
    code="INVALID_CONVERSATION_ID",
    field="conversation_id",
    allows=lambda batch, _: all(map(canonical_uuid, set(batch.conversation_ids))),
    wrong=lambda value: f"{shown(value)} is not a UUID",
    fix="send a UUID, such as str(uuid.uuid4()) makes",
)
CONVERSATION_REGISTERED = EntryRule(
    id="CONVERSATION-REGISTERED",
    statement='Where `registration="required"`: an entry of a batch whose conversation no *record one* registered. '
    '(Default `"auto"`: a batch registers, as in the page\'s example.)',
    that=Evidence.DOCUMENTED,
    how=Evidence.ASSUMED,
    source=f"{PAGE}, Parameters (registered via record_message), against its own example",
    code="CONVERSATION_NOT_REGISTERED",
    field="conversation_id",
    allows=lambda batch, terms: (
        terms.registration == "auto"
        or all(terms.is_registered(canonical_uuid(text) or "") for text in set(batch.conversation_ids))
    ),
    wrong=lambda value: f"{shown(value)} is not registered",
    fix="record its first message with record_message",
)
CUSTOMER_ID_REQUIRED = EntryRule(
    id="CUSTOMER-ID-REQUIRED",
    statement="On a B2B instance: an entry without `customer_id` (an empty string counts as none).",
    that=Evidence.DOCUMENTED,
    how=Evidence.ASSUMED,
    source=f"{PAGE}, Parameters (required on B2B)",
    code="CUSTOMER_ID_REQUIRED",
    field="customer_id",
    allows=lambda batch, terms: terms.tenancy != "b2b" or all(batch.customer_ids),
    wrong=lambda _: "is required on a B2B instance",
    fix="send customer_id as a non-empty string",
)
CUSTOMER_ID_NOT_ACCEPTED = EntryRule(
    id="CUSTOMER-ID-NOT-ACCEPTED",
    statement="On a B2C instance, in the observed dialect only: an entry with a `customer_id`. (Documented: it is "
    "taken, and replaced by the one resolved from the user.)",
    that=Evidence.SDK,
    how=Evidence.ASSUMED,
    source="the vendor's own tests of its B2C answer, 2026-08; SDK 0.4.7 and later",
    code="CUSTOMER_ID_NOT_ACCEPTED",
    field="customer_id",
    allows=lambda batch, terms: terms.tenancy != "b2c" or terms.dialect != "observed" or not any(batch.customer_ids),
    wrong=lambda _: "is not accepted on a B2C instance",
    fix="Send user_id only and omit customer_id entirely.",
)
ENTRY_RULES: Final = (CONVERSATION_ID_UUID, CONVERSATION_REGISTERED, CUSTOMER_ID_REQUIRED, CUSTOMER_ID_NOT_ACCEPTED)

REJECTED = Rule(
    id="REJECTED",
    statement="An entry that a test rejects (`.reject()`, `POST /_mock/rejections`).",
    scope=Scope.ENTRY,
    that=Evidence.DOCUMENTED,
    how=Evidence.DOCUMENTED,
    source=f"{PAGE}, Returns (a failed row has an error); which entries: the test's choice",
    code="REJECTED",
)

# --- reading back -----------------------------------------------------------------------------------------------

READ_CONVERSATION_ID = Rule(
    id="READ-CONVERSATION-ID",
    statement="Reading back an id that is no UUID.",
    scope=Scope.CALL,
    that=Evidence.DERIVED,
    how=Evidence.ASSUMED,
    source=f"{PAGE}, Parameters (must be a valid UUID)",
)
READ_PAGE = Rule(
    id="READ-PAGE",
    statement="Reading back with a `start` or `limit` that is no whole number from 1.",
    scope=Scope.CALL,
    that=Evidence.SDK,
    how=Evidence.ASSUMED,
    source="SDK 0.5.11 and later: positions count from 1, pages of 500",
)
READ_UNKNOWN = Rule(
    id="READ-UNKNOWN",
    statement="Reading back a conversation that the key's instance does not hold.",
    scope=Scope.CALL,
    that=Evidence.SDK,
    how=Evidence.ASSUMED,
    source="403 seen by the vendor's JS exerciser; 404 is the project's choice",
    code="CONVERSATION_NOT_FOUND",
    status=404,
    observed_status=403,
)

RULES: Final[tuple[Rule, ...]] = (
    KEY_MISSING,
    KEY_UNKNOWN,
    KEY_REVOKED,
    KEY_OF_OTHER_INSTANCE,
    CALL_TOO_SOON,
    ROUTE_NOT_MODELLED,
    BODY_TOO_LARGE,
    BODY_JSON,
    BODY_OBJECT,
    MESSAGES_MISSING,
    MESSAGES_LIST,
    BATCH_TOO_LONG,
    ENTRY_OBJECT,
    *(rule for field in BATCH_FIELDS for rule in field.rules),
    USER_ID_MISSING,
    USER_ID_REQUIRED_STRING,
    *ENTRY_RULES,
    REJECTED,
    READ_CONVERSATION_ID,
    READ_PAGE,
    READ_UNKNOWN,
)
"""Every rule of the fake, about in the order in which a request meets them."""
