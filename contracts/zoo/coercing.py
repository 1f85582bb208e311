"""Clients that change what was said, and who said it."""

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
from labels import wrong
from steps import OPTIONAL

if TYPE_CHECKING:
    from steps import Answer, Entry

COLUMN = 4096
PACKET = 65_536
FEW = 3


class Rewriting(Honest):
    """Sends `text(content)` for each content."""

    def text(self, content: str) -> str:
        """What is sent for a content."""
        raise NotImplementedError

    def wire(self, entry: Entry) -> Entry:
        """An entry as it is sent."""
        return super().wire({**entry, "content": self.text(entry["content"])})


@wrong("SEND-CONTENT", "strips white space, where something is left")
class Strips(Rewriting):
    def text(self, content: str) -> str:
        return content.strip() or content


@wrong("SEND-CONTENT", "normalises to NFC")
class Normalises(Rewriting):
    def text(self, content: str) -> str:
        return unicodedata.normalize("NFC", content)


@wrong("SEND-CONTENT", "normalises compatibility forms, for the search")
class NormalisesForms(Rewriting):
    def text(self, content: str) -> str:
        return "".join(
            unicodedata.normalize("NFKC", character) if "\uf900" <= character <= "\uffef" else character
            for character in content
        )


@wrong("SEND-CONTENT", "writes CRLF as LF")
class UnixLines(Rewriting):
    def text(self, content: str) -> str:
        return content.replace("\r\n", "\n")


@wrong("SEND-CONTENT", "writes Unicode's line and paragraph separators as line feeds")
class FeedsLines(Rewriting):
    def text(self, content: str) -> str:
        return re.sub("[\u2028\u2029\x85]", "\n", content)


@wrong("SEND-CONTENT", "escapes HTML")
class EscapesHtml(Rewriting):
    def text(self, content: str) -> str:
        return html.escape(content, quote=False)


@wrong("SEND-CONTENT", "decodes HTML's entities")
class UnescapesHtml(Rewriting):
    def text(self, content: str) -> str:
        return html.unescape(content)


@wrong("SEND-CONTENT", "decodes percent-encoding")
class DecodesPercents(Rewriting):
    def text(self, content: str) -> str:
        return unquote(content)


@wrong("SEND-CONTENT", "cuts contents to a column of 4,096 characters")
class CutsToAColumn(Rewriting):
    def text(self, content: str) -> str:
        return content[:COLUMN]


@wrong("SEND-CONTENT", "cuts contents to 64 KiB of UTF-8, and drops the character that the cut goes through")
class CutsToAPacket(Rewriting):
    def text(self, content: str) -> str:
        return content.encode()[:PACKET].decode(errors="ignore")


@wrong("SEND-CONTENT", "drops NUL, which its own database can't hold")
class DropsNul(Rewriting):
    def text(self, content: str) -> str:
        return content.replace("\0", "")


@wrong("SEND-CONTENT", "drops control characters but tab and line ends")
class DropsControls(Rewriting):
    def text(self, content: str) -> str:
        return "".join(each for each in content if each in "\t\n\r" or unicodedata.category(each) != "Cc")


@wrong("SEND-CONTENT", "drops what isn't printable: joiners and direction marks too, and emoji families fall apart")
class DropsFormats(Rewriting):
    def text(self, content: str) -> str:
        return "".join(each for each in content if unicodedata.category(each) != "Cf")


@wrong("SEND-CONTENT", "reads its own bytes as UTF-8 with a signature, and loses a BOM that begins a content")
class LosesTheBom(Rewriting):
    def text(self, content: str) -> str:
        return content.encode().decode("utf-8-sig")


@wrong("SEND-CONTENT", "stores in a column of three-byte characters: what lies beyond the basic plane becomes U+FFFD")
class BasicPlaneOnly(Rewriting):
    def text(self, content: str) -> str:
        return "".join("\ufffd" if character > "\uffff" else character for character in content)


@wrong("SEND-CONTENT", "turns what isn't ASCII into escapes, and forgets that json does so as well")
class EscapesTwice(Rewriting):
    def text(self, content: str) -> str:
        return content.encode("ascii", "backslashreplace").decode()


@wrong("SEND-CONTENT", "collapses runs of spaces")
class CollapsesSpaces(Rewriting):
    def text(self, content: str) -> str:
        return re.sub(" {2,}", " ", content)


@wrong("SEND-CONTENT", "reads a content that looks like JSON, and writes it its own way")
class RewritesJson(Rewriting):
    def text(self, content: str) -> str:
        try:
            value = json.loads(content)
        except (ValueError, RecursionError):
            return content
        return json.dumps(value) if isinstance(value, dict | list) else content


@wrong("SEND-CONTENT", "strips the end of each message but a batch's first")
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


@wrong("SEND-CONTENT", "masks mail addresses")
class MasksMail(Rewriting):
    def text(self, content: str) -> str:
        return re.sub(r"[\w.+-]{1,64}@[\w-]+\.[\w.-]+", "<mail>", content)


@wrong("SEND-CONTENT", "masks long numbers: they may be cards")
class MasksNumbers(Rewriting):
    def text(self, content: str) -> str:
        return re.sub(r"\d{13,19}", "****", content)


@wrong("SEND-CONTENT", "writes tabs as spaces")
class ExpandsTabs(Rewriting):
    def text(self, content: str) -> str:
        return content.replace("\t", "    ")


@wrong("SEND-CONTENT", "writes typographic quotes and dashes as ASCII")
class PlainsQuotes(Rewriting):
    def text(self, content: str) -> str:
        return re.sub("[\u201c\u201d]", '"', re.sub("[\u2018\u2019]", "'", re.sub("[\u2013\u2014]", "-", content)))


