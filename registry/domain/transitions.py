"""States as data: what can be done from which state, and where it leads; one table a kind of record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from registry.problems import TransitionNotAllowed


@dataclass(frozen=True, slots=True)
class Transition:
    """An act that leads from any of some states to another; `words` say it in the diagram."""

    act: str
    sources: tuple[str, ...]
    target: str
    words: str


@dataclass(frozen=True, slots=True)
class States:
    """The states of a kind of record, each with its words, the first to begin with, and the transitions between them."""

    title: str
    words: Mapping[str, str]
    first: str
    transitions: tuple[Transition, ...]

    def allowed(self, state: str) -> tuple[str, ...]:
        """Give the acts that can be done from a state, in the order of the table."""
        return tuple(transition.act for transition in self.transitions if state in transition.sources)

    def targets(self, state: str) -> tuple[str, ...]:
        """Give the states that can be reached from a state by one act."""
        return tuple(dict.fromkeys(transition.target for transition in self.transitions if state in transition.sources))

    def after(self, state: str, act: str) -> str:
        """Give the state after an act.

        Raises:
            TransitionNotAllowed: the act cannot be done from this state.
        """
        for transition in self.transitions:
            if transition.act == act and state in transition.sources:
                return transition.target
        raise TransitionNotAllowed(state=state, allowed=list(self.allowed(state)))

    def reach(self, state: str, target: str) -> str:
        """Give the act that leads from a state to another in one step.

        Raises:
            TransitionNotAllowed: none does; `allowed` names the states that can be reached.
        """
        for transition in self.transitions:
            if transition.target == target and state in transition.sources:
                return transition.act
        raise TransitionNotAllowed(state=state, allowed=list(self.targets(state)))
