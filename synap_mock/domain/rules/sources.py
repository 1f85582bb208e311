"""The pages that rules cite, by their titles."""

from __future__ import annotations

from typing import Final

PAGE: Final = "record_messages_batch page"
METHOD_PAGES: Final = "the method's own page, Parameters"
ERRORS_PAGE: Final = "errors page"
AUTH_PAGE: Final = "authentication page"
PROJECT: Final = "the project's choice; no public page says"
