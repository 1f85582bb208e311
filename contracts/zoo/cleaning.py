"""Clients that clean texts: they decode, sanitize, mask, normalize or cut what a user wrote."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from coercing import Rewriting
from coercing_metadata import Rewriting as RewritingMetadata
from coercing_metadata import keys, select
from honest import Honest
from labels import wrong_variants
from steps import OPTIONAL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from steps import Entry

_EVEN = 2
_NINE = 9


def is_card(digits: str) -> bool:
    """Return whether the check digit is the one of a card number."""
    found = [int(each) for each in digits if each.isdigit()]
    weighted = (each * (1 + place % _EVEN) for place, each in enumerate(reversed(found)))
    return sum(each - _NINE * (each > _NINE) for each in weighted) % 10 == 0


def mask_cards(content: str) -> str:
    """Mask numbers of cards, in groups or not."""
    return re.sub(r"\b(?:\d[ -]?){14,15}\d\b", lambda found: "[CARD]" if is_card(found[0]) else found[0], content)


def decode_escapes(content: str) -> str:
    """Decode the escapes of one more round of JSON."""
    names = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "/": "/"}
    return re.sub(r'\\([ntr"\\/])', lambda found: names[found[1]], content)


def without_tracking(content: str) -> str:
    """Remove what tracks clicks from links."""
    return re.sub(r"(?<=https)(://\S+?)[?&]utm_\w+=\w+", r"\1", content)


def ascii_digits(content: str) -> str:
    """Write the digits of all scripts as ASCII."""
    return "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in content)


def text(change: Callable[[str], str]) -> Callable[[Any], Any]:
    """Change strings, and nothing else."""
    return lambda value: change(value) if isinstance(value, str) else value


class Cleaning(Rewriting):
    """Sends `change(content)` for each content."""


class CleaningMetadata(RewritingMetadata):
    """Sends `change(value)` for each value in the metadata, from the innermost outwards."""


# fmt: off
CONTENTS: Mapping[str, tuple[str, str, Callable[[Any], Any]]] = {
    "UnescapesTwice": ("SEND-CONTENT", "decodes JSON's escapes in contents that are decoded already", decode_escapes),
    "HalvesBackslashes": ("SEND-CONTENT", "writes two backslashes as one",
        lambda content: content.replace("\\\\", "\\")),
    "FormatsPercents": ("SEND-CONTENT", "passes contents through a format, in which %% is %",
        lambda content: content.replace("%%", "%")),
    "DropsReplacements": ("SEND-CONTENT", "drops replacement characters",
        lambda content: content.replace("\ufffd", "")),
    "DropsSelectors": ("SEND-CONTENT", "drops variation selectors, which its font cannot show",
        lambda content: re.sub("[\ufe00-\ufe0f]", "", content)),
    "DropsTokens": ("SEND-CONTENT", "drops special tokens of language models",
        lambda content: re.sub(r"<\|\w+\|>", "", content)),
    "MasksCards": ("SEND-CONTENT", "masks numbers of cards, whose check digit it tests", mask_cards),
    "MasksKeys": ("SEND-CONTENT", "masks access keys of a cloud",
        lambda content: re.sub(r"\bAKIA[0-9A-Z]{16}\b", "[KEY]", content)),
    "Censors": ("SEND-CONTENT", "censors swearing", lambda content: re.sub(r"(?i)\b(shit|crap)\b", "****", content)),
    "CleansLinks": ("SEND-CONTENT", "removes what tracks clicks from links", without_tracking),
    "PlainsDigits": ("SEND-CONTENT", "writes the digits of all scripts as ASCII", ascii_digits),
    "SpellsOutEllipses": ("SEND-CONTENT", "writes an ellipsis as three dots",
        lambda content: content.replace("…", "...")),
    "DecodesTrigraphs": ("SEND-CONTENT", "decodes the trigraphs of C", lambda content: content.replace("??=", "#")),
    "DecodesEntities": ("SEND-CONTENT", "decodes the entities of a few symbols",
        lambda content: content.replace("&hellip;", "…").replace("&copy;", "©")),
    "UnquotesMail": ("SEND-CONTENT", "reads lines as mailboxes quote them",
        lambda content: re.sub("^>From ", "From ", content, flags=re.MULTILINE)),
    "DropsFrontMatter": ("SEND-CONTENT", "drops the properties at the start of a document",
        lambda content: re.sub(r"\A---\n.*?\n---\n", "", content, flags=re.DOTALL)),
    "DropsDefaultPorts": ("SEND-CONTENT", "drops the port that is the default of a URL",
        lambda content: re.sub(r"\b(http://[\w.]+):80(?!\d)", r"\1", content)),
    "ResolvesDots": ("SEND-CONTENT", "resolves the dots in the path of a URL",
        lambda content: re.sub(r"(https?://\S*?)/\./", r"\1/", content)),
    "MasksEmployers": ("SEND-CONTENT", "masks the tax numbers of employers",
        lambda content: re.sub(r"\b\d\d-\d{7}\b", "[EIN]", content)),
    "PlainsKelvins": ("SEND-CONTENT", "writes the sign of a unit as a letter",
        lambda content: content.replace("\u212a", "K")),
    "CutsAMegabyte": ("SEND-CONTENT", "cuts contents to 1,000,000 characters", lambda content: content[:1_000_000]),
    "CutsHalfAMegabyte": ("SEND-CONTENT", "cuts contents to 500,000 characters", lambda content: content[:500_000]),
}
METADATA: Mapping[str, tuple[str, str, Callable[[Any], Any]]] = {
    "UnescapesMetadata": ("SEND-METADATA", "decodes the most common entity in metadata",
        text(lambda value: value.replace("&amp;", "&"))),
    "CutsMetadata": ("SEND-METADATA", "cuts strings in metadata to 8,192 characters", text(lambda value: value[:8192])),
    "CutsKeys": ("SEND-METADATA", "cuts keys of metadata to 512 characters",
        lambda value: keys(value, lambda key: key[:512])),
    "DropsSecrets": ("SEND-METADATA", "drops keys that name a secret",
        lambda value: select(value, lambda key, _: "password" not in key.lower())),
    "CutsEntries": ("SEND-METADATA", "cuts metadata to 2,048 keys", lambda value: dict([*value.items()][:2048])
        if isinstance(value, dict) else value),
    "DropsTimes": ("SEND-METADATA", "drops keys that its database sets",
        lambda value: select(value, lambda key, _: key != "createdAt")),
    "ComposesKeys": ("SEND-METADATA", "normalizes keys of metadata to NFC",
        lambda value: keys(value, lambda key: unicodedata.normalize("NFC", key))),
}
# fmt: on
globals().update(wrong_variants(Cleaning, "change", CONTENTS))
globals().update(wrong_variants(CleaningMetadata, "change", METADATA))


class CleaningIds(Honest):
    """Sends `change(id)` for each ID of a user, a customer and a session."""

    change: Callable[[str], str | None]

    def wire(self, entry: Entry) -> Entry:
        """Return an entry as it is sent."""
        given = {field: value for field in OPTIONAL if (value := entry.get(field)) is not None}
        return super().wire({**entry, **{field: self.change(value) for field, value in given.items()}})


# fmt: off
IDS: Mapping[str, tuple[str, str, Callable[[Any], Any]]] = {
    "OmitsEmptyIds": ("SEND-ATTRIBUTION", "omits IDs that are empty", lambda value: value or None),
    "DropsZeroWidths": ("SEND-ATTRIBUTION", "drops zero-width spaces in IDs",
        lambda value: value.replace("\u200b", "")),
    "UndotsMail": ("SEND-ATTRIBUTION", "drops the dots that a mail provider ignores",
        lambda value: re.sub(r"(\w)\.(?=\w+@gmail\.com)", r"\1", value)),
    "CutsIds": ("SEND-ATTRIBUTION", "cuts IDs to 512 characters", lambda value: value[:512]),
}
# fmt: on
globals().update(wrong_variants(CleaningIds, "change", IDS))
