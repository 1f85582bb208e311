"""schemathesis attacks both APIs by their OpenAPI document: no 5xx, and no answer but those that it describes.

The same few examples each time; the observed dialect without the edges of the schemas, and one key check for each
operation. ``SCHEMATHESIS_EXAMPLES=1000 pytest tests/http/test_schemathesis.py`` draws that many of each operation,
and others each time, with edges and key checks everywhere. ``make zoo`` does so with 20.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest
import requests
import schemathesis
from asking import BATCH, in_process
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize
from openapi_document import OPERATIONS
from schemathesis.core.result import Ok
from schemathesis.pytest.lazy import get_all_tests
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
    unsupported_method,
)

from synap_mock import SynapMock
from synap_mock.domain.values.ids import canonical_uuid
from synap_mock.http.control.searching.waiting import LONGEST_WAIT
from synap_mock.http.openapi.document import openapi
from synap_mock.settings import Dialect, Settings, Tenancy
from synap_mock.transports.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from schemathesis import Case, CheckContext, HookContext, Response
    from schemathesis.specs.openapi.schemas import OpenApiSchema
    from starlette.types import Receive, Scope, Send

REPEATED: Final = "SCHEMATHESIS_EXAMPLES" not in os.environ
EXAMPLES: Final = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "5"))
"""Drawn for each operation and for chains of calls, in addition to the document's own and the schemas' edges."""

# Without this, years are drawn in which no clock can stand.
schemathesis.openapi.format(
    "date-time",
    st.datetimes(datetime(1970, 1, 2), datetime(9998, 12, 30)).map(lambda drawn: f"{drawn.isoformat()}Z"),  # noqa: DTZ001 - the zone is written behind
)


@schemathesis.serializer("application/x-ndjson")
def lines_as_they_are(_: Any, value: Any) -> bytes:
    """A drawn body of JSON Lines is a string."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


FAULTS: Final = "POST /_mock/faults"
EVENTS: Final = "GET /_mock/events"
"""A stream has no end; test_events.py reads it."""
SYNAP_API: Final = [operation for operation in OPERATIONS if " /_mock" not in operation]
CONTROL_API: Final = [
    operation for operation in OPERATIONS if " /_mock" in operation and operation not in {FAULTS, EVENTS}
]


def every_other_id_a_uuid(_: HookContext, body: Any) -> Any:
    """A drawn string is never a UUID: without this, every drawn batch fails whole."""
    entries = body.get("messages") if isinstance(body, dict) else None
    for entry in entries if isinstance(entries, list) else []:
        given = entry.get("conversation_id") if isinstance(entry, dict) else None
        if isinstance(given, str) and len(given) % 2 == 0:
            entry["conversation_id"] = str(uuid.uuid5(uuid.NAMESPACE_URL, given))
    return body


def no_long_wait(_: HookContext, query: Any) -> Any:
    """What a drawn request waits for does not arrive, and its client would time out."""
    wait = query.get("wait") if isinstance(query, dict) else None
    if isinstance(wait, int | float) and 0 < wait <= LONGEST_WAIT:
        query["wait"] = wait / 1000
    return query


def drawn(*, examples: int = EXAMPLES, **configuration: Any) -> OpenApiSchema:
    """The document, from which schemathesis draws requests."""
    config = {
        "generation": {
            "max-examples": examples,
            "deterministic": REPEATED,
            "database": "none",
            "with-security-parameters": False,  # the key is sent by us; ignored_auth tries without, and a wrong one
        },
        # Not the default: a body over max_body is refused unread, so 413; a 5xx is not a rejection.
        "checks": {"negative_data_rejection": {"expected-statuses": [400, 401, 403, 404, 405, 413, 422, 429]}},
        **configuration,
    }
    schema = schemathesis.openapi.from_dict(json.loads(openapi()), config=schemathesis.Config.from_dict(config))
    schema.hook("map_body")(every_other_id_a_uuid)
    schema.hook("map_query")(no_long_wait)
    return schema


DRAWN: Final = drawn()
ONCE: Final = drawn(phases={"coverage": {"enabled": False}, "examples": {"enabled": False}}, examples=1)
"""One example of each operation."""

