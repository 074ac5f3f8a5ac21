"""The states of a visit: what leads from a draft to a complete one, and out of an error and back."""

from __future__ import annotations

import pytest

from registry.domain.visits import VISIT, state_of


@pytest.mark.parametrize(
    ("status", "in_error", "state", "targets"),
    [
        ("draft", False, "draft", ("complete", "draft_in_error")),
        ("complete", False, "complete", ("entered_in_error",)),
        ("draft", True, "draft_in_error", ("draft",)),
        ("complete", True, "entered_in_error", ("complete",)),
    ],
)
def test_a_visit_goes_to_its_neighbouring_states_only(
    status: str, in_error: bool, state: str, targets: tuple[str, ...]
) -> None:
    assert state_of(status, entered_in_error=in_error) == state
    assert VISIT.targets(state) == targets
