"""What docs/write-an-adapter.md shows is what happens."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from adapters.spoken import NODE, ROOT, started

if TYPE_CHECKING:
    from synap_mock import Server, SynapMock

PAGE = (ROOT / "docs/write-an-adapter.md").read_text(encoding="utf-8")


def shape(value: Any) -> Any:
    """A value without what differs from run to run."""
    match value:
        case {"message_id": _, "recorded_at": _}:
            return "row"
        case dict():
            return {key: shape(each) for key, each in value.items() if key != "said"}
        case list():
            return [shape(each) for each in value]
    return value


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_the_conversation_on_the_page_goes_as_it_is_shown(fake: SynapMock, server: Server) -> None:
    asked = [json.loads(line) for line in re.findall(r"echo '(.*)'", PAGE)]
    shown = [json.loads(line) for line in re.findall(r'^{"(?:hello":{|id":\d).*$', PAGE, re.MULTILINE)]
    here = {"base_url": server.url, "api_key": fake.api_key}
    with started(NODE) as adapter:
        told = [adapter.first]
        for request in asked:
            adapter.write(**{key: here.get(key, value) for key, value in request.items()})
            told.append(adapter.read())
    in_order = sorted(shown, key=lambda line: line.get("id", 0))
    assert shape(told) == shape(in_order)
