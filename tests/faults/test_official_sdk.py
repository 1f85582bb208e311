"""The official SDK under faults: what it raises and how often it calls (on release 0.6.9; see docs/evidence.md)."""

from __future__ import annotations

import asyncio
from types import NoneType
from typing import TYPE_CHECKING, Any, Final

import pytest
from asking import BATCH
from faults.asked import BODY, CONVERSATION, DOORS, PATIENT, SAID, Asked, armed, until
from maximem_synap import MaximemSynapSDK, SDKConfig
from maximem_synap.models import errors
from maximem_synap.models.config import RetryPolicy, TimeoutConfig

from synap_mock import (
    Conflict,
    ConnectionRefused,
    ConnectionReset,
    ConnectTimeout,
    Disconnected,
    Forbidden,
    InstanceBuildFailed,
    InstanceNotReady,
    InsufficientCredits,
    Latency,
    MalformedBody,
    RateLimited,
    ReadTimeout,
    Respond,
    ServerError,
    StalledBody,
    SynapMock,
    TrialLimitReached,
    TruncatedBody,
    Unauthorized,
    WrongShape,
)

if TYPE_CHECKING:
    from pathlib import Path

    from synap_mock.domain.faults.fault import Fault

ATTEMPTS: Final = 3
SILENT: Final = (ReadTimeout(), StalledBody(), Latency(30))


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK keeps files under the home folder; give it a folder of its own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))  # no certificates: loading them takes longer than all the rest
    for name in ("SYNAP_API_KEY", "SYNAP_BASE_URL", "SYNAP_INSTANCE_ID", "SYNAP_CLIENT_ID"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def asked(served: Asked) -> Asked:
    """Clean, and with a key and an instance that the SDK has not met: it keeps one object a key, and cools it down."""
    served.fake.reset()
    return served


def recorded(asked: Asked, door: str, patience: float) -> tuple[Exception | None, object]:
    """What recording a batch raises, and what it gives."""
    key, _ = asked.fake.keys.create()
    config = SDKConfig(
        api_base_url=asked.base_url(door),
        cache_backend=None,
        history_search_model=None,
        timeouts=TimeoutConfig(connect=PATIENT, read=patience),
        retry_policy=RetryPolicy(max_attempts=ATTEMPTS, backoff_base=0.001, backoff_max=0.001, backoff_jitter=False),
    )

    async def record() -> object:
        sdk = MaximemSynapSDK(api_key=key, config=config)
        await sdk.initialize()
        try:
            return await sdk.conversation.record_messages_batch(messages=BODY["messages"])
        finally:
            await sdk.shutdown()

    with asked.through(door):
        try:
            return None, asyncio.run(record())
        except errors.SynapError as error:
            return error, None


def calls(fake: SynapMock) -> int:
    return sum(request.path == BATCH for request in fake.requests)


RAISED: Final[list[tuple[Fault, type[Exception | None], int]]] = [
    (Unauthorized(), errors.AuthenticationError, 1),
    (Forbidden(), errors.AuthenticationError, 1),
    (RateLimited(retry_after=0), errors.RateLimitError, ATTEMPTS),
    (RateLimited(retry_after=None), errors.RateLimitError, ATTEMPTS),
    (ServerError(500), errors.ServiceUnavailableError, ATTEMPTS),
    (ServerError(503), errors.ServiceUnavailableError, ATTEMPTS),
    (InsufficientCredits(), errors.InsufficientCreditsError, 1),
    (TrialLimitReached(), errors.RateLimitError, 1),
    (InstanceNotReady(), errors.InstanceNotReadyError, 1),
    (InstanceBuildFailed(), errors.InstanceBuildFailedError, 1),
    (Conflict(), errors.ConflictError, 1),
    (Respond(404, json={"detail": "Not Found"}), errors.ContextNotFoundError, 1),
    (Respond(413, json={"detail": "too large"}), errors.SynapPermanentError, 1),
    (Respond(422, json={"detail": []}), errors.InvalidInputError, 1),
    (Respond(201, json={}), errors.SynapTransientError, ATTEMPTS),
    (Respond(307, headers={"location": "/"}), errors.SynapTransientError, ATTEMPTS),
    (Respond(204), NoneType, 1),
    (WrongShape(), NoneType, 1),
    (MalformedBody(), errors.SynapTransientError, 1),
    (Latency(0.001), NoneType, 1),
    (Latency(30), errors.NetworkTimeoutError, 1),
    (ReadTimeout(), errors.NetworkTimeoutError, 1),
    (ConnectionReset(), errors.SynapTransientError, 1),
    (Disconnected(), errors.NetworkTimeoutError, ATTEMPTS),
    (TruncatedBody(), errors.NetworkTimeoutError, 1),
    (StalledBody(), errors.NetworkTimeoutError, 1),
]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("fault", "error", "count"), RAISED, ids=[repr(fault) for fault, _, _ in RAISED])
def test_it_raises_and_calls_as_measured_whichever_the_door(
    asked: Asked, fault: Fault, error: type[object], count: int, door: str
) -> None:
    asked.fake.fail(fault, times=None)
    raised, _ = recorded(asked, door, 0.2 if fault in SILENT else PATIENT)
    until(lambda: calls(asked.fake) >= count)
    assert (type(raised), calls(asked.fake)) == (error, count)


