"""What differs from an earlier report, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_contracts.report.types import AgainstReport


def format_comparison(against: AgainstReport) -> Iterator[str]:
    """Yield the lines that state what differs from an earlier report, which the first one names."""
    which = f"{against['client']}, {against['dialect']} dialect, profile {against['profile']}, seed {against['seed']}"
    yield f"compared with {which}, contract of {against['contract']}"
    lines = {
        "new failures": against["new"],
        "fixed": against["fixed"],
        "passed before, not testable now": against["lost"],
    }
    if not any(lines.values()):
        yield "no difference"
    yield from (f"{what}: {', '.join(clauses)}" for what, clauses in lines.items() if clauses)
