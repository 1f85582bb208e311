"""Where the conversations come from: two published packages of real ones, as entries of `record_messages_batch`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias
from uuid import NAMESPACE_URL, uuid5

import yaml
from chatterbot_corpus.corpus import DATA_DIRECTORY
from chitchat_dataset import Dataset

if TYPE_CHECKING:
    from collections.abc import Iterator

Entry: TypeAlias = dict[str, str]

CHITCHAT: Final = "chitchat_dataset"
CHATTERBOT: Final = "chatterbot_corpus"


@dataclass(frozen=True, slots=True)
class Source:
    """What one package gives."""

    name: str
    conversations: int
    entries: list[Entry]
    remark: str = ""


def chitchat(count: int) -> Source:
    """The first `count` conversations of chitchat_dataset (0: all), its ids, which are UUIDs, kept.

    A conversation's ``messages`` is a list of turns, each a list of what one person wrote before the other answered. A
    message is one of these: that makes 258,145 in 7,168 conversations (whole turns would be 138,737).
    """
    conversations = list(Dataset().items())[: count or None]
    entries = []
    for conversation_id, conversation in conversations:
        written = [message for turn in conversation["messages"] for message in turn]
        user = written[0]["sender"]
        entries += [
            {
                "conversation_id": conversation_id,
                "role": "user" if message["sender"] == user else "assistant",
                "content": message["text"],
                "user_id": user,
                "customer_id": CHITCHAT,
            }
            for message in written
        ]
    return Source(CHITCHAT, len(conversations), entries)


def chatterbot(count: int) -> Source:
    """The first `count` conversations of every language of chatterbot_corpus (0: all); its speakers take turns."""
    conversations = 0
    entries = []
    languages = sorted(folder for folder in Path(DATA_DIRECTORY).iterdir() if folder.is_dir())
    for language in languages:
        for name, lines in list(conversations_of(language))[: count or None]:
            conversation_id = str(uuid5(NAMESPACE_URL, f"{CHATTERBOT}/{language.name}/{name}"))
            conversations += 1
            entries += [
                {
                    "conversation_id": conversation_id,
                    "role": ("user", "assistant")[number % 2],
                    "content": line,
                    "customer_id": CHATTERBOT,
                }
                for number, line in enumerate(lines)
            ]
    return Source(CHATTERBOT, conversations, entries, f" in {len(languages)} languages")


def conversations_of(language: Path) -> Iterator[tuple[str, list[str]]]:
    """Name and lines of every conversation in a folder of YAML files."""
    # BaseLoader takes every scalar as the text in the file: "yes" and "1984" are things people said.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    for file in sorted(language.glob("*.yml")):
        content = yaml.load(file.read_bytes(), loader)  # noqa: S506 - BaseLoader makes nothing but text
        for number, lines in enumerate(content["conversations"]):
            # Eight are one string instead of a list of lines, by a slip of indentation: one message each.
            yield f"{file.name}/{number}", [lines] if isinstance(lines, str) else lines


@dataclass(frozen=True, slots=True)
class FaultyExport:
    """A conversation as a careless export would hold it.

    Attributes:
        entries: the batch.
        refused: the indices of the entries that must be refused.
    """

    entries: list[Entry]
    refused: frozenset[int]


def faulty_export(entries: list[Entry]) -> FaultyExport:
    """The beginning of a conversation under an id of its own, with three faults that the SDK lets through.

    (The SDK itself stops an id that is plainly no UUID, before anything is sent.)
    """
    conversation_id = str(uuid5(NAMESPACE_URL, f"{CHITCHAT}/faulty export"))
    batch = [{**entry, "conversation_id": conversation_id} for entry in entries[:8]]
    batch[2]["conversation_id"] = ""  # a cell left empty
    del batch[4]["customer_id"]  # a column that the export forgot; B2B wants it
    digits = conversation_id.replace("-", "")
    # Hyphens tidied into groups of four: Python's own parser, which the SDK asks, doesn't look where they stand.
    batch[6]["conversation_id"] = "-".join(digits[start : start + 4] for start in range(0, len(digits), 4))
    return FaultyExport(batch, frozenset({2, 4, 6}))
