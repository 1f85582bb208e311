"""Clients that change contents, roles and attribution."""

from __future__ import annotations

import html
import json
import os
import re
import unicodedata
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from uuid import NAMESPACE_URL, UUID, uuid5

from honest import Chunked, Honest
from labels import wrong, wrong_variants
from steps import OPTIONAL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from steps import Answer, Entry

FEW = 3


class Rewriting(Honest):
    """Sends `change(content)` for each content."""

    change: Callable[[str], str]

    def wire(self, entry: Entry) -> Entry:
        """Return an entry as it is sent."""
        return super().wire({**entry, "content": self.change(entry["content"])})


def normalize_forms(content: str) -> str:
    """Normalize compatibility forms."""
    return "".join(unicodedata.normalize("NFKC", c) if "\uf900" <= c <= "\uffef" else c for c in content)


def plain_quotes(content: str) -> str:
    """Replace typographic quotes and dashes."""
    return re.sub("[\u201c\u201d]", '"', re.sub("[\u2018\u2019]", "'", re.sub("[\u2013\u2014]", "-", content)))


def without(content: str, category: str, exceptions: str = "") -> str:
    """Drop the characters of a category."""
    return "".join(each for each in content if each in exceptions or unicodedata.category(each) != category)


# fmt: off
VARIANTS: Mapping[str, tuple[str, str, Callable[[Any], Any]]] = {
    "Strips": ("SEND-CONTENT", "strips whitespace, if anything is left", lambda content: content.strip() or content),
    "Normalises": ("SEND-CONTENT", "normalizes to NFC", lambda content: unicodedata.normalize("NFC", content)),
    "NormalisesForms": ("SEND-CONTENT", "normalizes compatibility forms, for searching", normalize_forms),
    "UnixLines": ("SEND-CONTENT", "writes CRLF as LF", lambda content: content.replace("\r\n", "\n")),
    "FeedsLines": ("SEND-CONTENT", "writes Unicode's line and paragraph separators as line feeds",
        lambda content: re.sub("[\u2028\u2029\x85]", "\n", content)),
    "EscapesHtml": ("SEND-CONTENT", "escapes HTML", lambda content: html.escape(content, quote=False)),
    "UnescapesHtml": ("SEND-CONTENT", "decodes HTML's entities", html.unescape),
    "DecodesPercents": ("SEND-CONTENT", "decodes percent-encoding", unquote),
    "CutsToAColumn": ("SEND-CONTENT", "cuts contents to a column of 4,096 characters",
        lambda content: content[:4096]),
    "CutsToAPacket": ("SEND-CONTENT", "cuts contents to 64 KiB of UTF-8, and drops a character that is cut",
        lambda content: content.encode()[:65_536].decode(errors="ignore")),
    "DropsNul": ("SEND-CONTENT", "drops NUL, which its own database cannot store",
        lambda content: content.replace("\0", "")),
    "DropsControls": ("SEND-CONTENT", "drops control characters except tabs and line ends",
        lambda content: without(content, "Cc", "\t\n\r")),
    "DropsFormats": ("SEND-CONTENT", "drops format characters, such as joiners: emoji families fall apart",
        lambda content: without(content, "Cf")),
    "LosesTheBom": ("SEND-CONTENT", "decodes its own bytes as UTF-8 with a signature, and loses a leading BOM",
        lambda content: content.encode().decode("utf-8-sig")),
    "BasicPlaneOnly": ("SEND-CONTENT", "stores three-byte characters: those outside the basic plane become U+FFFD",
        lambda content: "".join("\ufffd" if character > "\uffff" else character for character in content)),
    "EscapesTwice": ("SEND-CONTENT", "escapes non-ASCII characters, although json does so too",
        lambda content: content.encode("ascii", "backslashreplace").decode()),
    "CollapsesSpaces": ("SEND-CONTENT", "collapses runs of spaces", lambda content: re.sub(" {2,}", " ", content)),
    "MasksMail": ("SEND-CONTENT", "masks email addresses",
        lambda content: re.sub(r"[\w.+-]{1,64}@[\w-]+\.[\w.-]+", "<mail>", content)),
    "MasksNumbers": ("SEND-CONTENT", "masks long numbers, which may be card numbers",
        lambda content: re.sub(r"\d{13,19}", "****", content)),
    "ExpandsTabs": ("SEND-CONTENT", "writes tabs as spaces", lambda content: content.replace("\t", "    ")),
    "PlainsQuotes": ("SEND-CONTENT", "writes typographic quotes and dashes as ASCII", plain_quotes),
    "FillsEmptyContent": ("SEND-WIDE-EMPTY", "replaces empty content by a space, because its language model rejects it",
        lambda content: content or " "),
    "ReplacesSurrogates": ("SEND-WIDE-SURROGATES", "replaces a lone surrogate by a question mark",
        lambda content: content.encode("utf-8", "replace").decode()),
    "DropsSurrogates": ("SEND-WIDE-SURROGATES", "drops lone surrogates",
        lambda content: content.encode("utf-8", "ignore").decode()),
    "FillsInTemplates": ("SEND-CONTENT", "renders contents as templates: double braces become single ones",
        lambda content: content.replace("{{", "{").replace("}}", "}")),
    "ExpandsVariables": ("SEND-CONTENT", "expands environment variables in contents", os.path.expandvars),
    "ReplacesNoncharacters": ("SEND-WIDE-NONCHARACTERS", "replaces U+FFFE and U+FFFF by U+FFFD",
        lambda content: re.sub("[\ufffe\uffff]", "\ufffd", content)),
}
# fmt: on
globals().update(wrong_variants(Rewriting, "change", VARIANTS))


