"""Rules about the route and the body of a request, down to the list of messages."""

from __future__ import annotations

from typing import Final

from synap_mock.domain.rules.edits import GONE, to_list
from synap_mock.domain.rules.rule import Evidence, Rule, Scope
from synap_mock.domain.rules.sources import PAGE, PROJECT

ROUTE_NOT_MODELLED = Rule(
    id="ROUTE-NOT-MODELLED",
    statement="A path that the fake doesn't model, or another method on one that it does (HEAD is served "
    "wherever GET is). No key is needed; the call is recorded as unmodelled.",
    scope=Scope.REQUEST,
    that=Evidence.ASSUMED,
    how=Evidence.ASSUMED,
    source=PROJECT,
    code="NOT_MODELLED",
    status=404,
    observed_detail="Not Found",
)
BODY_TOO_LARGE = Rule(
    id="BODY-TOO-LARGE",
    statement="A body over the cap (`max_body`, 64 MiB by default).",
    scope=Scope.CALL,
    that=Evidence.ASSUMED,
    how=Evidence.ASSUMED,
    source=PROJECT,
    code="PAYLOAD_TOO_LARGE",
    status=413,
    edit="send the messages in several batches",
)
BODY_JSON = Rule(
    id="BODY-JSON",
    statement="A body that is not JSON: malformed, or with NaN, Infinity, a number beyond a double's range, an integer "
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
    edit=lambda _: [],
)
MESSAGES_LIST = Rule(
    id="MESSAGES-LIST",
    statement="A batch whose `messages` is not a list.",
    scope=Scope.CALL,
    that=Evidence.DERIVED,
    how=Evidence.DERIVED,
    source=f"{PAGE}, Parameters (List[Dict])",
    schema_error=("list_type", "Input should be a valid list"),
    edit=to_list,
)
BATCH_TOO_LONG = Rule(
    id="BATCH-TOO-LONG",
    statement="A batch of more messages than the setting `max_batch` allows (no limit by default: none is documented).",
    scope=Scope.CALL,
    that=Evidence.ASSUMED,
    how=Evidence.ASSUMED,
    source=PROJECT,
    edit="send the messages in several batches",
)
ENTRY_OBJECT = Rule(
    id="ENTRY-OBJECT",
    statement="A batch with an entry that is not an object.",
    scope=Scope.CALL,
    that=Evidence.DERIVED,
    how=Evidence.DERIVED,
    source=f"{PAGE}, Parameters (List[Dict])",
    schema_error=("model_attributes_type", "Input should be a valid dictionary or object to extract fields from"),
    edit=lambda _: GONE,
)

RULES: Final[tuple[Rule, ...]] = (
    ROUTE_NOT_MODELLED,
    BODY_TOO_LARGE,
    BODY_JSON,
    BODY_OBJECT,
    MESSAGES_MISSING,
    MESSAGES_LIST,
    BATCH_TOO_LONG,
    ENTRY_OBJECT,
)
