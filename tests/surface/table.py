"""The page of the SDK's surface: ``python tests/surface/table.py > docs/generated/sdk-surface.md`` writes it again."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":
    import sys

    sys.path.insert(0, str(Path(__file__).parent.parent))

from surface.cases import BACKFILLED, CASES, SILENT, UNMODELLED, WHY_UNMODELLED

if TYPE_CHECKING:
    from collections.abc import Iterator


def page() -> str:
    """The page, as Markdown."""
    return "\n".join([*_lines(), ""])


def _lines() -> Iterator[str]:
    yield "# The SDK's surface"
    yield ""
    release = version("maximem-synap")
    yield f"Every public method of the official SDK ({release}): the routes that it sends, and what the fake does."
    yield "`tests/surface/` calls each of them and compares what it returns, field by field. This page is generated"
    yield "from the same table. The evidence for each rule is in [the rules](rules.md), for each field in"
    yield "[the OpenAPI document](openapi.json)."
    yield ""
    yield "| method | routes | behavior | evidence |"
    yield "| --- | --- | --- | --- |"
    for case in CASES:
        when = f" {case.when}" if case.when else ""
        routes = "<br>".join(f"`{route}`" for route in case.routes)
        yield f"| `{case.method}`{when} | {routes} | {case.behavior} | {case.evidence} |"
    route, when = BACKFILLED
    yield f"| ({when}) | `{route}` | the turns that another process has recorded | route and fields sdk |"
    for unmodelled, method in UNMODELLED.items():
        yield f"| `{method}` | `{unmodelled}` | not modelled: {WHY_UNMODELLED} | sdk |"
    yield ""
    yield "These send no HTTP:"
    yield ""
    yield "| method | what it does |"
    yield "| --- | --- |"
    for method, does in SILENT.items():
        yield f"| `{method}` | {does} |"


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - the page
