"""What a forked child inherits of a server: nothing. Otherwise its copies keep a port and its connections open."""

from __future__ import annotations

import os
import weakref
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable


class Owner(Protocol):
    """Has sockets open."""

    def descriptors(self) -> Iterable[int]:
        """The descriptors of its sockets."""


_owners: weakref.WeakSet[Owner] = weakref.WeakSet()  # os.register_at_fork is the process's, and has no counterpart


def keep_from_children(owner: Owner) -> None:
    """Close the sockets of `owner` in every child that this process forks."""
    _owners.add(owner)


def _close_copies() -> None:
    """Put /dev/null in the sockets' place: objects of the child that close them later close nothing else."""
    copies = [descriptor for owner in list(_owners) for descriptor in owner.descriptors() if descriptor >= 0]
    if not copies:
        return
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in copies:
        os.dup2(nothing, descriptor, inheritable=False)
    os.close(nothing)


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_close_copies)
