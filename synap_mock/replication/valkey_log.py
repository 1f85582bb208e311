"""The log in a Valkey or Redis server, for workers of several hosts.

The keys are in one hash slot, so that a cluster serves them, too:

- ``{synap-mock}:facts``: a hash; the store's ``id``, the ``last`` position, the ``snapshot``'s and its key, ``state``.
- ``{synap-mock}:log``: a stream; the id of an entry is its position.
- ``{synap-mock}:writer:…``: what a worker appended last, so that an attempt that is repeated appends nothing twice.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from synap_mock.domain.values.real_time import monotonic, pause
from synap_mock.replication.log import Appended, Left, Start, StoreError, without_password

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SCHEMES: Final = {"valkey": "redis", "valkeys": "rediss", "redis": "redis", "rediss": "rediss"}
"""Of the addresses that are accepted, and what the client library calls them; the longer ones of a pair use TLS."""
_FACTS: Final = "{synap-mock}:facts"
_LOG: Final = "{synap-mock}:log"
_NEWS: Final = "{synap-mock}:news"
_OWN_FACTS: Final = frozenset({"id", "last", "snapshot", "state"})
_PART: Final = 64 * 1024 * 1024
"""Bytes of a snapshot that are sent at once; a value may have 512 MiB."""
_UNFINISHED: Final = 600
"""Seconds after which a snapshot is deleted that its worker did not finish."""
_CONNECT: Final = 2.0
_ANSWER: Final = 5.0
"""Seconds that the server has."""
_AGAIN: Final = 1.0
"""Seconds in which a connection that broke is made again."""
_LOOK: Final = 1.0
"""Seconds after which `wait` returns without news."""
_KEEP: Final = 24 * 3600
"""Seconds for which it is known what a worker appended last."""

_BEGIN: Final = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'last', 0, 'snapshot', 0, 'state', KEYS[2], unpack(ARGV))
redis.call('PERSIST', KEYS[2])
redis.call('DEL', KEYS[3])
return 1
"""
_APPEND: Final = f"""
local id, last = unpack(redis.call('HMGET', KEYS[1], 'id', 'last'))
if id ~= ARGV[1] then return redis.error_reply('OTHERSTORE') end
last = tonumber(last)
local after = tonumber(ARGV[2])
if last < after then return redis.error_reply('OTHERSTORE') end
local first = last + 1
if #ARGV > 4 then
  local before = redis.call('GET', KEYS[3])
  local same = before and string.match(before, '^' .. ARGV[4] .. ':(%d+)$')
  if same then
    first = tonumber(same)
  else
    for number = 5, #ARGV do
      last = redis.call('HINCRBY', KEYS[1], 'last', 1)
      redis.call('XADD', KEYS[2], string.format('%d-0', last), 'e', ARGV[number])
    end
    redis.call('SET', KEYS[3], string.format('%s:%d', ARGV[4], first), 'EX', {_KEEP})
    redis.call('PUBLISH', KEYS[4], ARGV[3])
  end
end
if first - 1 <= after then return {{first}} end
return {{first, redis.call('XRANGE', KEYS[2], string.format('%d-0', after + 1), string.format('%d-0', first - 1))}}
"""
_SAVE: Final = """
local id, before, old = unpack(redis.call('HMGET', KEYS[1], 'id', 'snapshot', 'state'))
if id ~= ARGV[1] or tonumber(before) >= tonumber(ARGV[2]) then return redis.call('DEL', KEYS[3]) end
redis.call('HSET', KEYS[1], 'snapshot', ARGV[2], 'state', KEYS[3])
redis.call('PERSIST', KEYS[3])
redis.call('EXPIRE', old, ARGV[3])
redis.call('XTRIM', KEYS[2], 'MINID', string.format('%d-0', tonumber(before) + 1))
return 1
"""


