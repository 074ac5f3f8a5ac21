"""What a table for analysis has as a column: a measure with its words and unit, how it is protected and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Generic, Literal, TypeVar, cast

from registry.domain.deidentification import Action
from registry.domain.rulebook import RULEBOOK

Value = Decimal | int | str | None
S = TypeVar("S")
T = TypeVar("T")
OURS = "Rule of this registry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Generic[S]):
    """A column of a table for analysis; `group` names the columns of the row that divide its values.

    `inside` is whether it never leaves the study team; `over_course` whether it is judged over all visits of a participant, so
    that it tells something else where not all of them leave. `told_with` names measures that it tells: where they are left blank,
    so is it. `like` is the form and the field whose limits it has, `source` where it is defined.
    """

    name: str
    words: str
    type: Literal["decimal", "integer", "code", "0/1"]
    read: Callable[[S], Value]
    action: Action
    unit: str | None = None
    codes: Mapping[str, str] | None = None
    group: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    higher: Literal["better", "worse"] | None = None
    like: tuple[str, str] | None = None
    inside: bool = False
    told_with: tuple[str, ...] = ()
    over_course: bool = False
    source: str | None = None

    def of(self, prefix: str, words: str, read: Callable[[T], Value]) -> Measure[T]:
        """Give the same measure of something else: with a prefix to its name, its words and the names of its group."""
        name, group = f"{prefix}_{self.name}", tuple(f"{prefix}_{one}" for one in self.group)
        told_with = tuple(f"{prefix}_{one}" for one in self.told_with)
        made = replace(
            cast(Measure[Any], self),
            name=name,
            words=f"{words}: {self.words}",
            read=read,
            group=group,
            told_with=told_with,
        )
        return cast(Measure[T], made)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """How an outcome that no rule of the rulebook gives is defined; `certainty` in percent."""

    id: str
    version: str
    words: str
    source: str
    certainty: int

    @property
    def cited(self) -> str:
        """Its name with its version, as the words of a column end."""
        return f"(definition {self.id}, version {self.version}, certainty {self.certainty} %)"


def cited(rule: str) -> str:
    """Name a rule with its version, as the words of a column end."""
    return f"(rule {rule}, version {RULEBOOK[rule].version}, certainty {RULEBOOK[rule].certainty} %)"
