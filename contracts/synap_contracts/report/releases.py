"""The page on the official SDK's releases: what each breaks, since when, until when."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from synap_contracts.clauses.catalogue import BY_ID, REVISION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from synap_contracts.runs.known import Known
    from synap_contracts.runs.result import Run

Name = tuple[str, str]
"""Clause and kind of a failure."""

_HEAD: Final = """# What the official SDK breaks, release by release

Made by `{made_by}` on Python {python}: {count} releases of `maximem-synap`, each in an environment of its own with the
dependencies that pip chose, held to the contract's revision {revision} (`synap-mock clauses` prints it). Each played
the example of every failure that is known of any release, and a quick search looked for more. The examples and the
reasons stand in `contracts/known-failures/official-sdk.toml`.
"""

_NOT_RUN: Final = """
## Not run

0.1.1, 0.2.0, 0.2.1 and 0.2.2 want a certificate from a bootstrap that neither the fake nor the kit serves. 0.6.8 was
never published.
"""

_NOTES: Final = """
## How to read it

- A failure is named by what was out of the ordinary and what the caller was told: `Disconnected, returned` is a line
  closed by the server without an answer, and a call that returned all the same.
- Up to 0.4.0 every SDK object of a process is the first one that was made there, whatever key, address and timeouts it
  is given. That breaks AUTH-OWN, and would show in nearly every other clause; so AUTH-OWN is asked as users meet it,
  and all others of objects that are made apart (`_force_new`).
- A search that finds nothing proves nothing. What stands here was played; what does not may still be broken.
- DIALECT is not asked here. Every release hands the server's answer on as it is, so none keeps it.
- Another measurement of these releases, on a recording server, some 200 cases each, says the same. What it has beside
  this page breaks no clause: up to 0.2.6 a conversation_id that is no UUID is sent (the server's failed row is what
  IN-UUID allows); from 0.3.0 to 0.5.9 a 200 whose results are null raises TypeError (an error is what NET-GARBLED
  allows); a Retry-After that is no whole number of seconds raises SynapTransientError (the server here sends whole
  ones).
"""


def page(runs: Sequence[Run], known: Sequence[Known], *, first_of: Mapping[str, str], made_by: str, python: str) -> str:
    """The page, as Markdown.

    Args:
        runs: One of each release, the oldest first.
        known: Failures that are known, for their reasons.
        first_of: The first release of the group that a release stands for; itself where there is none.
        made_by: The command that makes the page.
        python: The version of Python.
    """
    releases = [run.version or run.name for run in runs]
    breaks = {release: broken(run) for release, run in zip(releases, runs, strict=True)}
    head = _HEAD.format(made_by=made_by, python=python, count=len(runs), revision=REVISION)
    lines = [
        "## By clause",
        "",
        "| clause | level | what happens | since | until | why |",
        "| --- | --- | --- | --- | --- | --- |",
        *_by_clause(breaks, known, first_of),
        "",
        "## By release",
        "",
        "| release | MUST broken | SHOULD broken | since the row before |",
        "| --- | --- | --- | --- |",
        *_by_release(breaks, first_of),
    ]
    return f"{head}\n" + "\n".join(lines) + f"\n{_NOTES}{_NOT_RUN}"


def broken(run: Run) -> frozenset[Name]:
    """Clause and kind of everything that was seen to be broken."""
    return frozenset(each.name for each in (*run.shown, *run.found))


def stretches(having: Sequence[bool]) -> list[tuple[int, int]]:
    """Where something holds from one release to the next, as places of the first and of the last."""
    edges = [False, *having, False]
    starts = [place for place, (was, now) in enumerate(pairwise(edges)) if now and not was]
    ends = [place - 1 for place, (was, now) in enumerate(pairwise(edges)) if was and not now]
    return list(zip(starts, ends, strict=True))


def _by_clause(
    breaks: Mapping[str, frozenset[Name]], known: Sequence[Known], first_of: Mapping[str, str]
) -> Iterator[str]:
    releases = list(breaks)
    order = list(BY_ID)
    names = sorted({name for each in breaks.values() for name in each}, key=lambda name: (order.index(name[0]), name))
    for clause, kind in names:
        for start, end in stretches([(clause, kind) in each for each in breaks.values()]):
            since = first_of.get(releases[start], releases[start]) if start else "the first that was run"
            until = releases[end] if end < len(releases) - 1 else "still so"
            reason = _reason(known, (clause, kind), releases[end])
            yield f"| {clause} | {BY_ID[clause].level} | {_cell(kind)} | {since} | {until} | {_cell(reason)} |"


def _reason(known: Sequence[Known], name: Name, release: str) -> str:
    return next((each.reason for each in known if each.name == name and each.applies(release)), "**not listed**")


def _by_release(breaks: Mapping[str, frozenset[Name]], first_of: Mapping[str, str]) -> Iterator[str]:
    was: frozenset[Name] | None = None
    for release, names in breaks.items():
        clauses = _clauses(names)
        first = first_of.get(release, release)
        row = release if first == release else f"{first} to {release}"
        levels = (_listed(clauses, level) for level in ("MUST", "SHOULD"))
        yield f"| {row} | {' | '.join(levels)} | {_change(was, names)} |"
        was = names


def _listed(clauses: frozenset[str], level: str) -> str:
    return ", ".join(clause for clause in BY_ID if clause in clauses and BY_ID[clause].level == level) or "none"


def _clauses(names: frozenset[Name]) -> frozenset[str]:
    return frozenset(clause for clause, _ in names)


def _change(was: frozenset[Name] | None, now: frozenset[Name]) -> str:
    """What became better and worse; one kind of failure in the place of another is neither."""
    if was is None:
        return ""
    gone, come = _clauses(was - now), _clauses(now - was)
    said = []
    for clause in BY_ID:
        if clause in gone - come:
            said.append(f"mended {'part of ' if clause in _clauses(now) else ''}{clause}")
        if clause in come - gone:
            said.append(f"broke {'more of ' if clause in _clauses(was) else ''}{clause}")
    return ", ".join(said)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
