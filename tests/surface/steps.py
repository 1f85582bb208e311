"""Steps and names that several cases share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from surface.results import CID, TURNS

if TYPE_CHECKING:
    from surface.case import Sdk

QUERY: Final = ["email"]
FOR_PROMPT: Final = "GET /v1/conversations/{conversation_id}/context-for-prompt"

FIELDS: Final = "route and fields sdk"
CHOSEN: Final = "route and fields sdk; what is returned assumed"


async def turns(sdk: Sdk) -> None:
    for role, content in TURNS:
        await sdk.conversation.record_message(CID, role, content, "ann")
