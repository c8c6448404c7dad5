"""Which licences go together: the rules behind the error numbers of PATCH /licenses/users.

Source: webex-openapi-specs, `public-spec/webex-admin.json`, Assign Licenses to Users, examples of answer 400.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from odt_async.sandbox.catalogue import (
    ADVANCED_MEETINGS,
    ADVANCED_MESSAGING,
    ATTENDANT_CONSOLE,
    BASIC_MEETINGS,
    BASIC_MESSAGING,
    CX_ESSENTIAL,
    PROFESSIONAL,
    STANDARD,
    WORKSPACES,
)

__all__ = ["Violation", "broken_rule"]


class Violation(NamedTuple):
    """A rule that a set of licences breaks; *licence* is the one that cannot be had."""

    code: int
    description: str
    licence: int


class _Rule(NamedTuple):
    code: int
    licence: int
    broken: Callable[[Collection[int], Collection[int]], bool]  # (licences before, licences after)
    description: str


_RULES = (
    _Rule(400000, WORKSPACES, lambda _, after: WORKSPACES in after, "License not recognized"),
    _Rule(
        400112,
        STANDARD,
        lambda before, after: PROFESSIONAL in before and PROFESSIONAL not in after and STANDARD in after,
        "Changing a user's Webex Calling license from Professional to Standard is not allowed.",
    ),
    _Rule(
        400404,
        STANDARD,
        lambda _, after: {PROFESSIONAL, STANDARD} <= set(after),
        "User cannot have both Webex Calling Professional and Standard License together.",
    ),
    _Rule(
        400410,
        STANDARD,
        lambda before, after: CX_ESSENTIAL in before and CX_ESSENTIAL not in after and STANDARD in after,
        "Changing a user's license from CX Essential to Webex Calling Standard is not allowed.",
    ),
    _Rule(
        400406,
        ATTENDANT_CONSOLE,
        lambda _, after: {STANDARD, ATTENDANT_CONSOLE} <= set(after),
        "User cannot have both Webex Calling Standard and Webex Attendant Console licenses together.",
    ),
    _Rule(
        400407,
        CX_ESSENTIAL,
        lambda _, after: {STANDARD, CX_ESSENTIAL} <= set(after),
        "User cannot have both Webex Calling Standard and CX Essential licenses together.",
    ),
    _Rule(
        400408,
        ATTENDANT_CONSOLE,
        lambda _, after: ATTENDANT_CONSOLE in after and PROFESSIONAL not in after,
        "User needs Webex Calling Professional license to be assigned before assigning Webex Attendant Console",
    ),
    _Rule(
        700003,
        ADVANCED_MESSAGING,
        lambda _, after: ADVANCED_MESSAGING in after and BASIC_MESSAGING not in after,
        "Free teams messaging mandatory for paid teams messaging license.",
    ),
    _Rule(
        700004,
        ADVANCED_MEETINGS,
        lambda _, after: ADVANCED_MEETINGS in after and BASIC_MEETINGS not in after,
        "Free teams meeting mandatory for paid teams meeting license.",
    ),
)


def broken_rule(before: Collection[int], after: Collection[int]) -> Violation | None:
    """Return the first rule that going from the licences *before* to those *after* breaks; None when none."""
    for rule in _RULES:
        if rule.broken(before, after):
            return Violation(rule.code, rule.description, rule.licence)
    return None
