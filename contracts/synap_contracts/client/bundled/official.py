"""The official SDK, `maximem-synap`, as it is installed: only its address, timeouts, waits and folder are set."""

from __future__ import annotations

import importlib.metadata
import tempfile
from typing import Any, Final, Literal

from maximem_synap import MaximemSynapSDK, SDKConfig

_FAST: Final = 0.02
"""Seconds: the greatest back-off when waits shall be short. The number of attempts stays the SDK's own."""


def make(
    base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: Literal["fast", "own"] = "own"
) -> MaximemSynapSDK:
    """An SDK object for a server; the host initialises it."""
    return MaximemSynapSDK(api_key=api_key or "", config=_config(base_url, timeout_s, retry))


def apart(
    base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: Literal["fast", "own"] = "own"
) -> MaximemSynapSDK:
    """An SDK object that shares nothing with others of the process.

    Up to 0.4.0 every object is the first one made, with its key, address and timeouts. That breaks AUTH-OWN, and then
    everything; what else those releases break is seen with objects made apart.
    """
    return MaximemSynapSDK(api_key=api_key or "", config=_config(base_url, timeout_s, retry), _force_new=True)


def _config(base_url: str, timeout_s: float, retry: Literal["fast", "own"]) -> SDKConfig:
    settings: dict[str, Any] = {
        "api_base_url": base_url,
        "storage_path": tempfile.mkdtemp(prefix="synap-contracts-"),
        "history_search_model": None,  # no model is fetched for a search that nobody asks for
        "timeouts": {"connect": timeout_s, "read": timeout_s, "write": timeout_s},
    }
    if retry == "fast":
        settings["retry_policy"] = {"backoff_base": _FAST, "backoff_max": _FAST}
    return SDKConfig(**settings)


def version() -> str:
    """Which release is installed."""
    return importlib.metadata.version("maximem-synap")
