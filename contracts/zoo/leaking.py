"""Clients that let the key, or the messages, get where they don't belong."""

from __future__ import annotations

import atexit
import logging
import sys
import warnings
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import httpx
from errors import AuthenticationError, NetworkError, SynapError
from honest import Honest
from labels import wrong
from steps import PATH, tls

if TYPE_CHECKING:
    from steps import Answer, Entry, Outcome

_LOG = logging.getLogger("recorder")
HTTP_MULTIPLE_CHOICES = 300
HTTP_BAD_REQUEST = 400
LARGE = 20


@wrong("AUTH-SECRET", "names the key that was rejected")
class NamesTheKey(Honest):
    def refusal(self, response: httpx.Response) -> SynapError:
        error = super().refusal(response)
        return AuthenticationError(f"{self.key} was refused") if isinstance(error, AuthenticationError) else error


@wrong("AUTH-SECRET", "names a key that is malformed")
class NamesMalformedKeys(Honest):
    def credential(self, api_key: str | None) -> str:
        try:
            return super().credential(api_key)
        except AuthenticationError as error:
            raise AuthenticationError(f"{error}: {api_key!r}") from None


@wrong("AUTH-SECRET", "does not check the key: the transport quotes the header in the cause")
class ChainsTheTransport(Honest):
    def credential(self, api_key: str | None) -> str:
        if not api_key:
            return super().credential(api_key)
        return api_key

    def send(self, body: bytes) -> Outcome:
        try:
            return self.http.post(PATH, content=body, headers=self.headers())
        except UnicodeEncodeError:
            raise AuthenticationError("the API key has characters that no header can carry") from None
        except httpx.LocalProtocolError as error:
            raise AuthenticationError("the API key has characters that no header can carry") from error
        except httpx.RequestError as error:
            return error


@wrong("AUTH-SECRET", "adds the request's headers to an error as a note")
class NotesHeaders(Honest):
    def refusal(self, response: httpx.Response) -> SynapError:
        error = super().refusal(response)
        error.add_note(f"sent with {self.headers()}")
        return error


@wrong("AUTH-SECRET", "gives an error the request's headers as a second argument")
class ArguesWithHeaders(Honest):
    def settled(self, outcome: Outcome) -> httpx.Response:
        try:
            return super().settled(outcome)
        except NetworkError as error:
            raise NetworkError(str(error), self.headers()) from None


@wrong("AUTH-SECRET", "logs its requests with their headers, at DEBUG")
class LogsHeaders(Honest):
    def send(self, body: bytes) -> Outcome:
        _LOG.debug("POST %s %s", PATH, self.headers())
        return super().send(body)


@wrong("AUTH-SECRET", "logs its key when it is created")
class LogsItsKey(Honest):
    def credential(self, api_key: str | None) -> str:
        key = super().credential(api_key)
        _LOG.info("recording with %s", key)
        return key


@wrong("AUTH-SECRET", "prints the curl command that repeats a failed request")
class PrintsCurl(Honest):
    def refusal(self, response: httpx.Response) -> SynapError:
        print(f"curl -H 'Authorization: Bearer {self.key}' {response.request.url}")  # noqa: T201 - that is the defect
        return super().refusal(response)


@wrong("AUTH-SECRET", "writes refusals to standard error, with the request's headers")
class WritesHeaders(Honest):
    def refusal(self, response: httpx.Response) -> SynapError:
        sys.stderr.write(f"{response.status_code} for {self.headers()}\n")
        return super().refusal(response)


@wrong("AUTH-SECRET", "sends the key in the query as well")
class SendsTheKeyInTheQuery(Honest):
    def send(self, body: bytes) -> Outcome:
        try:
            return self.http.post(PATH, params={"api_key": self.key}, content=body, headers=self.headers())
        except httpx.RequestError as error:
            return error


@wrong("REDIRECT", "lets httpx follow redirects: a 307 sends the messages elsewhere")
class FollowsRedirects(Honest):
    def connected(self) -> httpx.Client:
        return httpx.Client(
            base_url=self.base_url, timeout=self.timeout_s, follow_redirects=True, verify=tls(), trust_env=False
        )


@wrong("REDIRECT", "follows redirects itself, with the key")
class FollowsWithTheKey(Honest):
    def send(self, body: bytes) -> Outcome:
        outcome = super().send(body)
        if isinstance(outcome, httpx.Response) and HTTP_MULTIPLE_CHOICES <= outcome.status_code < HTTP_BAD_REQUEST:
            url = urljoin(f"{self.base_url}{PATH}", outcome.headers.get("Location", PATH))
            try:
                return self.http.post(url, content=body, headers=self.headers())
            except httpx.RequestError as error:
                return error
        return outcome


@wrong("REDIRECT", "checks the health of a redirect's target, with the key")
class AsksTheNewPlace(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        response = self.post(self.encode(entries))
        if response.has_redirect_location:
            url = urljoin(str(response.url), response.headers["Location"])
            try:
                self.http.get(url, headers=self.headers())
            except httpx.RequestError:
                raise NetworkError("Synap moved, and isn't there") from None
        return self.read(response, len(entries))


class QuietError(NetworkError):
    """Says nothing of what it was made of, unless it is shown by its repr."""

    def __str__(self) -> str:
        return "no answer from Synap"


@wrong("AUTH-SECRET", "raises an error with the request's headers as hidden arguments")
class KeepsHeadersInErrors(Honest):
    def settled(self, outcome: Outcome) -> httpx.Response:
        if isinstance(outcome, httpx.RequestError):
            raise QuietError(self.headers())
        return super().settled(outcome)


@wrong("AUTH-SECRET", "prints its settings when the process ends")
class SaysGoodbye(Honest):
    def __init__(self, base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: str = "own") -> None:
        super().__init__(base_url, api_key, timeout_s=timeout_s, retry=retry)
        atexit.register(sys.stderr.write, f"goodbye from {self.base_url} with {self.key}\n")


@wrong("AUTH-SECRET", "warns of large batches, with its key")
class WarnsOfLargeBatches(Honest):
    def record(self, entries: list[Entry]) -> Answer:
        if len(entries) > LARGE:
            warnings.warn(f"{len(entries)} messages at once from {self.key}", stacklevel=2)
        return super().record(entries)
