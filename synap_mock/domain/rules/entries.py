"""Rules about what an entry means. Breaking one rejects that entry, and the others are recorded."""

from __future__ import annotations

from typing import Final

from synap_mock.domain.rules.edits import GONE, to_uuid
from synap_mock.domain.rules.rule import EntryRule, Evidence, Rule, Scope
from synap_mock.domain.rules.sources import PAGE
from synap_mock.domain.values.ids import canonical_uuid
from synap_mock.domain.values.quoting import quote

CONVERSATION_ID_UUID = EntryRule(
    id="CONVERSATION-ID-UUID",
    statement="An entry whose `conversation_id` is not a UUID.",
    that=Evidence.DOCUMENTED,
    how=Evidence.ASSUMED,
    source=f"{PAGE}, Parameters (must be a valid UUID); which spellings: SDK 0.3.0 and later",
    code="INVALID_CONVERSATION_ID",
    field="conversation_id",
    allows=lambda batch, _: all(map(canonical_uuid, set(batch.conversation_ids))),
    wrong=lambda value: f"{quote(value)} is not a UUID",
    fix="send a UUID, such as str(uuid.uuid4()) makes",
    edit=to_uuid,
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
    wrong=lambda value: f"{quote(value)} is not registered",
    fix="record its first message with record_message",
    edit="record one message of the conversation first: POST /v1/conversations/messages",
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
    edit=lambda _: "customer-1",
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
    edit=lambda _: GONE,
    observed_code="customer_id_not_accepted_on_b2c",
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
    edit="any entry; the test rejects this one, with reject()",
)

RULES: Final[tuple[Rule, ...]] = (*ENTRY_RULES, REJECTED)
