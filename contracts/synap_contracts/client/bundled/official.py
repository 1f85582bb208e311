"""The installed official SDK, `maximem-synap`: only its URL, timeouts, waits and folder are set."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import tempfile
import weakref
from typing import Any, Final, Literal

from maximem_synap import MaximemSynapSDK, SDKConfig

_FAST: Final = 0.02
"""The longest back-off if waits must be short, in seconds. The number of attempts remains the SDK's own."""
_FOLDER: Final = "SYNAP_CONTRACTS_FOLDER"
"""Names the folder that the kit creates for the process of an adapter, and removes when the process has ended."""


def make(
    base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: Literal["fast", "own"] = "own"
) -> MaximemSynapSDK:
    """Return an SDK object for a server. The host initializes it."""
    return _new_sdk(base_url, api_key, timeout_s, retry)


def make_separate(
    base_url: str, api_key: str | None, *, timeout_s: float = 30.0, retry: Literal["fast", "own"] = "own"
) -> MaximemSynapSDK:
    """Return an SDK object that shares nothing with others of the process.

    Up to 0.4.0, every object is the first one made, with its key, URL and timeouts. That violates AUTH-OWN, and then
    nearly every other clause. Separate objects show what else those releases violate.
    """
    return _new_sdk(base_url, api_key, timeout_s, retry, _force_new=True)


def _new_sdk(
    base_url: str,
    api_key: str | None,
    timeout_s: float,
    retry: Literal["fast", "own"],
    **arguments: Any,  # noqa: ANN401 - the SDK's own
) -> MaximemSynapSDK:
    """Return an SDK object, whose folder is removed with it."""
    folder = tempfile.mkdtemp(prefix="synap-contracts-", dir=os.environ.get(_FOLDER))
    settings: dict[str, Any] = {
        "api_base_url": base_url,
        "storage_path": folder,
        "history_search_model": None,  # no model is downloaded for a search that is not used
        "timeouts": {"connect": timeout_s, "read": timeout_s, "write": timeout_s},
    }
    if retry == "fast":
        settings["retry_policy"] = {"backoff_base": _FAST, "backoff_max": _FAST}
    sdk = MaximemSynapSDK(api_key=api_key or "", config=SDKConfig(**settings), **arguments)
    weakref.finalize(sdk, shutil.rmtree, folder, ignore_errors=True)
    return sdk


def version() -> str:
    """Return the installed release."""
    return importlib.metadata.version("maximem-synap")