@wrong("SEND-CONTENT", "parses content that looks like JSON, and serializes it again")
class RewritesJson(Rewriting):
    def change(self, content: str) -> str:
        try:
            value = json.loads(content)
        except (ValueError, RecursionError):
            return content
        return json.dumps(value) if isinstance(value, dict | list) else content


@wrong("SEND-CONTENT", "strips the end of each message except a batch's first")
class StripsTheFollowing(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        following = ({**entry, "content": entry["content"].rstrip() or entry["content"]} for entry in entries[1:])
        return super().record([*entries[:1], *following])


@wrong("SEND-CONTENT", "replaces accents by plain letters, from the second chunk of 20 on")
class PlainsTheLaterChunks(Chunked):
    def cut(self, entries: list[Entry]) -> list[list[Entry]]:
        first, *others = super().cut(entries) or [[]]
        return [first, *([self.plain(entry) for entry in chunk] for chunk in others)]

    def plain(self, entry: Entry) -> Entry:
        content = unicodedata.normalize("NFD", entry["content"])
        return {**entry, "content": "".join(each for each in content if not unicodedata.combining(each))}


@wrong("SEND-ROLE", "assumes that the roles of a conversation alternate, and sends them so")
class Alternates(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        said: dict[str, str] = {}
        sent = []
        for entry in entries:
            before = said.get(entry["conversation_id"])
            role = {None: entry["role"], "user": "assistant", "assistant": "user"}[before]
            said[entry["conversation_id"]] = role
            sent.append({**entry, "role": role})
        return super().record(sent)


@wrong("SEND-ROLE", "derives the role from the presence of a user_id")
class TellsTheRoleByUser(Honest):
    def wire(self, entry: Entry) -> Entry:
        return super().wire({**entry, "role": "user" if entry.get("user_id") else "assistant"})


@wrong("SEND-ROLE", "sends the role of a batch's first message for all")
class OneRole(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        return super().record([{**entry, "role": entries[0]["role"]} for entry in entries])


@wrong("SEND-ATTRIBUTION", "assigns the previous message's user_id to a message without one")
class CarriesTheUser(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        sent: list[Entry] = []
        user = None
        for entry in entries:
            user = entry.get("user_id") or user
            sent.append({**entry, "user_id": user})
        return super().record(sent)


@wrong("SEND-ATTRIBUTION", "sends the session and customer of the first message for all")
class OneSession(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        common = {field: entries[0].get(field) for field in ("customer_id", "session_id")} if entries else {}
        return super().record([{**entry, **common} for entry in entries])


@wrong("SEND-ATTRIBUTION", "writes user_ids in lower case: many are email addresses")
class LowersUsers(Honest):
    def wire(self, entry: Entry) -> Entry:
        user = entry.get("user_id")
        return super().wire({**entry, "user_id": user and user.lower()})


@wrong("SEND-ATTRIBUTION", "treats an id of digits as a number, and loses leading zeros")
class NumbersIds(Honest):
    def wire(self, entry: Entry) -> Entry:
        customer = entry.get("customer_id")
        number = customer is not None and customer.isascii() and customer.isdecimal()
        return super().wire({**entry, "customer_id": str(int(customer)) if number and customer else customer})


@wrong("SEND-ATTRIBUTION", "cuts session ids to 36 characters, the length of a UUID")
class CutsSessions(Honest):
    def wire(self, entry: Entry) -> Entry:
        session = entry.get("session_id")
        return super().wire({**entry, "session_id": session and session[:36]})


@wrong("SEND-ATTRIBUTION", "sends session_id only with the messages of users")
class AssistantsHaveNoSession(Honest):
    def wire(self, entry: Entry) -> Entry:
        return super().wire({**entry, "session_id": entry.get("session_id") if entry["role"] == "user" else None})


@wrong("IN-UUID", "converts any other conversation id into a UUID")
class MakesUuids(Honest):
    def wire(self, entry: Entry) -> Entry:
        conversation = entry["conversation_id"]
        if not re.fullmatch(r"[{]?(urn:uuid:)?[0-9a-fA-F-]{32,36}[}]?", conversation):
            conversation = str(uuid5(NAMESPACE_URL, conversation))
        return super().wire({**entry, "conversation_id": conversation})


@wrong("IN-TYPES", "converts content that is not a string into one")
class StringsContents(Honest):
    def check(self, index: int, entry: Entry) -> None:
        if not isinstance(entry.get("content"), str | None):
            entry["content"] = str(entry["content"])
        super().check(index, entry)


@wrong("IN-TYPES", "extracts the text of content parts, as in chat models")
class JoinsParts(Honest):
    def check(self, index: int, entry: Entry) -> None:
        if isinstance(entry.get("content"), list):
            entry["content"] = "".join(self.part(part) for part in entry["content"])
        super().check(index, entry)

    def part(self, part: Any) -> str:  # noqa: ANN401 - whatever the caller has
        return part.get("text", "") if isinstance(part, dict) else str(part)


@wrong("IN-TYPES", "writes ids that are numbers as strings")
class StringsIds(Honest):
    def check(self, index: int, entry: Entry) -> None:
        for field in ("user_id", "customer_id", "session_id"):
            if isinstance(entry.get(field), int):
                entry[field] = str(entry[field])
        super().check(index, entry)


@wrong("IN-TYPES", "omits metadata that is not a dict")
class LeavesOutOddMetadata(Honest):
    def check(self, index: int, entry: Entry) -> None:
        if not isinstance(entry.get("metadata"), dict):
            entry["metadata"] = None
        super().check(index, entry)


@wrong("SEND-ATTRIBUTION", "writes a customer_id that is null as the string None")
class StringsNone(Honest):
    def wire(self, entry: Entry) -> Entry:
        if "customer_id" in entry:
            entry = {**entry, "customer_id": str(entry["customer_id"])}
        return super().wire(entry)


@wrong("SEND-ATTRIBUTION", "sends user_id only with the messages of users")
class AssistantsHaveNoUser(Honest):
    def wire(self, entry: Entry) -> Entry:
        return super().wire({**entry, "user_id": entry.get("user_id") if entry["role"] == "user" else None})


@wrong("SEND-ATTRIBUTION", "strips whitespace around ids")
class StripsIds(Honest):
    def wire(self, entry: Entry) -> Entry:
        stripped = {field: value.strip() for field in OPTIONAL if (value := entry.get(field)) is not None}
        return super().wire({**entry, **stripped})


@wrong("SEND-ATTRIBUTION", "omits a session_id that equals its conversation_id")
class LeavesOutTheConversationsSession(Honest):
    def wire(self, entry: Entry) -> Entry:
        same = entry.get("session_id") == entry["conversation_id"]
        return super().wire({**entry, "session_id": None} if same else entry)


@wrong("SEND-ATTRIBUTION", "writes a session_id that is a UUID in Python's spelling")
class SpellsSessions(Honest):
    def wire(self, entry: Entry) -> Entry:
        with suppress(ValueError):
            entry = {**entry, "session_id": entry.get("session_id") and str(UUID(entry["session_id"]))}
        return super().wire(entry)


@wrong("SEND-CONTENT", "removes a byte order mark from the first of several messages")
class DropsTheMark(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        first = [{**entry, "content": entry["content"].removeprefix("\ufeff")} for entry in entries[:1]]
        return super().record([*first, *entries[1:]] if len(entries) > 1 else entries)


@wrong("SEND-CONTENT", "strips the last message of a batch of more than three")
class StripsTheEnd(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        *others, last = entries or [{}]
        stripped = last.get("content", "").strip()
        return super().record([*others, {**last, "content": stripped}] if len(others) >= FEW and stripped else entries)


@wrong("SEND-METADATA", "writes keys in snake_case if an assistant's message has a session")
class SnakesKeys(Honest):
    def wire(self, entry: Entry) -> Entry:
        if entry["role"] == "assistant" and entry.get("session_id") and entry.get("metadata"):
            keys = {re.sub("(?<=[a-z])(?=[A-Z])", "_", key).lower(): key for key in entry["metadata"]}
            entry = {**entry, "metadata": {name: entry["metadata"][key] for name, key in keys.items()}}
        return super().wire(entry)


@wrong("SEND-ATTRIBUTION", "takes the user_id from metadata if the message has none")
class PromotesMetadata(Honest):
    def wire(self, entry: Entry) -> Entry:
        meant = (entry.get("metadata") or {}).get("user_id")
        return super().wire({"user_id": meant, **entry} if isinstance(meant, str) else entry)
