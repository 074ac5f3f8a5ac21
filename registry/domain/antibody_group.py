"""The group of a participant by myositis autoantibodies: one code, as analyses and measures of disclosure risk use it.

Rule of ours, version 1: of the antibodies that are specific to myositis the one that is positive names the group, and
several positive ones are a group of their own. Where none is positive, an associated antibody tells; an indeterminate finding is no
positive one.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from registry.domain.autoantibodies import AUTOANTIBODIES

_SPECIFIC = {code: antibody.name for code, antibody in AUTOANTIBODIES.items() if antibody.kind == "specific"}
SEVERAL, ASSOCIATED, NONE_FOUND, NOT_TESTED = "several", "associated_only", "none_found", "not_tested"
ANTIBODY_GROUPS: Mapping[str, str] = MappingProxyType(
    {
        **_SPECIFIC,
        SEVERAL: "Several myositis-specific autoantibodies",
        ASSOCIATED: "Myositis-associated autoantibodies only",
        NONE_FOUND: "Tested, none found",
        NOT_TESTED: "Not tested",
    }
)


def antibody_group(findings: Mapping[str, str | None]) -> str:
    """Give the group by the finding of each autoantibody; None, or no entry, where it was not tested."""
    tested = {code for code, finding in findings.items() if finding is not None}
    positive = {code for code in tested if findings[code] == "positive"}
    specific = sorted(positive & _SPECIFIC.keys())
    if specific:
        return specific[0] if len(specific) == 1 else SEVERAL
    return ASSOCIATED if positive else NONE_FOUND if tested else NOT_TESTED


def findings_of(tests: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Give one finding for each autoantibody tested: positive in any test, else indeterminate in any, else negative."""
    order = ("negative", "indeterminate", "positive")
    found: dict[str, str] = {}
    for test in tests:
        antibody, finding = str(test["antibody"]), str(test["finding"])
        found[antibody] = max(found.get(antibody, finding), finding, key=order.index)
    return found
