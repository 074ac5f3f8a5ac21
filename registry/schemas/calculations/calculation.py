"""What a calculation is: a rule as a stateless service, with what it takes, an example, and the result it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, ClassVar

from marshmallow import ValidationError

from registry.domain.rules import ConstantRefused, Result, Rule, overriding
from registry.problems import BrokenRule, RulesBroken
from registry.schemas.base import Record, schema_of
from registry.schemas.calculations.refused import naming
from registry.schemas.fields import Strict, about
from registry.schemas.sentences import Sentence, escaped

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: where it is from, what is sent, and what comes back in `value` or `category`."""

    source: str
    body: Body
    value: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Calculation:
    """Rules that can be calculated from posted numbers under one name; `choose` says which of them a body asks for.

    `calculate` gets the accepted body and that rule, with the constants in force.
    """

    name: str
    rules: tuple[Rule[Any], ...]
    takes: type[Taken]
    calculate: Callable[[Body, Rule[Any]], Result]
    examples: tuple[Example, ...]
    choose: Callable[[Body], int] = lambda body: 0

    def __post_init__(self) -> None:
        """Tell what it takes under which name it is calculated, so that a refusal can say so."""
        self.takes.calculation = self.name

    def of(self, body: Any) -> Result:
        """Calculate from a body as it was sent; raises RulesBroken naming each broken rule."""
        schema = schema_of(self.takes)
        return self.calculated(schema.whole(schema.accept(body)))

    def calculated(self, accepted: Body) -> Result:
        """Calculate from a body that was accepted; raises RulesBroken when a constant is refused."""
        try:
            rule = overriding(self.rules[self.choose(accepted)], accepted.get("constants") or {})
        except ConstantRefused as refused:
            raise self._named(refused_constant(refused)) from None
        try:
            return self.calculate(accepted, rule)
        except RulesBroken as refused:
            raise self._named(refused) from None

    def _named(self, refused: RulesBroken) -> RulesBroken:
        return naming(refused, schema_of(self.takes), self.name)

    def widest(self) -> Rule[Any]:
        """Give a rule that stands for all: its categories are those of every rule of this name."""
        categories = {code: words for rule in self.rules for code, words in rule.categories.items()}
        return replace(self.rules[0], categories=MappingProxyType(categories))


def refused_constant(refused: ConstantRefused) -> RulesBroken:
    """Say which constant was refused, as a broken rule of the submission."""
    return RulesBroken(BrokenRule(f"/constants/{escaped(refused.name)}", "constant_refused", str(refused)))


class OwnConstants(Strict):
    """A study's own constants of a rule, by name."""

    kind = "an object of constants by name"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
            raise ValidationError([Sentence("wrong_type", f"The value must be {self.kind}.")])
        return value


class Taken(Record):
    """What every calculation takes besides its own numbers; each refusal names the measure and the calculation."""

    calculation: ClassVar[str] = ""

    constants = OwnConstants(metadata=about("Constants in place of the rule's own, by name; GET /v1/rules names them"))

    def accept(self, body: Any) -> dict[str, Any]:
        """Load a submission, or refuse it by sentences that name measure and rule; raises RulesBroken."""
        try:
            return super().accept(body)
        except RulesBroken as refused:
            raise naming(refused, self, self.calculation) from None