FEWER: Final = drawn(phases={"coverage": {"enabled": False}}) if REPEATED else DRAWN
"""Without the edges of the schemas: those of every fault, with all its terms, take 24 s of CPU; and the observed
dialect reads requests as the documented one does."""

IN_EXAMPLES: Final = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
"""The conversation of the document's examples."""

KEY: Final = "synap_0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab"
HEADERS: Final = {"Authorization": f"Bearer {KEY}"}

NOT_BY_SCHEMA: Final = {
    "/_mock/keys": ("was already issued", "leave it out"),
    "/v1/context/conversation/fetch": ("must be a UUID",),
    "/v1/conversations/compact": ("must be a UUID",),
    "/v1/data/delete": ("must be given for scope", "must equal"),
    "/_mock/answers": ("is modelled",),
    "/api/v1/memories/batch": ("must be a time", "valid datetime"),  # a format only annotates what is nested
    "/api/v1/memories/upload": ("must be an object", "valid dictionary", "exactly one of", "must be a part"),
    "/_mock/memories": ("must be that of a key",),
    "/_mock/profiles": ("must be that of a key", "nested too deeply"),
    "/_mock/import": ("line ",),
    "/_mock/requests": ("after must be the next", "since must be absent"),  # it depends on `all`
    "/_mock/messages": ("after must be the next",),
    "/_mock/clock": ("must not move the clock beyond the year 9998",),
}
"""What a refusal says where an earlier call decides, or something else that no schema can say."""

NOT_OF_A_WORLD: Final = ("Authorization must be Bearer KEY", "no world has the key")
"""What the control API says of a drawn key: only an earlier call can have issued it."""

NARROW: Final = st.fixed_dictionaries(
    {},
    optional={
        "tenancy": st.sampled_from(get_args(Tenancy)),
        "registration": st.just("required"),
        "max_batch": st.integers(1, 3),
        "compaction_seconds": st.just(60),
        "rate_limit": st.sampled_from(["free", 1, (60, 2)]),
        "max_body": st.integers(1, 1000),
        "journal_calls": st.integers(1, 3),
        "journal_body": st.integers(0, 100),
        "journal_bytes": st.integers(0, 300),
    },
)
"""Settings of which each changes what is answered."""


class Target:
    """A served fake, clean for each example: what one does, another can't know."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.url = ""
        self.fake = SynapMock()
        self.session = requests.Session()
        self.session.trust_env = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.fake.app(scope, receive, send)

    def renew(self, **settings: Any) -> None:
        """A fresh fake; one batch recorded, and what is refused and what is unmodelled in its journal."""
        self.fake = SynapMock(dialect=self.dialect, api_key=KEY, **settings)
        self.fill()

    def clear(self) -> None:
        """The same fake as if it were fresh, unless a call of the control API has changed its keys or settings."""
        self.fake.reset()
        self.fill()

    def fill(self) -> None:
        entry = {"conversation_id": IN_EXAMPLES, "role": "user", "content": "hi", "metadata": {"a": [1]}}
        client = in_process(self.fake)
        client.post(BATCH, json={"messages": [entry, {**entry, "conversation_id": "my-chat"}]})
        client.get("/v1/unmodelled")

    def accepts(self, context: CheckContext, response: Response, case: Case[Any]) -> None:
        """For positive_data_acceptance: the same, but where an earlier call decides and no schema can express it."""
        if on_data_face(case) and self.fake.settings != Settings(dialect=self.dialect):
            return  # max_body, max_batch or a tenancy: narrower than the schema
        refusals = NOT_BY_SCHEMA.get(case.operation.path, ())
        if any(text in response.text for text in (*refusals, *NOT_OF_A_WORLD)):
            return
        conversation_id = case.path_parameters.get("conversation_id")
        if conversation_id is not None and canonical_uuid(conversation_id) is None:
            return  # a link took it from an entry that failed
        positive_data_acceptance(context, response, case)


def refuses(context: CheckContext, response: Response, case: Case[Any]) -> None:
    """For negative_data_rejection: the same, but white space is as good as no body on the control API."""
    body = response.request.body
    blank = isinstance(body, bytes | str) and body and not body.strip()
    if on_data_face(case) or not blank:
        negative_data_rejection(context, response, case)


@pytest.fixture(params=get_args(Dialect), scope="module")
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    target = Target(request.param)
    with Server(target, "127.0.0.1", 0, None) as address:
        target.url = address.url
        yield target


def on_data_face(case: Case[Any]) -> bool:
    return not case.operation.path.startswith("/_mock")


def is_not_modelled(_: CheckContext, response: Response, case: Case[Any]) -> None:
    """For unsupported_method on the Synap API: another method is 404 there, not 405 (docs/evidence.md, Wire)."""
    if on_data_face(case) and response.request.method != case.operation.method.upper():
        assert response.status_code == 404
        assert "NOT_MODELLED" in response.text or response.json() == {"detail": "Not Found"}


def checks(target: Target, case: Case[Any]) -> dict[str, Any]:
    """Every check of schemathesis, but for those that ours stand in for."""
    return {
        "headers": HEADERS,
        "additional_checks": [target.accepts, refuses, is_not_modelled],
        "excluded_checks": [
            positive_data_acceptance,
            negative_data_rejection,
            *([unsupported_method] if on_data_face(case) else []),
            *([ignored_auth] if REPEATED else []),  # two more calls for each example
        ],
    }


def ask(target: Target, case: Case[Any]) -> None:
    if on_data_face(case):
        target.clear()
    else:
        target.renew()
    case.call_and_validate(base_url=target.url, session=target.session, **checks(target, case))


documented: Final = pytest.mark.parametrize("target", ["documented"], indirect=True)
observed: Final = pytest.mark.parametrize("target", ["observed"], indirect=True)


def each_of(operations: list[str], schema: OpenApiSchema) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test for each operation, whose requests are drawn when the test runs.

    `OpenApiSchema.parametrize` computes the edges of every schema in each process that collects the tests.
    """

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @pytest.mark.parametrize("operation", operations)
        def run(operation: str, target: Target) -> None:
            selected = schema.include(name=operation)
            (drawn,) = get_all_tests(schema=selected, test_func=test, settings=None, given_kwargs={})
            assert isinstance(drawn, Ok)
            target.renew()
            drawn.ok()[1](target=target)

        return run

    return decorate


