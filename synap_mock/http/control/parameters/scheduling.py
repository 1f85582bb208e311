"""Scheduling faults, rejections and canned responses, in one world or in all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synap_mock.domain.bounds.bounds import LimitReached
from synap_mock.http.control.json import ControlRefused, targets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request

    from synap_mock.domain.faults.schedule import Queue
    from synap_mock.domain.state import State


def schedule(request: Request, queue_of: Callable[[State], Queue[Any]], items: Sequence[Any]) -> None:
    """Schedule items in the world that the request is about, or in all.

    Args:
        request: the request.
        queue_of: returns the queue of a world.
        items: what is scheduled.

    Raises:
        ControlRefused: a world has no room for them; nothing was scheduled in any.
    """
    queues = [queue_of(state) for state in targets(request)]
    try:
        for queue in queues:
            queue.check_room(len(items))
        for queue in queues:
            queue.add(*items)
    except LimitReached as error:
        raise ControlRefused(str(error), 409, "LIMIT_REACHED") from None
