"""What a rule is, and what a broken rule becomes: a refusal.

A rule states *that* something is rejected and *how* (the request, the call or the entry), each with a grade of
evidence. A rule about a batch has its check, which judges a whole column; the same check on a column of one finds the
entry that broke the rule. So a rule is stated once, and the fast path needs no copy of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from synap_mock.domain.values.batch import Batch
    from synap_mock.settings import Dialect, Registration, Tenancy


DESCRIBED: Final = 100
"""Most refusals of one call that are returned and kept; the search for violations of the schema stops there."""


class Evidence(StrEnum):
    """The evidence for a rule."""

    DOCUMENTED = "documented"
    DERIVED = "derived"
    SDK = "sdk"
    ASSUMED = "assumed"


class Scope(StrEnum):
    """What a broken rule rejects."""

    REQUEST = "request"
    """The request, before its body is looked at."""
    CALL = "call"
    """The call: nothing of the batch is recorded."""
    ENTRY = "entry"
    """The entry alone; the rest of the batch is recorded. *Record one* is refused with 400."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Rule:
    """One thing that the fake rejects.

    Attributes:
        id: stable name, shown in the journal and in the docs.
        statement: what is rejected, in one sentence.
        scope: what is rejected with it.
        that: evidence that it is rejected at all.
        how: evidence for the scope.
        source: where that evidence is.
        code: the error code in the answer (the journal has it in every dialect).
        status: the HTTP status where a whole request is rejected.
        observed_status: the same in the observed dialect, if it differs and is not a schema violation (422).
        edit: the smallest edit that would have been accepted: a function from the value at the path to the one that
            would (`GONE`: none), or a sentence where the body is not to blame. None: it cannot be known.
        observed_code: the code of a rejected entry in the observed dialect, where it is not `code` in lower case.
        observed_detail: the literal ``detail`` in the observed dialect, where it is not the text of the refusal.
        coded_detail: the ``code`` in an object ``detail``, in both dialects: the SDK chooses its exception by it.
        schema_error: pydantic's type and message for a breach, as the observed dialect (FastAPI's) reports
            it; None where a breach is not a schema violation.
    """

    id: str
    statement: str
    scope: Scope
    that: Evidence
    how: Evidence
    source: str
    code: str = "INVALID_INPUT"
    status: int = 400
    observed_status: int | None = None
    edit: Callable[[Any], Any] | str | None = None
    observed_code: str | None = None
    observed_detail: str | None = None
    coded_detail: str | None = None
    schema_error: tuple[str, str] | None = None

    def __repr__(self) -> str:
        return f"<rule {self.id}>"

    def status_in(self, dialect: Dialect) -> int:
        """The HTTP status with which a dialect rejects a whole request."""
        if dialect == "documented":
            return self.status
        return 422 if self.schema_error else self.observed_status or self.status


class Absent:
    """The type of a required field that an entry doesn't have, as against one that is null."""


ABSENT: Final = Absent()


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class CellRule(Rule):
    """A rule about one field of an entry: schema, so a breach refuses the call.

    Attributes:
        allows: given the types in a column and the column, whether all of it keeps the rule; it may rely
            on the field's earlier rules.
        expected: what would have been accepted, to end the sentence "must be …".
    """

    allows: Callable[[set[type], Sequence[Any]], bool]
    expected: str
    scope: Scope = Scope.CALL


@dataclass(frozen=True, slots=True)
class Field:
    """One key of an entry, and the rules of it in the order in which they are asked."""

    name: str
    rules: tuple[CellRule, ...]
    absent: Absent | None = None
    """The value in the column of an entry without the key."""

    def column(self, entries: Sequence[dict[str, Any]]) -> list[Any]:
        """This field of every entry."""
        name, absent = self.name, self.absent
        return [entry.get(name, absent) for entry in entries]

    def broken(self, column: Sequence[Any]) -> CellRule | None:
        """The first rule that the column breaks, or None."""
        kinds = set(map(type, column))
        for rule in self.rules:
            if not rule.allows(kinds, column):
                return rule
        return None


class Terms(NamedTuple):
    """What decides, in addition to the entry itself, whether an entry is accepted."""

    tenancy: Tenancy | None
    dialect: Dialect
    registration: Registration
    is_registered: Callable[[str], bool]
    """Given a canonical conversation id."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class EntryRule(Rule):
    """A rule about what an entry means: a breach refuses that entry alone.

    Attributes:
        field: the field that is to blame.
        allows: given a batch and its terms, whether every entry keeps the rule; it may rely on the earlier rules.
        wrong: given the field's value, what is wrong with it.
        fix: what would have been accepted.
    """

    field: str
    allows: Callable[[Batch, Terms], bool]
    wrong: Callable[[Any], str]
    fix: str
    scope: Scope = Scope.ENTRY


@dataclass(frozen=True, slots=True, repr=False)
class Refusal:
    """One rule broken at one place.

    Attributes:
        rule: the rule.
        text: what was wrong, and what would have been accepted.
        path: where in the body, as keys and indices; empty where no place is to blame.
        details: what the documented error has under ``details``, in place of the places.
    """

    rule: Rule
    text: str
    path: tuple[str | int, ...] = ()
    details: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"<{self.rule.id} {self.where}: {self.text}>" if self.path else f"<{self.rule.id}: {self.text}>"

    @property
    def where(self) -> str:
        """The path as people write it: ``messages[3].role``."""
        return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path).removeprefix(".")


class Refused(Exception):  # noqa: N818 - an outcome on its way to the response, not an error of this program
    """The refusals of a whole request, at least one."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__(*refusals)
        self.refusals = refusals
