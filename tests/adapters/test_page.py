"""The conversation in docs/write-an-adapter.md is real."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from adapters.adapter import NODE, ROOT, start_adapter

if TYPE_CHECKING:
    from synap_mock import Server, SynapMock

PAGE = (ROOT / "docs/write-an-adapter.md").read_text(encoding="utf-8")


def shape(value: Any) -> Any:
    """Return a value without the parts that differ between runs."""
    match value:
        case {"message_id": _, "recorded_at": _}:
            return "row"
        case dict():
            return {key: shape(each) for key, each in value.items() if key not in {"said", "traceback"}}
        case list():
            return [shape(each) for each in value]
    return value


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_conversation_on_the_page_is_real(fake: SynapMock, server: Server) -> None:
    requests = [json.loads(line) for line in re.findall(r"echo '(.*)'", PAGE)]
    shown = [json.loads(line) for line in re.findall(r'^{"(?:hello":{|id":\d).*$', PAGE, re.MULTILINE)]
    here = {"base_url": server.url, "api_key": fake.api_key}
    with start_adapter(NODE) as adapter:
        replies = [adapter.first]
        for request in requests:
            adapter.write(**{key: here.get(key, value) for key, value in request.items()})
            replies.append(adapter.read())
    in_order = sorted(shown, key=lambda line: line.get("id", 0))
    assert shape(replies) == shape(in_order)
