"""The API keys of a fake: which it issues, accepts and revokes."""

from __future__ import annotations

import re
import threading
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from synap_mock.domain.access.issued import HeldKeys, Instance, IssuedKey
from synap_mock.domain.redaction.redactor import Redactor, mask
from synap_mock.domain.rules import credentials as rules
from synap_mock.domain.rules.rule import Refusal, Refused
from synap_mock.domain.values import ids
from synap_mock.domain.values.quoting import quote
from synap_mock.settings import several, tenancy_of, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synap_mock.domain.access.issued import Registry
    from synap_mock.domain.values.tracking import Track
    from synap_mock.settings import Tenancy

_LONGEST: Final = 512
_LONGEST_ID: Final = 200
_KEY: Final = re.compile(f"[!-~]{{1,{_LONGEST}}}")
_HINT: Final = "issue it with keys.create(KEY), POST /_mock/keys, the setting api_key or synap-mock serve --api-key"


class Keys:
    """The keys of one fake, `SynapMock.keys`.

    Args:
        first: the initial keys; they share one instance, and the first is the default. None generates one.
        redactor: masks every key that was issued, including revoked ones.
        instance_id: the instance of the initial keys, as in `create`.
        tenancy: of that instance.
        accepts_any: whether an unknown key is accepted and issued with its own instance.
        hint: ends the error about an unknown key: how to issue it.

    Attributes:
        registry: knows the keys of other worlds; None if no others exist.

    Raises:
        TypeError: a key is not a string.
        ValueError: no key is given, one is given twice, or one is not 1 to 512 characters of printable ASCII.
    """

    def __init__(  # noqa: PLR0913 - all have defaults
        self,
        first: Sequence[str] | None = None,
        redactor: Redactor | None = None,
        *,
        instance_id: str | None = None,
        tenancy: Tenancy | None = None,
        accepts_any: bool = False,
        hint: str = _HINT,
    ) -> None:
        self._redactor = redactor or Redactor()
        self._accepts_any = accepts_any
        self._hint = hint
        self._lock = threading.Lock()
        self.client_id = ids.client_id()
        self._number = 0
        self._issued: dict[str, IssuedKey] = {}
        self._instances: dict[str, Instance] = {}
        self._members: Counter[str] = Counter()
        """How many keys each instance has."""
        self.registry: Registry | None = None
        instance = self._instance(_checked(instance_id) or ids.instance_id(), tenancy_of(tenancy))
        for key in [ids.api_key()] if first is None else several("api_key", first):
            self._issue(self._new(key, "api_key"), IssuedKey(instance, bound=instance_id is not None))
        if not self._issued:
            raise ValueError("api_key must name at least one key; None generates one")
        self.default = next(iter(self._issued))

    def create(
        self, key: str | None = None, *, instance_id: str | None = None, tenancy: Tenancy | None = None
    ) -> tuple[str, Instance]:
        """Issue a key.

        Args:
            key: the key, printable ASCII without white space; None generates one.
            instance_id: the instance that it belongs to, created if it does not exist. Calls with the key and another
                ``X-Instance-ID`` are rejected with 403. None creates a new instance.
            tenancy: the instance's tenancy; None: the fake's setting.

        Returns:
            The key and its instance.

        Raises:
            TypeError: an argument has the wrong type.
            ValueError: the key is invalid or already exists, or the tenancy differs from the instance's.
        """
        _checked(instance_id)
        tenancy = tenancy_of(tenancy)
        key = ids.api_key() if key is None else self._new(key)
        if self.registry is not None:
            self.registry.claim(key)  # outside of the lock: it may delete the oldest key of another world
        try:
            with self._lock:
                instance = self._instance(instance_id or ids.instance_id(), tenancy)
                self._issue(self._new(key), IssuedKey(instance, bound=instance_id is not None))
        except ValueError:
            if self.registry is not None:
                self.registry.release(key)
            raise
        return key, instance

    def delete(self, key: str) -> None:
        """Delete a key, so that it is unknown again: calls with it receive 401 ``UNAUTHORIZED``.

        Raises:
            KeyError: there is no such key.
            ValueError: it is the default one.
        """
        if key == self.default:
            raise ValueError("the first key of a world cannot be deleted; a world is deleted with its keys")
        with self._lock:
            instance = self._find(key).instance
            del self._issued[key]
            self._redactor.forget(key)
            self._members[instance.instance_id] -= 1
            if not self._members[instance.instance_id]:
                del self._members[instance.instance_id], self._instances[instance.instance_id]
        if self.registry is not None:
            self.registry.release(key)

    def __len__(self) -> int:
        return len(self._issued)

    def all(self) -> list[str]:
        """Every key, revoked or not, and those that were accepted without being created."""
        return list(self._issued)

    def accepts(self, key: str) -> bool:
        """Whether a key was issued, revoked or not, or would be if a call used it."""
        return key in self._issued or (self._accepts_any and _KEY.fullmatch(key) is not None)

    def issued(self) -> list[str]:
        """Every key that was created, revoked or not."""
        return [key for key, issued in list(self._issued.items()) if not issued.accepted]

    def knows(self, key: str) -> bool:
        """Whether a key was issued, revoked or not."""
        return key in self._issued

    def snapshot(self) -> HeldKeys:
        """Every key with its instance, for `restore`."""
        with self._lock:
            return HeldKeys(self.default, self.client_id, dict(self._issued))

    def restore(self, held: HeldKeys) -> dict[str, str]:
        """Issue the keys of a snapshot too; those of its default instance belong to the default instance of these.

        Args:
            held: the snapshot, of other keys.

        Returns:
            The names that are different here, old to new: the default key, its instance, the client.
        """
        former, own = held.issued[held.default], self._issued[self.default]
        with self._lock:
            for key, issued in held.issued.items():
                if key not in self._issued:
                    same = issued.instance.instance_id == former.instance.instance_id
                    instance_id = own.instance.instance_id if same else issued.instance.instance_id
                    instance = self._instance(instance_id, issued.instance.tenancy)
                    self._issue(key, replace(issued, instance=instance))
                self._issued[key] = replace(self._issued[key], revoked=issued.revoked)
            self._issued[self.default] = replace(own, revoked=former.revoked)
        return {
            former.instance.instance_id: own.instance.instance_id,
            held.client_id: self.client_id,
            held.default: self.default,
        }

    def revoke(self, key: str) -> None:
        """Revoke a key: calls with it receive 401 ``CREDENTIAL_INVALID``.

        Raises:
            KeyError: there is no such key.
        """
        self._find(key)
        self._issued[key] = replace(self._issued[key], revoked=True)

    def is_revoked(self, key: str) -> bool:
        """Whether a key was revoked.

        Raises:
            KeyError: there is no such key.
        """
        return self._find(key).revoked

    def instance_of(self, key: str) -> Instance:
        """The instance that a key belongs to, revoked or not.

        Raises:
            KeyError: there is no such key.
        """
        return self._find(key).instance

    def instance(self, instance_id: str) -> Instance | None:
        """The instance of that id; None if no key belongs to it."""
        return self._instances.get(instance_id)

    def instances(self) -> list[Instance]:
        """Every instance."""
        with self._lock:
            return list(self._instances.values())

    def adopt(self, default: str | None, tenancies: Mapping[str, Tenancy | None]) -> None:
        """Have the instances of another fake, too; what exists here takes the tenancy that it has there.

        Args:
            default: the id that the default instance takes; None: it keeps its own.
            tenancies: of each instance, by its id.
        """
        with self._lock:
            former = self._issued[self.default].instance.instance_id
            renamed = {former: default or former}
            known = {each: self._instances[each].tenancy for each in self._instances if each != former}
            known |= {renamed[former]: self._instances[former].tenancy} | dict(tenancies)
            self._instances.clear()
            self._instances.update({each: Instance(each, self.client_id, known[each]) for each in known})
            for key, issued in list(self._issued.items()):
                instance_id = issued.instance.instance_id
                instance = self._instances[renamed.get(instance_id, instance_id)]
                self._issued[key] = replace(issued, instance=instance)
            self._members = Counter(issued.instance.instance_id for issued in self._issued.values())

    def track(self, track: Track) -> None:
        """Note the changes from now on."""
        self._issued = track("key", self._issued)
        self._instances = track("instance", self._instances)

    def resume(self, held: HeldKeys, tenancies: Mapping[str, Tenancy | None], *, own: bool) -> None:
        """Become the keys that a database has kept.

        Args:
            held: the keys; their default instance is the default instance.
            tenancies: of each instance, by its id.
            own: whether the keys that these were made with are issued too, as keys of that instance, and the first of
                them is the default; otherwise the kept default key is.
        """
        with self._lock:
            self.client_id = held.client_id
            instances = {each: Instance(each, self.client_id, tenancy) for each, tenancy in tenancies.items()}
            issued = {
                key: replace(each, instance=instances[each.instance.instance_id]) for key, each in held.issued.items()
            }
            default = issued[held.default].instance
            mine = {key: replace(each, instance=default) for key, each in self._issued.items()} if own else {}
            self._issued.clear()
            self._instances.clear()
            self._members.clear()
            self._instances.update(instances)
            for key, each in {**issued, **mine}.items():
                self._issue(key, each)
            self.default = self.default if own else held.default

    def authenticate(self, authorization: str, instance_id: str) -> Instance:
        """The instance that a request belongs to.

        Args:
            authorization: the header ``Authorization``; empty if absent.
            instance_id: the header ``X-Instance-ID``; empty if absent.

        Raises:
            Refused: with one of the four KEY rules.
        """
        key = bearer_key(authorization)
        if not key:
            raise Refused(
                Refusal(
                    rules.KEY_MISSING, "Missing or invalid authentication credentials; send Authorization: Bearer KEY"
                )
            )
        issued = self._issued.get(key) or self._accept(key)
        if issued is None:
            raise Refused(
                Refusal(
                    rules.KEY_UNKNOWN,
                    f"Missing or invalid authentication credentials; the key {mask(key)} was never issued here; "
                    f"{self._hint}",
                )
            )
        if issued.revoked:
            raise Refused(Refusal(rules.KEY_REVOKED, f"The key {mask(key)} was revoked"))
        if issued.bound and instance_id and instance_id != issued.instance.instance_id:
            raise Refused(
                Refusal(
                    rules.KEY_OF_OTHER_INSTANCE,
                    f"The key {mask(key)} does not belong to the instance in X-Instance-ID",
                )
            )
        return issued.instance

    def _accept(self, key: str) -> IssuedKey | None:
        """Issue an unknown key, if unknown keys are accepted."""
        if not self._accepts_any or not _KEY.fullmatch(key):
            return None
        with self._lock:
            if key not in self._issued:
                self._issue(key, IssuedKey(self._instance(ids.instance_id(), None), bound=False, accepted=True))
            return self._issued[key]

    def _issue(self, key: str, issued: IssuedKey) -> None:
        self._number += 1
        self._issued[key] = replace(issued, number=self._number)
        self._members[issued.instance.instance_id] += 1
        self._redactor.add(key)

    def _find(self, key: str) -> IssuedKey:
        if key not in self._issued:
            raise KeyError("no such key was issued; create() gives the key and its instance")
        return self._issued[key]

    def _instance(self, instance_id: str, tenancy: Tenancy | None) -> Instance:
        known = self._instances.setdefault(instance_id, Instance(instance_id, self.client_id, tenancy))
        if tenancy is not None and known.tenancy != tenancy:
            raise ValueError(
                f"tenancy of instance {quote(instance_id)} is {quote(known.tenancy)}, not {quote(tenancy)}; "
                "leave it out"
            )
        return known

    def _new(self, key: object, name: str = "key") -> str:
        key = text(name, key, _LONGEST)
        if key in self._issued:
            raise ValueError(
                f"{name} must be new; {mask(key)} was already issued, and a revoked key is not issued again"
            )
        return key


def bearer_key(authorization: str) -> str:
    """The key in a header ``Authorization: Bearer KEY``; empty: there is none."""
    scheme, _, key = authorization.partition(" ")
    return key.strip(" \t") if scheme.lower() == "bearer" else ""


def _checked(instance_id: str | None) -> str | None:
    return None if instance_id is None else text("instance_id", instance_id, _LONGEST_ID)