@wrong("SEND-WIDE-EMPTY", "writes a space for an empty content, which its language model refuses")
class FillsEmptyContent(Rewriting):
    def text(self, content: str) -> str:
        return content or " "


@wrong("SEND-WIDE-SURROGATES", "writes a question mark for a lone surrogate")
class ReplacesSurrogates(Rewriting):
    def text(self, content: str) -> str:
        return content.encode("utf-8", "replace").decode()


@wrong("SEND-WIDE-SURROGATES", "leaves out lone surrogates")
class DropsSurrogates(Rewriting):
    def text(self, content: str) -> str:
        return content.encode("utf-8", "ignore").decode()


@wrong("SEND-ROLE", "takes the roles of a conversation to alternate, and sends them so")
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


@wrong("SEND-ROLE", "tells the role by whether there is a user_id")
class TellsTheRoleByUser(Honest):
    def wire(self, entry: Entry) -> Entry:
        return super().wire({**entry, "role": "user" if entry.get("user_id") else "assistant"})


@wrong("SEND-ROLE", "gives all of a batch the role of its first message")
class OneRole(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        return super().record([{**entry, "role": entries[0]["role"]} for entry in entries])


@wrong("SEND-ATTRIBUTION", "lets a message without a user_id have the one before it")
class CarriesTheUser(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        sent: list[Entry] = []
        user = None
        for entry in entries:
            user = entry.get("user_id") or user
            sent.append({**entry, "user_id": user})
        return super().record(sent)


@wrong("SEND-ATTRIBUTION", "takes session and customer of the first message for all of the batch's")
class OneSession(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        common = {field: entries[0].get(field) for field in ("customer_id", "session_id")} if entries else {}
        return super().record([{**entry, **common} for entry in entries])


@wrong("SEND-ATTRIBUTION", "writes user_ids in lower case: many are mail addresses")
class LowersUsers(Honest):
    def wire(self, entry: Entry) -> Entry:
        user = entry.get("user_id")
        return super().wire({**entry, "user_id": user and user.lower()})


@wrong("SEND-ATTRIBUTION", "takes an id of digits for a number, and loses the noughts that it begins with")
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


@wrong("IN-UUID", "makes a UUID of any conversation id that is none")
class MakesUuids(Honest):
    def wire(self, entry: Entry) -> Entry:
        conversation = entry["conversation_id"]
        if not re.fullmatch(r"[{]?(urn:uuid:)?[0-9a-fA-F-]{32,36}[}]?", conversation):
            conversation = str(uuid5(NAMESPACE_URL, conversation))
        return super().wire({**entry, "conversation_id": conversation})


@wrong("IN-TYPES", "writes a content that is no string as one")
class StringsContents(Honest):
    def check(self, index: int, entry: Entry) -> None:
        if not isinstance(entry.get("content"), str | None):
            entry["content"] = str(entry["content"])
        super().check(index, entry)


@wrong("IN-TYPES", "takes the text out of a content made of parts, as chat models have them")
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


@wrong("IN-TYPES", "leaves out metadata that is no dict")
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


@wrong("SEND-ATTRIBUTION", "strips white space around ids")
class StripsIds(Honest):
    def wire(self, entry: Entry) -> Entry:
        stripped = {field: value.strip() for field in OPTIONAL if (value := entry.get(field)) is not None}
        return super().wire({**entry, **stripped})


@wrong("SEND-CONTENT", "fills contents in as templates: doubled braces become single ones")
class FillsInTemplates(Rewriting):
    def text(self, content: str) -> str:
        return content.replace("{{", "{").replace("}}", "}")


@wrong("SEND-CONTENT", "expands the environment's variables in contents")
class ExpandsVariables(Rewriting):
    def text(self, content: str) -> str:
        return os.path.expandvars(content)


@wrong("SEND-WIDE-NONCHARACTERS", "writes U+FFFD for U+FFFE and U+FFFF")
class ReplacesNoncharacters(Rewriting):
    def text(self, content: str) -> str:
        return re.sub("[\ufffe\uffff]", "\ufffd", content)


@wrong("SEND-ATTRIBUTION", "leaves out a session that is named as its conversation")
class LeavesOutTheConversationsSession(Honest):
    def wire(self, entry: Entry) -> Entry:
        same = entry.get("session_id") == entry["conversation_id"]
        return super().wire({**entry, "session_id": None} if same else entry)


@wrong("SEND-ATTRIBUTION", "writes a session that is a UUID as Python writes UUIDs")
class SpellsSessions(Honest):
    def wire(self, entry: Entry) -> Entry:
        with suppress(ValueError):
            entry = {**entry, "session_id": entry.get("session_id") and str(UUID(entry["session_id"]))}
        return super().wire(entry)


@wrong("SEND-CONTENT", "takes a byte order mark off the first message of several")
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


@wrong("SEND-METADATA", "writes keys in snake case, where an assistant's message has a session")
class SnakesKeys(Honest):
    def wire(self, entry: Entry) -> Entry:
        if entry["role"] == "assistant" and entry.get("session_id") and entry.get("metadata"):
            keys = {re.sub("(?<=[a-z])(?=[A-Z])", "_", key).lower(): key for key in entry["metadata"]}
            entry = {**entry, "metadata": {name: entry["metadata"][key] for name, key in keys.items()}}
        return super().wire(entry)


@wrong("SEND-ATTRIBUTION", "takes who is meant from metadata, where the message doesn't say")
class PromotesMetadata(Honest):
    def wire(self, entry: Entry) -> Entry:
        meant = (entry.get("metadata") or {}).get("user_id")
        return super().wire({"user_id": meant, **entry} if isinstance(meant, str) else entry)
