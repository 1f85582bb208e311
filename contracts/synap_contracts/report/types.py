"""The JSON report as types. Its JSON Schema, and what a malformed report is rejected with, are made from these."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

from synap_contracts.clauses.clause import Depth, Evidence, Level  # noqa: TC001 - the schema reads the types
from synap_contracts.runs.result import Outcome  # noqa: TC001 - as above

RaisedReport = TypedDict(
    "RaisedReport",
    {
        "class": Annotated[str, "The name of the class, with its module."],
        "own": Annotated[list[str], "The client's own classes of the exception, by name."],
        "text": str,
        "traceback": Annotated[str, "Empty if the adapter does not report it."],
    },
)
RaisedReport.__doc__ = "An exception that the client raised."


class EndedReport(TypedDict):
    """How the client ended its process."""

    status: Annotated[int | None, "The exit status, or the negative number of a signal."]
    output: Annotated[str, "The last output."]


class OutcomeReport(TypedDict):
    """What the caller got. There is exactly one of these fields."""

    returned: NotRequired[Annotated[Any, "The answer."]]
    raised: NotRequired[RaisedReport]
    ended: NotRequired[EndedReport]
    hung: NotRequired[Annotated[float, "How long the kit waited, in seconds."]]


class CallReport(TypedDict):
    """A call as it happened."""

    number: int
    circumstances: Annotated[str, "What was unusual, to follow `call 0`."]
    client: Annotated[str, "Which of the scenario's clients was called."]
    messages: Annotated[list[Any], "The messages, as the client received them."]
    refused: Annotated[list[int], "The messages that the server was made to reject."]
    trouble: Annotated[str | None, "The failure that was scheduled."]
    opening: Annotated[bool, "Whether it was the opening of the client that raised."]
    outcome: OutcomeReport


class ConversationReport(TypedDict):
    """The messages that a conversation had at the end."""

    conversation_id: str
    instance_id: str
    messages: list[dict[str, Any]]


class RequestReport(TypedDict):
    """A request that the server received."""

    at: Annotated[str, "When, in UTC (ISO 8601)."]
    method: str
    path: str
    status: Annotated[int | None, "null: there was no response."]
    body: str
    answer: str


class ReproductionReport(TypedDict):
    """How to repeat an example."""

    command: str
    curl: str
    python: str


class ExampleReport(TypedDict):
    """The smallest scenario found that violates a clause, and how it ran."""

    id: Annotated[str, "The ID for --replay."]
    clause: Annotated[str, "The clause that it was found for."]
    sentence: Annotated[str, "How it violates the clause."]
    call: Annotated[int | None, "The call in question."]
    differs: Annotated[list[str], "Paths such as `messages[2].content` and `answer.results[0]`."]
    steady: Annotated[bool, "Whether it occurred again when the scenario ran again."]
    calls: list[CallReport]
    recorded: list[ConversationReport]
    wire: list[RequestReport]
    heard: Annotated[list[str], "What was logged or printed with the key."]
    scenario: Annotated[dict[str, Any], "The scenario, for a file of known failures."]
    reproduce: ReproductionReport


class FindingReport(TypedDict):
    """A cause of failures."""

    id: int
    clause: Annotated[str, "The clause that names it."]
    also: Annotated[list[str], "The other clauses that it violates."]
    level: Level
    summary: Annotated[str, "What the client does, without a subject."]
    fix: Annotated[str, "What to change, or an empty text."]
    counterexample: ExampleReport


class ClauseReport(TypedDict):
    """The result of a clause."""

    id: str
    level: Level
    evidence: Evidence
    statement: str
    source: str
    outcome: Outcome
    before: Annotated[Outcome | None, "The outcome in the report of --against."]
    examples: Annotated[int, "The number of scenarios that ran for it."]
    exercised: Annotated[int, "The number of calls in which its precondition occurred."]
    message: Annotated[str, "The violation, or why it is not testable."]
    finding: Annotated[int | None, "The finding that explains its failure."]
    counterexample: ExampleReport | None


class ClientReport(TypedDict):
    """The client."""

    spec: Annotated[str, "The client, as it was named on the command line."]
    name: str
    version: str | None
    limits: Annotated[list[str], "The limits that it declares, in words."]


class ServerReport(TypedDict):
    """The server."""

    url: str
    dialect: str


Counts = TypedDict(
    "Counts", {"passed": int, "failed": int, "known": int, "stale": int, "not-testable": int, "error": int}
)
Counts.__doc__ = "The number of clauses by outcome."


class Summary(TypedDict):
    """The number of clauses by level and outcome."""

    MUST: Counts
    SHOULD: Counts


class Search(TypedDict):
    """What a run searches. The shards of one run have the same."""

    client: str
    name: str
    version: str | None
    dialect: str
    profile: Depth
    seed: int
    examples: Annotated[int, "The number of scenarios that each check draws."]
    clauses: list[str]
    known: Annotated[list[str], "The clause and the kind of each known failure."]


class ShardReport(TypedDict):
    """A part of a run, for `synap-mock report merge`."""

    index: Annotated[int, "Which shard it is, from 1."]
    of: Annotated[int, "The number of shards."]
    search: Search
    options: Annotated[list[str], "The other options of the command, so that it can be repeated."]
    parts: Annotated[Any, "What the run is assembled from. Only the version of the kit that wrote it reads it."]
    digest: Annotated[str, "The SHA-256 of `parts`, in hexadecimal."]


class AgainstReport(TypedDict):
    """What differs from an earlier report."""

    client: Annotated[str, "The client of that report, with its version."]
    contract: str
    dialect: str
    profile: Depth
    seed: int
    new: Annotated[list[str], "The clauses that fail, and did not."]
    fixed: Annotated[list[str], "The clauses that failed, and pass."]
    lost: Annotated[list[str], "The clauses that passed, and are not testable."]


class RunReport(TypedDict):
    """The run of one client."""

    client: ClientReport
    server: ServerReport
    profile: Depth
    seed: int
    seconds: float
    error: Annotated[str | None, "Why the client could not be run, or why the run stopped."]
    folder: Annotated[str | None, "Where counterexamples are saved."]
    scripts: Annotated[str | None, "Where the scripts of the counterexamples are."]
    findings: list[FindingReport]
    clauses: list[ClauseReport]
    summary: Summary
    against: AgainstReport | None
    shard: ShardReport | None


class Report(TypedDict):
    """The report of `synap-mock verify --json`, from which all other reports are made."""

    kit: Annotated[str, "The version of synap-mock."]
    contract: Annotated[str, "The revision of the contract."]
    strict: Annotated[bool, "Whether a SHOULD that fails fails the run."]
    runs: list[RunReport]