class ValkeyLog:
    """A log in a Valkey or Redis server, 6.2 or newer. How durable an entry is, is the server's setting ``appendonly``.

    Args:
        url: such as ``valkey://host:6379/0``.

    Raises:
        StoreError: the server cannot be reached.
    """

    def __init__(self, url: str) -> None:
        self.name = without_password(url)
        scheme, rest = url.split("://", 1)
        self._client: Any = redis.Redis.from_url(
            f"{SCHEMES[scheme]}://{rest}",
            socket_connect_timeout=_CONNECT,
            socket_timeout=_ANSWER,
            health_check_interval=10,
            retry=Retry(NoBackoff(), 0),
        )
        self._writer = secrets.token_hex(8)
        self._batch = 0
        self._news: Any = None
        self._begin, self._append, self._save = map(self._client.register_script, (_BEGIN, _APPEND, _SAVE))
        self._id = self._all_facts().get("id", "")

    def facts(self) -> dict[str, str]:
        """What `create` was given; empty: it has not been called."""
        return {name: value for name, value in self._all_facts().items() if name not in _OWN_FACTS}

    def create(self, facts: dict[str, str], snapshot: bytes) -> None:
        """Begin the log with a state, unless it has begun."""
        given = [text for fact in {**facts, "id": secrets.token_hex(8)}.items() for text in fact]
        with self._failing("write to"):
            state = self._put(snapshot)
            self._begin(keys=[_FACTS, state, _LOG], args=given)
        self._id = self._all_facts()["id"]

    def start(self) -> Start:
        """See `Log`."""
        for _ in range(3):  # while it is read, another worker may save the next one, and that for _UNFINISHED seconds
            facts = self._all_facts()
            if not facts:
                raise StoreError(f"{self.name} has lost what it had; start the servers again")
            with self._failing("read"):
                parts = self._client.lrange(facts["state"], 0, -1)
            if parts:
                return Start(int(facts["snapshot"]), b"".join(parts))
        raise StoreError(f"{self.name} has lost its snapshot; flush the database, and start the servers again")

    def append(self, after: int, entries: Sequence[bytes]) -> Appended:
        """See `Log`."""
        self._batch += bool(entries)
        keys = [_FACTS, _LOG, f"{{synap-mock}}:writer:{self._writer}", _NEWS]
        args: list[Any] = [self._id, after, self._writer, self._batch, *entries]
        with self._failing("write to" if entries else "read"):
            first, *missed = self._repeated(lambda: self._append(keys=keys, args=args))
        found = missed[0] if missed else []
        if first - 1 > after and (not found or int(found[0][0].split(b"-")[0]) != after + 1):
            raise Left(f"this worker is at entry {after}, which {self.name} no longer has")
        return Appended([fields[1] for _, fields in found], first - 1 + len(entries))

    def wait(self) -> None:
        """See `Log`."""
        with self._failing("read"):
            try:
                if self._news is None:
                    self._news = self._client.pubsub()
                    self._news.subscribe(_NEWS)
                until = monotonic() + _LOOK
                while (left := until - monotonic()) > 0:
                    message = self._news.get_message(timeout=left)
                    if message is not None and message["data"] != self._writer.encode():
                        return
            except redis.RedisError:
                self._news = None
                raise

    def save(self, position: int, snapshot: bytes) -> None:
        """See `Log`."""
        with self._failing("write to"):
            state = self._put(snapshot)
            self._save(keys=[_FACTS, _LOG, state], args=[self._id, position, _UNFINISHED])

    def close(self) -> None:
        """See `Log`."""
        self._client.close()

    def _put(self, snapshot: bytes) -> str:
        state = f"{{synap-mock}}:state:{secrets.token_hex(8)}"
        for start in range(0, len(snapshot), _PART):
            self._client.rpush(state, snapshot[start : start + _PART])
            self._client.expire(state, _UNFINISHED)
        return state

    def _all_facts(self) -> dict[str, str]:
        with self._failing("read"):
            found = self._repeated(lambda: self._client.hgetall(_FACTS))
        return {name.decode(): value.decode() for name, value in found.items()}

    def _repeated(self, attempt: Callable[[], Any]) -> Any:  # noqa: ANN401 - the library's
        """What an attempt returns; it is repeated where the connection broke, such as when the server restarts."""
        until = monotonic() + _AGAIN
        while True:
            try:
                return attempt()
            except (redis.ConnectionError, redis.TimeoutError):
                if monotonic() > until:
                    raise
                pause(0.05)

    @contextmanager
    def _failing(self, verb: str) -> Iterator[None]:
        try:
            yield
        except redis.RedisError as error:
            text = str(error)
            if "OTHERSTORE" in text:
                text = "it has lost what it had, or has another store; start the servers again"
            raise StoreError(f"cannot {verb} {self.name}: {text}") from None
