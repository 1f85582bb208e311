"""The commands of the kit: `synap-mock verify`, `report`, `schema`, `clauses` and `adapter`."""

from __future__ import annotations

from synap_contracts.commands.adapter import adapter
from synap_contracts.commands.clauses import clauses
from synap_contracts.commands.report import report
from synap_contracts.commands.schema import schema
from synap_contracts.commands.verify import verify

__all__ = ["adapter", "clauses", "report", "schema", "verify"]
