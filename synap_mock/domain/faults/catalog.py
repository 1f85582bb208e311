"""Every fault by its name."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final

from synap_mock.domain.faults import index
from synap_mock.domain.values.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synap_mock.domain.faults.fault import Fault

FAULTS: Final[Mapping[str, type[Fault]]] = {name: getattr(index, name) for name in index.__all__}


def named(name: object, /, **attributes: object) -> Fault:
    """The fault of that name.

    Raises:
        TypeError, ValueError: there is no such fault, or it does not have these attributes.
    """
    kind = FAULTS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise ValueError(f"fault must be one of {', '.join(FAULTS)}, not {quote(name)}")
    known = [field.name for field in fields(kind)]  # type: ignore[arg-type] # every concrete fault is a dataclass
    for attribute in attributes:
        if attribute not in known:
            has = f"it has {', '.join(known)}" if known else "it has none"
            raise TypeError(f"{name} has no attribute {quote(attribute)}; {has}")
    try:
        return kind(**attributes)
    except TypeError as error:
        if "missing" not in str(error):
            raise
        raise TypeError(f"{name} requires {known[0]}") from None