@pytest.mark.parametrize(("fault", "attempts"), [(ConnectionRefused(), ATTEMPTS), (ConnectTimeout(), 1)], ids=repr)
def test_what_does_not_arrive_is_a_network_timeout_error(fake: SynapMock, fault: Fault, attempts: int) -> None:
    fake.fail(fault, times=ATTEMPTS + 1, route=BATCH)
    raised, _ = recorded(Asked(fake, ""), "intercept", PATIENT)
    (left,) = armed(fake)
    assert (type(raised), ATTEMPTS + 1 - left["times"]) == (errors.NetworkTimeoutError, attempts)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("fault", [ServerError(503), Disconnected()], ids=repr)
def test_what_it_sends_again_after_the_commit_is_recorded_again(asked: Asked, fault: Fault, door: str) -> None:
    asked.fake.fail(fault, times=ATTEMPTS - 1, after_commit=True)
    recorded(asked, door, PATIENT)
    assert asked.fake.transcript(CONVERSATION) == [SAID] * ATTEMPTS


@pytest.mark.parametrize("door", DOORS)
def test_a_fault_that_is_over_is_overcome(asked: Asked, door: str) -> None:
    asked.fake.fail(ServerError(502), times=ATTEMPTS - 1)
    _, given = recorded(asked, door, PATIENT)
    assert isinstance(given, dict)
    assert given["succeeded"] == 1


@pytest.mark.parametrize(
    ("fault", "reported"),
    [
        (RateLimited(retry_after=0), {"retry_after_seconds": 0}),
        (TrialLimitReached(), {"reason": "trial_limit_reached", "upgrade_url": "/dashboard/billing"}),
        (
            InsufficientCredits(balance_credits=3, minimum_required_credits=8),
            {"balance_credits": 3, "minimum_required_credits": 8, "manage_url": "/dashboard/billing"},
        ),
        (InstanceNotReady(retry_after=60), {"retry_after_seconds": 60, "state": "building"}),
        (InstanceBuildFailed(attempts=4), {"attempts": 4, "hint": "Build the instance again from the dashboard."}),
    ],
    ids=repr,
)
@pytest.mark.parametrize("dialect", ["documented", "observed"])
def test_it_reads_what_a_fault_tells_in_either_dialect(fault: Fault, reported: dict[str, Any], dialect: str) -> None:
    fake = SynapMock(dialect=dialect)
    fake.fail(fault, times=None)
    error, _ = recorded(Asked(fake, ""), "intercept", PATIENT)
    assert {name: getattr(error, name) for name in reported} == reported
