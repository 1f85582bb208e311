"""The use case of recording: an instance and a batch in, an outcome out. No HTTP, no I/O."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from synap_mock.domain.conversations import schema
from synap_mock.domain.faults.rejections import rejected
from synap_mock.domain.rules.entries import ENTRY_RULES, REJECTED
from synap_mock.domain.rules.rule import Refusal, Terms
from synap_mock.domain.values.clock import iso
from synap_mock.domain.values.ids import canonical_uuid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.redaction.redactor import Redactor
    from synap_mock.domain.rules.rule import EntryRule
    from synap_mock.domain.state import State
    from synap_mock.domain.values.batch import Batch
    from synap_mock.settings import Tenancy


class Outcome(NamedTuple):
    """The outcome of a batch: for each entry either a message id or a refusal."""

    total: int
    refused: dict[int, Refusal]
    """Index of a rejected entry to the reason."""
    message_ids: list[str]
    """Of the recorded entries, in submission order."""
    conversation_ids: Sequence[str]
    """Canonical, of the recorded entries, in submission order."""
    counts_before: dict[str, int]
    """Messages that each of these conversations held before this batch."""
    recorded_at: str

    def message_counts(self) -> list[int]:
        """For each recorded entry, its conversation's message count after it."""
        running = dict(self.counts_before)
        counts = []
        for conversation_id in self.conversation_ids:
            running[conversation_id] += 1
            counts.append(running[conversation_id])
        return counts


def record(state: State, instance: Instance, batch: Batch, *, registers: bool = False) -> Outcome:
    """Record the entries that are valid, as one: no other batch's messages come between them.

    Args:
        state: the fake that records.
        instance: the instance that records.
        batch: entries with a valid schema.
        registers: it registers its conversations even where ``registration="required"``, and is not one of the batches:
            *record one*, and events.

    Returns:
        The outcome of each entry.

    Raises:
        Refused: BODY-JSON, metadata nested deeper than can be kept; nothing was recorded.
    """
    tenancy = instance.tenancy or state.settings.tenancy
    total = len(batch.roles)
    refused = refusals(batch, terms_of(state, instance, registers=registers))
    if state.rejections:
        for index, error in rejected(state.rejections, batch, refused).items():
            refused[index] = Refusal(REJECTED, error, ("messages", index))
        refused = dict(sorted(refused.items()))
    if refused:
        refused = _redacted(refused, state.redactor)
        batch = batch.rows([index for index in range(total) if index not in refused])
    batch = _resolved(batch, tenancy)
    try:
        appended = state.store.append(
            instance.instance_id, batch, state.clock.microseconds, None if registers else refused
        )
    except ValueError:
        raise schema.not_json("it is nested too deeply") from None
    return Outcome(
        total=total,
        refused=refused,
        message_ids=appended.message_ids,
        conversation_ids=batch.conversation_ids,
        counts_before=appended.counts_before,
        recorded_at=iso(appended.recorded_at),
    )


def terms_of(state: State, instance: Instance, *, registers: bool = False) -> Terms:
    """What decides whether an instance's entries are accepted.

    Args:
        state: the fake.
        instance: the instance.
        registers: as in `record`.
    """
    return Terms(
        tenancy=instance.tenancy or state.settings.tenancy,
        dialect=state.settings.dialect,
        registration="auto" if registers else state.settings.registration,
        is_registered=lambda conversation_id: state.store.holds(instance.instance_id, conversation_id),
    )


def refusals(batch: Batch, terms: Terms) -> dict[int, Refusal]:
    """Index of each entry that breaks a rule of meaning to the refusal by the first such rule."""
    if all(rule.allows(batch, terms) for rule in ENTRY_RULES):
        return {}
    found = {}
    for index in range(len(batch.roles)):
        entry = batch.rows((index,))
        broken = next((rule for rule in ENTRY_RULES if not rule.allows(entry, terms)), None)
        if broken is not None:
            found[index] = Refusal(broken, _violation(broken, entry), ("messages", index, broken.field))
    return found


def _redacted(refused: dict[int, Refusal], redactor: Redactor) -> dict[int, Refusal]:
    """The same refusals; a text that quotes a key is masked before it is returned, recorded or logged."""
    return {index: replace(refusal, text=redactor.redact_message(refusal.text)) for index, refusal in refused.items()}


def _resolved(batch: Batch, tenancy: Tenancy | None) -> Batch:
    canonical = {text: canonical_uuid(text) or text for text in set(batch.conversation_ids)}
    return batch._replace(
        conversation_ids=[canonical[text] for text in batch.conversation_ids],
        # "auto-resolved on B2C": the page; that it is the user's id: SDK 0.4.7 and later ("equals_customer").
        customer_ids=batch.user_ids if tenancy == "b2c" else batch.customer_ids,
    )


def _violation(rule: EntryRule, entry: Batch) -> str:
    return f"{rule.field} {rule.wrong(entry.value(rule.field, 0))}; {rule.fix}"
