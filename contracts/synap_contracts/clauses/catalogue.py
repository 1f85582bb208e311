"""The clauses that a client is held to: CONTRACT.md section 4, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Level = Literal["MUST", "SHOULD"]
Evidence = Literal["documented", "derived", "sdk", "assumed"]

REVISION: Final = "2026-11-23"
"""Which reading of the vendor's page these clauses are; reports name it."""

_PAGE: Final = "record_messages_batch page"
_PARAMETERS: Final = f"{_PAGE}, Parameters"
_RETURNS: Final = f"{_PAGE}, Returns"
_RAISES: Final = f"{_PAGE}, Raises"
_OURS: Final = "the project's choice; no public page says"


@dataclass(frozen=True)
class Clause:
    """One thing that a client must, or should, do.

    Args:
        id: How reports and `--clause` name it; ids are kept.
        level: A MUST that fails fails the run; a SHOULD that fails is a warning, unless the user asks for strict.
        evidence: Who says so. A MUST is documented or derived.
        statement: What has to come out.
        source: Where it is said, or what it is derived from.
    """

    id: str
    level: Level
    evidence: Evidence
    statement: str
    source: str


CLAUSES: Final = (
    Clause(
        "ACCEPT",
        "MUST",
        "documented",
        "A batch whose every entry keeps the parameter list, with nothing going wrong, is answered, and all succeeded.",
        _PARAMETERS,
    ),
    Clause("RES-TOTAL", "MUST", "documented", "total is the number of messages submitted.", _RETURNS),
    Clause(
        "RES-COUNTS",
        "MUST",
        "documented",
        "succeeded + failed = total, and each equals the number of its rows.",
        _RETURNS,
    ),
    Clause("RES-ROWS", "MUST", "documented", "results has one row per submitted message.", _RETURNS),
    Clause(
        "RES-ORDER",
        "MUST",
        "documented",
        "Row i tells the fate of message i: its message_id is, in truth, that message.",
        f"{_RETURNS} (in submission order)",
    ),
    Clause(
        "RES-SUCCESS",
        "MUST",
        "documented",
        "A successful row has the server's message_id and the server's recorded_at, and no error.",
        _RETURNS,
    ),
    Clause("RES-FAILURE", "MUST", "documented", "A failed row has an error, and no message_id.", _RETURNS),
    Clause(
        "RES-PARTIAL",
        "MUST",
        "documented",
        "An answer with failed rows is returned to the caller, not raised.",
        f"{_RETURNS} (failed, and rows with an error)",
    ),
    Clause("RES-UNIQUE", "MUST", "derived", "No message_id appears twice.", f"{_RETURNS} (message_id names a message)"),
    Clause("RES-TIME", "MUST", "documented", "recorded_at is a date-time with a zone.", "record_message page, Returns"),
    Clause(
        "RES-CALLS",
        "MUST",
        "derived",
        "An answer speaks of its own call only, whatever came before or runs beside it.",
        f"{_RETURNS} (messages submitted)",
    ),
    Clause(
        "RES-EMPTY",
        "SHOULD",
        "assumed",
        "An empty batch gives zeros and no rows, or is refused with InvalidInputError.",
        _OURS,
    ),
    Clause(
        "SEND-CONTENT",
        "MUST",
        "derived",
        "content arrives code point for code point: any script, white space, control characters, normalisation "
        "forms, long ones.",
        f"{_PARAMETERS} (content: message text)",
    ),
    Clause("SEND-ROLE", "MUST", "derived", "role arrives as sent.", _PARAMETERS),
    Clause(
        "SEND-ATTRIBUTION",
        "MUST",
        "derived",
        "user_id, customer_id and session_id arrive as sent, and none is made up.",
        _PARAMETERS,
    ),
    Clause(
        "SEND-METADATA",
        "MUST",
        "derived",
        "metadata arrives as the same JSON value, nested, with odd keys.",
        f"{_PARAMETERS} (free-form)",
    ),
    Clause(
        "SEND-ORDER",
        "MUST",
        "derived",
        "Each conversation's transcript is in submission order.",
        f"{_PAGE}, first paragraph (backfilling an existing transcript)",
    ),
    Clause("SEND-ALL", "MUST", "derived", "Every accepted message is recorded.", f"{_RETURNS} (succeeded)"),
    Clause(
        "SEND-ONLY",
        "MUST",
        "derived",
        "Nothing else is recorded, and equal messages as often as they were sent.",
        f"{_RETURNS} (succeeded)",
    ),
    Clause(
        "SEND-INPUT",
        "SHOULD",
        "assumed",
        "The caller's list and dicts are as before the call, nested ones too.",
        _OURS,
    ),
    Clause(
        "SEND-WIDE-INTEGERS",
        "SHOULD",
        "assumed",
        "Integers beyond 2^53 in metadata arrive as sent, or are refused loudly.",
        _OURS,
    ),
    Clause(
        "SEND-WIDE-SURROGATES", "SHOULD", "assumed", "Lone surrogates arrive as sent, or are refused loudly.", _OURS
    ),
    Clause(
        "SEND-WIDE-NONCHARACTERS",
        "SHOULD",
        "assumed",
        "Code points that Unicode keeps for no character (U+FFFE, U+FFFF, …) arrive as sent, or are refused loudly.",
        _OURS,
    ),
    Clause(
        "SEND-WIDE-UUIDS",
        "SHOULD",
        "assumed",
        "Other spellings of a UUID reach the same conversation, or are refused loudly.",
        _OURS,
    ),
    Clause("SEND-WIDE-EMPTY", "SHOULD", "assumed", "Empty content arrives, or is refused loudly.", _OURS),
    Clause(
        "SEND-WIDE-LARGE", "SHOULD", "assumed", "Thousands of messages in a call arrive, or are refused loudly.", _OURS
    ),
    Clause(
        "IN-KEYS",
        "MUST",
        "documented",
        "Each missing required key, in an entry at any index, raises InvalidInputError.",
        _RAISES,
    ),
    Clause("IN-ROLE", "MUST", "documented", "Each invalid role, at any index, raises InvalidInputError.", _RAISES),
    Clause("IN-ATOMIC", "SHOULD", "assumed", "A call that raised InvalidInputError recorded nothing.", _OURS),
    Clause(
        "IN-UUID",
        "MUST",
        "documented",
        "A conversation_id that is no UUID raises InvalidInputError or gives a failed row, and is not recorded.",
        f"{_PARAMETERS} (must be a valid UUID)",
    ),
    Clause(
        "IN-TYPES",
        "SHOULD",
        "derived",
        "A field of a wrong type raises InvalidInputError or gives a failed row, and is never silently changed.",
        _PARAMETERS,
    ),
    Clause(
        "IN-ITERABLE",
        "SHOULD",
        "assumed",
        "Messages given as a tuple or a generator are recorded whole, or there is an error.",
        _OURS,
    ),
    Clause(
        "AUTH-INVALID",
        "MUST",
        "documented",
        "A wrong key raises AuthenticationError at construction, at initialisation or at the call, and nothing is "
        "recorded.",
        _RAISES,
    ),
    Clause("AUTH-MISSING", "MUST", "documented", "No key: as with a wrong one.", _RAISES),
    Clause(
        "AUTH-REVOKED",
        "MUST",
        "derived",
        "After a key was revoked between two calls, the second raises AuthenticationError.",
        f"{_RAISES} (invalid)",
    ),
    Clause(
        "AUTH-OWN",
        "MUST",
        "derived",
        "Of two clients with two keys in one process, each records under its own.",
        "authentication page (a key belongs to one instance)",
    ),
    Clause("AUTH-FORBIDDEN", "SHOULD", "sdk", "403 raises AuthenticationError.", "SDK 0.5.15 and later"),
    Clause(
        "AUTH-SECRET",
        "SHOULD",
        "assumed",
        "The key is in no exception text (causes and notes too), no URL, no log record and no output, also where it "
        "is malformed.",
        _OURS,
    ),
    Clause("NET-REFUSED", "MUST", "documented", "Where nobody listens, NetworkError is raised.", _RAISES),
    Clause(
        "NET-TIMEOUT",
        "MUST",
        "derived",
        "No answer in time: NetworkError, or a true answer after a retry.",
        f"{_RAISES} (cannot reach Synap)",
    ),
    Clause(
        "NET-LOST",
        "MUST",
        "derived",
        "The line cut before, in or after the answer: NetworkError, or a true answer after a retry.",
        f"{_RAISES} (cannot reach Synap)",
    ),
    Clause(
        "NET-NAME",
        "SHOULD",
        "documented",
        "The class raised is, or derives from, a class of the client's own named NetworkError.",
        _RAISES,
    ),
    Clause(
        "NET-GARBLED",
        "MUST",
        "derived",
        "A 200 whose body is HTML, truncated, {}, [], null, a string or a number: an error, or at least no claim of "
        "success.",
        f"{_RETURNS} (succeeded: number of messages accepted)",
    ),
    Clause(
        "ONCE",
        "MUST",
        "derived",
        "Whatever goes wrong on the way, no message is recorded twice by one call.",
        f"{_RETURNS} (succeeded: number of messages accepted)",
    ),
    Clause(
        "TRUE",
        "MUST",
        "derived",
        "A row that says success is recorded in truth, and a call that returned left nothing out.",
        f"{_RETURNS} (succeeded: number of messages accepted)",
    ),
    Clause(
        "RATE-LIMIT",
        "MUST",
        "derived",
        "429: an error that says so, or a true answer after waiting.",
        "errors page (RATE_LIMITED)",
    ),
    Clause(
        "RATE-WAIT",
        "SHOULD",
        "documented",
        "A retry after 429 comes no sooner than Retry-After.",
        "errors page (RATE_LIMITED, Retry-After)",
    ),
    Clause(
        "SERVER-ERROR",
        "MUST",
        "derived",
        "500, 502, 503, 504: an error, or a true answer after a retry.",
        f"{_RETURNS} (succeeded: number of messages accepted)",
    ),
    Clause("REFUSALS", "SHOULD", "sdk", "402, 409, 413, 418, 422: an error at once, no retry storm.", "SDK releases"),
    Clause(
        "REDIRECT",
        "SHOULD",
        "assumed",
        "3xx to another origin: neither the key nor the messages go there; 201 and 202: not sent again.",
        _OURS,
    ),
    Clause(
        "REUSE",
        "SHOULD",
        "sdk",
        "One client object over several event loops: neither doubled nor lost in silence.",
        "SDK 0.5.10 and later",
    ),
    Clause(
        "DIALECT",
        "SHOULD",
        "sdk",
        "Served the observed dialect, the client still gives its caller the documented answer.",
        "SDK 0.5.10 and later parse another shape than the page has",
    ),
)

BY_ID: Final = {clause.id: clause for clause in CLAUSES}
