"""The lines of instances. Their keys are not exported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from synap_mock.domain.export.lines import BOOLEAN, invalid, matching, one_of
from synap_mock.settings import Tenancy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synap_mock.domain.access.keys import Keys
    from synap_mock.domain.export.lines import Fields

INSTANCE: Final = {
    "instance_id": matching("[!-~]{1,200}", "1 to 200 characters of printable ASCII without white space"),
    "tenancy": one_of(*get_args(Tenancy), None),
    "default": BOOLEAN,
}
"""The line `instance`; one of them is the default, whose key is `SynapMock.api_key`."""


def instance_lines(keys: Keys) -> Iterator[Fields]:
    """A line for each instance, the default one first."""
    default = keys.instance_of(keys.default)
    others = sorted((each for each in keys.instances() if each is not default), key=lambda each: each.instance_id)
    for instance in (default, *others):
        yield {
            "type": "instance",
            "instance_id": instance.instance_id,
            "tenancy": instance.tenancy,
            "default": instance is default,
        }


class InstanceReader:
    """Reads these lines, and gives them to the keys of a fake."""

    def __init__(self) -> None:
        self._default: str | None = None
        self._tenancies: dict[str, Tenancy | None] = {}

    def instance(self, fields: Fields, number: int) -> None:
        """Read an `instance`.

        Raises:
            InvalidLineError: it is there twice, or is a second default.
        """
        instance_id = fields["instance_id"]
        if instance_id in self._tenancies:
            raise invalid(number, f"instance {instance_id} is there already; expected each once")
        if fields["default"] and self._default is not None:
            raise invalid(number, f"default must be false; {self._default} is the default")
        self._tenancies[instance_id] = fields["tenancy"]
        if fields["default"]:
            self._default = instance_id

    def load(self, keys: Keys) -> None:
        """Add the instances, and make the default key one of the default instance."""
        keys.adopt(self._default, self._tenancies)
