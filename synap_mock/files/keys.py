"""Keys and instances as a database keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synap_mock.domain.access.issued import HeldKeys, Instance, IssuedKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synap_mock.settings import Tenancy


def key_line(issued: IssuedKey) -> dict[str, Any]:
    """What is kept of a key."""
    return {
        "instance_id": issued.instance.instance_id,
        "bound": issued.bound,
        "accepted": issued.accepted,
        "revoked": issued.revoked,
    }


def instance_line(instance: Instance) -> dict[str, Any]:
    """What is kept of an instance."""
    return {"tenancy": instance.tenancy}


def read_keys(
    items: Mapping[tuple[str, str], dict[str, Any]], default: str, client_id: str
) -> tuple[HeldKeys, dict[str, Tenancy | None]]:
    """The keys, and the tenancy of each instance.

    Args:
        items: ``"key"`` and a key, or ``"instance"`` and an instance's id, to what was kept of it.
        default: the default key.
        client_id: of every instance.
    """
    tenancies = {name: line["tenancy"] for (part, name), line in items.items() if part == "instance"}
    issued = {}
    for (part, key), line in items.items():
        if part == "key":
            instance_id = line["instance_id"]
            instance = Instance(instance_id, client_id, tenancies[instance_id])
            issued[key] = IssuedKey(instance, line["bound"], line["accepted"], line["revoked"])
    return HeldKeys(default, client_id, issued), tenancies
