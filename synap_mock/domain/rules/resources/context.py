"""Rules about context: prompts and profiles."""

from __future__ import annotations

from typing import Final

from synap_mock.domain.rules.rule import Evidence, Rule, Scope
from synap_mock.domain.rules.sources import PROJECT

PROMPT_STYLE = Rule(
    id="PROMPT-STYLE",
    statement="The context for a prompt with another `style` than structured, narrative or bullet_points.",
    scope=Scope.CALL,
    that=Evidence.DERIVED,
    how=Evidence.ASSUMED,
    source="the get_context_for_prompt page, Parameters; the SDK's source mentions a 500, or that it was ignored",
    edit="read it with style structured, narrative or bullet_points, or without it",
)
PROFILE_UNKNOWN = Rule(
    id="PROFILE-UNKNOWN",
    statement="The profile of a user for whom none was seeded. A test's call counts as modelled.",
    scope=Scope.CALL,
    that=Evidence.SDK,
    how=Evidence.SDK,
    source=f"SDK 0.6.9, get_profile: 404, no profile exists for this user yet; {PROJECT}: only a test makes one",
    code="PROFILE_NOT_FOUND",
    status=404,
    edit="seed a profile of the user first",
)

RULES: Final[tuple[Rule, ...]] = (PROMPT_STYLE, PROFILE_UNKNOWN)
