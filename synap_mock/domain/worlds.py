"""The worlds of a fake: each has a state of its own, which the key of a call selects."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from synap_mock.domain.access.keys import Keys, bearer_key
from synap_mock.domain.bounds.bounds import Bounds, LimitReached
from synap_mock.domain.bounds.evictions import Evictions
from synap_mock.domain.history.traffic import Traffic
from synap_mock.domain.ledger.ledger import Ledger
from synap_mock.domain.redaction.redactor import mask
from synap_mock.domain.state import State
from synap_mock.domain.values import ids
from synap_mock.domain.values.quoting import quote
from synap_mock.domain.values.sources import current_source
from synap_mock.settings import Settings, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from synap_mock.domain.access.issued import Instance
    from synap_mock.domain.history.request import Request

    Watch = Callable[[str, Request], None]

DEFAULT: Final = "default"
"""The name of the world of every key that was made without one."""
_LONGEST_NAME: Final = 200
_SWEEP: Final = 1.0
"""Seconds between two looks for worlds that are idle."""


class WorldsKeeper(Protocol):
    """Keeps the worlds of a fake on disk."""

    def add(self, name: str, state: State) -> None:
        """Keep a new world."""

    def drop(self, name: str) -> None:
        """Remove a world."""


class World:
    """One world.

    Attributes:
        name: of the world.
        number: counted from 1, in the order in which worlds were made; the default one is the first.
        state: everything that is in it.
        used_at: when a call last used it, in seconds of `sources.current_source`.
    """

    __slots__ = ("_worlds", "name", "number", "state", "used_at")

    def __init__(self, name: str, number: int, state: State, worlds: Worlds) -> None:
        self.name = name
        self.number = number
        self.state = state
        self.used_at = current_source().seconds()
        self._worlds = worlds
        state.world = name
        state.world_number = number
        state.keys.registry = self
        state.bounds = worlds.bounds

    @property
    def idle_seconds(self) -> float:
        """Seconds of real time since a call last used it."""
        return current_source().seconds() - self.used_at

    def claim(self, key: str) -> None:
        """Take note of a key that this world issues; see `synap_mock.domain.access.issued.Registry`."""
        self._worlds.claim(key, self)

    def release(self, key: str) -> None:
        """Take note that this world does not have a key."""
        self._worlds.release(key)
        self.state.limits.forget(key)


class Worlds:
    """The worlds of one fake. Safe to use from several threads.

    Args:
        default: the state of the default world.
        bounds: how many worlds and keys there may be.

    Attributes:
        bounds: as given.
        default: the default world.
        database: keeps the worlds on disk; None: nothing does.
        evictions: worlds that were dropped because they were idle, and what was evicted in worlds that no longer exist.
        traffic: counts the calls of all worlds.
    """

    def __init__(self, default: State, bounds: Bounds | None = None) -> None:
        self.bounds = bounds or Bounds()
        self.traffic = Traffic()
        self._lock = threading.RLock()
        """No lock of a `Keys` is held when this one is taken."""
        self._by_key: dict[str, World] = {}
        """Every key, the oldest first, but those that the default world began with."""
        self._by_name: dict[str, World] = {}
        self._settings = default.settings
        self._ended = Ledger()
        """What became of the entries that were sent to worlds that no longer exist."""
        self._number = 1
        self._sweep_at = 0.0
        self._watch: Watch | None = None
        self.database: WorldsKeeper | None = None
        self.evictions = Evictions()
        self.default = World(DEFAULT, 1, default, self)
        self._initial_keys = len(default.keys)

    def __getstate__(self) -> dict[str, Any]:
        """What a copy in another process has: no function of this one."""
        return {**vars(self), "_watch": None}

    def of_call(self, authorization: bytes | None) -> State:
        """The state that a call of the Synap API concerns; the default world's rejects a key that no world has.

        Args:
            authorization: the header ``Authorization``; None: absent.
        """
        if not self._by_name:
            return self.default.state
        now = current_source().seconds()
        if now > self._sweep_at:
            self._sweep(now)
        if authorization is None:
            return self.default.state
        world = self._by_key.get(bearer_key(authorization.strip().decode("latin-1")), self.default)
        if current_source().changes:
            world.used_at = now
        return world.state

    def with_key(self, key: str) -> World | None:
        """The world that has a key, revoked or not; None: no world has."""
        self._sweep(current_source().seconds())
        found = self._by_key.get(key)
        if found is None and self.default.state.keys.accepts(key):
            found = self.default
        if found is not None and current_source().changes:
            found.used_at = current_source().seconds()
        return found

    def named(self, name: str) -> World | None:
        """The world of a name; None: there is none."""
        return self.default if name == DEFAULT else self._by_name.get(name)

    def use(self, name: str) -> World | None:
        """The world of a name, which a call uses; None: there is none."""
        self._sweep(current_source().seconds())
        found = self.named(name)
        if found is not None and current_source().changes:
            found.used_at = current_source().seconds()
        return found

    def all(self) -> list[World]:
        """Every world, the default one first, then in the order in which they were made."""
        self._sweep(current_source().seconds())
        with self._lock:
            return [self.default, *self._by_name.values()]

    def create_key(
        self,
        name: str,
        key: str | None = None,
        *,
        settings: Mapping[str, Any] | None = None,
        **terms: Any,  # noqa: ANN401 - `Keys` checks them
    ) -> tuple[World, str, Instance]:
        """Issue a key in a world. One that does not exist is made, with the settings that the fake was made with.

        Args:
            name: of the world.
            key: as in `Keys.create`.
            settings: of a new world, what differs; `seed` may.
            terms: `instance_id` and `tenancy`, as in `Keys.create`.

        Returns:
            The world, the key, and its instance.

        Raises:
            TypeError: an argument has the wrong type.
            ValueError: as in `Keys.create`; an invalid name or setting, or settings for a world that exists already.
            LimitReached: there are too many worlds, or keys that cannot be deleted.
        """
        text("world", name, _LONGEST_NAME)
        with self._lock:
            found = self.named(name)
            if found is None:
                return self._create(name, key, {} if settings is None else settings, terms)
        if settings is not None:
            raise ValueError(f"settings must be absent: world {quote(name)} exists; PATCH /_mock/settings changes its")
        return found, *found.state.keys.create(key, **terms)

    def delete(self, name: str) -> None:
        """Delete a world with its keys and everything in it.

        Raises:
            KeyError: there is no such world.
            ValueError: it is the default one.
        """
        if name == DEFAULT:
            raise ValueError("the default world cannot be deleted; POST /_mock/reset clears it")
        with self._lock:
            world = self._by_name.pop(name)
            for key in world.state.keys.all():
                self._by_key.pop(key, None)
            self._ended = world.state.ledger.total().after(self._ended)
            self.evictions.add_all(world.state.evictions)
            if self.database is not None:
                self.database.drop(name)
            self.default.state.feed.add("worlds")

    def resume(self, name: str, state: State) -> None:
        """Have a world that a database has kept, with its keys; the default one has its state already."""
        with self._lock:
            if name == DEFAULT:
                self._initial_keys = len(state.keys)
                return
            world = self._add(name, state)
            self._by_key.update(dict.fromkeys(state.keys.all(), world))

    def clear(self) -> None:
        """Delete every world but the default one, and forget the keys of that: it becomes another test's."""
        with self._lock:
            self._by_name.clear()
            self._by_key.clear()
            self._ended = Ledger()
            self.evictions.forget()

    def watch(self, watch: Watch) -> None:
        """Call `watch` after every call, with the name of its world; also of worlds that are made later."""
        self._watch = watch
        for world in self.all():
            world.state.journal.listener = partial(watch, world.name)

    def protect(self, token: str) -> None:
        """Mask a token in every text of every world."""
        for world in self.all():
            world.state.protect(token)

    def ledger(self) -> Ledger:
        """What became of every entry that was sent to any world, before resets and in deleted worlds too."""
        with self._lock:
            total = self._ended
            for world in self.all():
                total = world.state.ledger.total().after(total)
            return total

    def evicted(self) -> Evictions:
        """What was evicted in every world, and of worlds, since the start."""
        total = Evictions()
        with self._lock:
            for each in (self.evictions, *(world.state.evictions for world in self.all())):
                total.add_all(each)
        return total

    @property
    def key_count(self) -> int:
        """How many keys there are, in all worlds."""
        return self._initial_keys + len(self._by_key)

    def claim(self, key: str, world: World) -> None:
        """Take note of a key that a world is about to issue. The oldest ones make room.

        Raises:
            ValueError: a world has it already, or this one was deleted.
            LimitReached: no key can be deleted.
        """
        with self._lock:
            if self.named(world.name) is not world:
                raise ValueError(f"world {quote(world.name)} no longer exists")
            self._make_room(key)
            self._by_key[key] = world

    def release(self, key: str) -> None:
        """Take note that no world has a key any longer."""
        with self._lock:
            self._by_key.pop(key, None)

    def _create(
        self, name: str, key: str | None, settings: Mapping[str, Any], terms: Mapping[str, Any]
    ) -> tuple[World, str, Instance]:
        self._sweep(current_source().seconds())
        if len(self._by_name) >= self.bounds.max_worlds:
            raise LimitReached(
                f"there are {self.bounds.max_worlds} worlds, the most that this server may have (--max-worlds); "
                "DELETE /_mock/worlds/{world} deletes one"
            )
        first = ids.api_key() if key is None else key
        chosen = Settings.of(**{**self._settings.as_dict(), **settings})
        state = State(chosen, lambda redactor: Keys([first], redactor, **terms))
        self._make_room(first)
        world = self._by_key[first] = self._add(name, state)
        if self.database is not None:
            self.database.add(name, state)
        return world, first, state.keys.instance_of(first)

    def _add(self, name: str, state: State) -> World:
        """Have a world, which shares what the default one was given."""
        default = self.default.state
        for token in default.tokens:
            state.protect(token)
        state.caller = default.caller
        state.journal.listener = partial(self._watch, name) if self._watch else default.journal.listener
        self._number += 1
        world = self._by_name[name] = World(name, self._number, state, self)
        state.feed.join(default.feed.order)  # only now: a reader of all feeds must not miss its first event
        default.feed.add("worlds")
        return world

    def _make_room(self, key: str) -> None:
        """Check that a key is new, and delete the oldest one if there are too many; never a world's first."""
        if key in self._by_key or self.default.state.keys.knows(key):
            raise ValueError(f"key must be new; {mask(key)} was already issued")
        if self.key_count < self.bounds.max_keys:
            return
        for oldest, world in self._by_key.items():
            if oldest != world.state.keys.default:
                break
        else:
            raise LimitReached(
                f"there are {self.bounds.max_keys} keys, the most that this server may have (--max-keys), each the "
                "first of its world; DELETE /_mock/worlds/{world} deletes a world"
            )
        world.state.keys.delete(oldest)
        world.state.evictions.add("keys", "max_keys")

    def _sweep(self, now: float) -> None:
        """Drop idle worlds."""
        if now < self._sweep_at or not current_source().changes:
            return
        self._sweep_at = now + _SWEEP
        most = self.bounds.world_idle
        if not most:
            return
        with self._lock:
            for name in [name for name, world in self._by_name.items() if now - world.used_at > most]:
                self.delete(name)
                self.evictions.add("worlds", "world_idle")
