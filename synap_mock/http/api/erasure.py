"""The erasure routes: delete what is held about a user or a conversation, and read the record of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from synap_mock.domain.memories.erase import FIELDS, erase
from synap_mock.domain.rules.resources import erasure as rules
from synap_mock.domain.rules.rule import Refusal, Refused
from synap_mock.domain.values.encoding import encode
from synap_mock.domain.values.ids import canonical_uuid
from synap_mock.domain.values.quoting import quote
from synap_mock.http.call import Answer
from synap_mock.http.endpoint import Keyed, Route
from synap_mock.http.parsing import parse_fields

if TYPE_CHECKING:
    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.memories.deletions import Deletion
    from synap_mock.domain.state import State
    from synap_mock.http.call import Call


def delete(state: State, call: Call, instance: Instance) -> Answer:
    """``POST /v1/data/delete``."""
    fields = parse_fields(state, call, FIELDS)
    if fields["instance_id"]:  # the SDK sends it here as well as in the header
        state.keys.authenticate(call.header(b"authorization"), fields["instance_id"])
    return _answer(erase(state, instance, fields))


def deletion_status(state: State, call: Call, instance: Instance) -> Answer:
    """``GET /v1/data/delete/{deletion_id}``."""
    given = call.path_params["deletion_id"]
    try:
        return _answer(state.deletions.get(instance.instance_id, canonical_uuid(given) or given))
    except KeyError:
        text = f"there is no erasure {quote(given)} in this instance"
        raise Refused(Refusal(rules.DELETION_UNKNOWN, text)) from None


def _answer(deletion: Deletion) -> Answer:
    dry_run = deletion.deletion_id is None
    answer: dict[str, Any] = {
        "deletion_id": deletion.deletion_id,
        "status": "dry_run" if dry_run else "complete",
        "scope": deletion.scope,
        "dry_run": dry_run,
        "found": deletion.found,
        "counts": {
            "messages": deletion.messages,
            "conversations": deletion.conversations,
            "memories": deletion.memories,
            "profiles": deletion.profiles,
        },
        "still_present_in": [],
        "fully_removed": not dry_run,
        "continue": False,
        "memories_kept": deletion.scope == "conversation",
    }
    return Answer(200, encode(answer))


ROUTES: Final = (
    Route(
        "POST",
        "/v1/data/delete",
        Keyed(delete, usual=True),
        "delete_data",
        "Erase a user or a conversation",
        request="Erasure",
        response=("Deletion",),
        fields=FIELDS,
    ),
    Route(
        "GET",
        "/v1/data/delete/{deletion_id}",
        Keyed(deletion_status, usual=True),
        "deletion_status",
        "The record of an erasure",
        response=("Deletion",),
    ),
)