@documented
@each_of(SYNAP_API, DRAWN)
def test_every_answer_is_as_described(case: Case[Any], target: Target) -> None:
    ask(target, case)


@observed
@each_of(SYNAP_API, FEWER)
def test_every_observed_answer_is_as_described(case: Case[Any], target: Target) -> None:
    ask(target, case)


@documented  # only the Synap API has dialects
@each_of(CONTROL_API, DRAWN)
def test_every_answer_of_the_control_api_is_as_described(case: Case[Any], target: Target) -> None:
    ask(target, case)


@each_of(SYNAP_API, ONCE)
def test_every_operation_needs_its_key(case: Case[Any], target: Target) -> None:
    target.clear()
    case.call_and_validate(base_url=target.url, session=target.session, headers=HEADERS, checks=[ignored_auth])


@documented
@each_of([FAULTS], FEWER)
def test_every_answer_to_a_fault_is_as_described(case: Case[Any], target: Target) -> None:
    ask(target, case)


def test_every_answer_in_a_chain_of_calls_is_as_described(target: Target) -> None:
    class Chain(DRAWN.as_state_machine()):  # type: ignore[misc] # made from the document's links
        @initialize(settings=NARROW)
        def begin(self, settings: dict[str, Any]) -> None:
            target.renew(**settings)

        def before_call(self, case: Case[Any]) -> None:
            if on_data_face(case):  # what a fault answers is its own affair
                in_process(target.fake).delete("/_mock/faults")
            super().before_call(case)

        def get_call_kwargs(self, _: Case[Any]) -> dict[str, Any]:
            return {"base_url": target.url, "headers": HEADERS}

        def validate_response(self, response: Response, case: Case[Any], **kwargs: Any) -> None:
            case.validate_response(response, transport_kwargs=kwargs, recorder=self.recorder, **checks(target, case))

    Chain.run(
        settings=settings(
            max_examples=2 * EXAMPLES,
            stateful_step_count=10,
            derandomize=REPEATED,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
    )


@pytest.mark.whole
def test_every_answer_to_20_examples_each_is_as_described() -> None:
    command = [sys.executable, "-P", "-m", "pytest", "-q", __file__]
    done = subprocess.run(
        command, env={**os.environ, "SCHEMATHESIS_EXAMPLES": "20"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
