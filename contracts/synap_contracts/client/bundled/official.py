"""The official SDK, `maximem-synap`, as it is installed: only its address, timeouts, waits and folder are set."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import tempfile
import weakref
from typing import Any, Final, Literal

from maximem_synap import MaximemSynapSDK, SDKConfig

_FAST: Final = 0.02
"""Seconds: the greatest back-off when waits shall be short. The number of attempts stays the SDK's own."""

_FOLDER: Final = "SYNAP_CONTRACTS_FOLDER"
"""Names the folder that the kit makes for each adapter's process, and removes when it ends, however it ends."""


def make(
    base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: Literal["fast", "own"] = "own"
) -> MaximemSynapSDK:
    """An SDK object for a server; the host initialises it."""
    folder = _folder()
    config = _config(base_url, timeout_s, retry, folder)
    return _tidied(MaximemSynapSDK(api_key=api_key or "", config=config), folder)


def apart(
    base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: Literal["fast", "own"] = "own"
) -> MaximemSynapSDK:
    """An SDK object that shares nothing with others of the process.

    Up to 0.4.0 every object is the first one made, with its key, address and timeouts. That breaks AUTH-OWN, and then
    everything; what else those releases break is seen with objects made apart.
    """
    folder = _folder()
    config = _config(base_url, timeout_s, retry, folder)
    return _tidied(MaximemSynapSDK(api_key=api_key or "", config=config, _force_new=True), folder)


def _config(base_url: str, timeout_s: float, retry: Literal["fast", "own"], folder: str) -> SDKConfig:
    settings: dict[str, Any] = {
        "api_base_url": base_url,
        "storage_path": folder,
        "history_search_model": None,  # no model is fetched for a search that nobody asks for
        "timeouts": {"connect": timeout_s, "read": timeout_s, "write": timeout_s},
    }
    if retry == "fast":
        settings["retry_policy"] = {"backoff_base": _FAST, "backoff_max": _FAST}
    return SDKConfig(**settings)


def _folder() -> str:
    return tempfile.mkdtemp(prefix="synap-contracts-", dir=os.environ.get(_FOLDER))


def _tidied(sdk: MaximemSynapSDK, folder: str) -> MaximemSynapSDK:
    """The SDK object, whose folder is removed with it."""
    weakref.finalize(sdk, shutil.rmtree, folder, ignore_errors=True)
    return sdk


def version() -> str:
    """Which release is installed."""
    return importlib.metadata.version("maximem-synap")
