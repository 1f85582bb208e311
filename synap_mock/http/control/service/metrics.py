"""``/_mock/metrics``: what the server does, for Prometheus and what reads its format."""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from synap_mock.domain.history.traffic import BUCKETS
from synap_mock.http.control.json import require_control, worlds
from synap_mock.http.control.parameters.operation import Operation
from synap_mock.http.control.service.exposition import MEDIA_TYPE, Metric, Sample, exposition
from synap_mock.http.control.service.stats import stats_of
from synap_mock.http.steps.fault import LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

    from synap_mock.domain.history.traffic import Traffic
    from synap_mock.domain.worlds import Worlds
    from synap_mock.http.steps.fault import Line

_LIMITS: Final = (*map(str, BUCKETS), "+Inf")


async def show(request: Request, _: dict[str, Any]) -> Response:
    """``GET /_mock/metrics``: of the whole server, all worlds together."""
    require_control(request, None)
    metrics = [*_calls(worlds(request).traffic), *_state(worlds(request)), *_connections(request), *_process()]
    return Response(exposition(metrics), headers={"content-type": MEDIA_TYPE})


def _calls(traffic: Traffic) -> Iterator[Metric]:
    counts = sorted(traffic.calls().items(), key=str)
    yield Metric(
        "synap_mock_requests_total",
        "counter",
        "Requests by route and status; status none: no response was sent, since a fault dropped it.",
        [Sample(count, {"route": route, "status": str(status or "none")}) for (route, status), count in counts],
    )
    yield Metric(
        "synap_mock_request_duration_seconds",
        "histogram",
        "Seconds of real time from the end of a request's body to its response.",
        list(_durations(traffic)),
    )


def _durations(traffic: Traffic) -> Iterator[Sample]:
    for route, durations in sorted(traffic.durations().items()):
        for limit, count in zip(_LIMITS, durations.counts, strict=True):
            yield Sample(count, {"route": route, "le": limit}, "_bucket")
        yield Sample(durations.seconds, {"route": route}, "_sum")
        yield Sample(durations.counts[-1], {"route": route}, "_count")


def _state(held: Worlds) -> Iterator[Metric]:
    counts = Counter(worlds=0)
    for world in held.all():
        counts["worlds"] += 1
        counts.update({kind: n for kind, n in asdict(stats_of(world.state)).items() if isinstance(n, int)})
    yield Metric(
        "synap_mock_items",
        "gauge",
        "What all worlds have now, by kind.",
        [Sample(count, {"kind": kind}) for kind, count in sorted(counts.items())],
    )
    yield Metric(
        "synap_mock_evictions_total",
        "counter",
        "What was removed to make room, by kind and by the bound that caused it.",
        [Sample(n, {"kind": kind, "cause": cause}) for (kind, cause), n in sorted(held.evicted().counts().items())],
    )


def _connections(request: Request) -> Iterator[Metric]:
    app = request.app.state
    yield Metric(
        "synap_mock_event_listeners", "gauge", "Clients that read /_mock/events.", [Sample(len(app.listeners))]
    )
    yield Metric("synap_mock_waiters", "gauge", "Requests that wait for something.", [Sample(len(app.waiters))])
    line: Line | None = request.scope.get("extensions", {}).get(LINE)
    load = None if line is None else line.load()
    if load is None:
        return
    yield Metric("synap_mock_connections", "gauge", "Open connections, with this one.", [Sample(load.connections)])
    yield Metric(
        "synap_mock_in_flight_bytes", "gauge", "Bytes of unanswered requests and unread responses.", [Sample(load.held)]
    )
    yield Metric(
        "synap_mock_rejected_total",
        "counter",
        "Invalid requests and stalled connections that the server rejected or closed.",
        [Sample(load.rejected)],
    )


def _process() -> Iterator[Metric]:
    yield Metric(
        "process_cpu_seconds_total", "counter", "Seconds of CPU, user and system.", [Sample(time.process_time())]
    )
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 - Windows has none

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        resident = Sample(pages * resource.getpagesize())
        yield Metric("process_resident_memory_bytes", "gauge", "Resident memory.", [resident])


OPERATIONS: Final = (Operation("GET", "/metrics", show, "show_metrics", "Metrics for Prometheus", of_server=True),)
