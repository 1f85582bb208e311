"""Errors that quote the caller's value, without the keys and tokens in it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable


class Redacts(Protocol):
    """Something that masks its keys and tokens in a text."""

    def redact(self, text: str) -> str:
        """`text` with every key and token in it masked."""


P = ParamSpec("P")
Own = TypeVar("Own", bound=Redacts)
Result = TypeVar("Result")


def masked_errors(method: Callable[Concatenate[Own, P], Result]) -> Callable[Concatenate[Own, P], Result]:
    """A method whose errors about an argument show no key and no token."""

    @functools.wraps(method)
    def masking(self: Own, /, *args: P.args, **kwargs: P.kwargs) -> Result:
        __tracebackhide__ = True
        try:
            return method(self, *args, **kwargs)
        except (TypeError, ValueError) as error:
            text = str(error)
            masked = self.redact(text)
            if masked == text:
                raise
            raise type(error)(masked) from None

    return masking
