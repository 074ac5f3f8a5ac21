"""A study, as a registry of trials names it, and the constants of the rules of the science that are its own."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError

from registry.domain.rulebook import of_study
from registry.domain.rules import ConstantRefused
from registry.domain.vocabulary import STUDY_DESIGNS
from registry.schemas.base import Kept, Record
from registry.schemas.fields import Choice, ListOf, Part, Strict, Text, about
from registry.schemas.sentences import Sentence

CODE_FORM = r"[A-Z][A-Z0-9-]{1,19}"
CODE_SAYS = "A code is 2 to 20 capital letters, digits and hyphens, and begins with a letter."


class Registration(Record):
    """An entry of a study in a public register."""

    register = Text(40, required=True, metadata=about("Register", example="ClinicalTrials.gov"))
    identifier = Text(40, required=True, metadata=about("Identifier there", example="NCT05524311"))


class RuleConstants(Strict):
    """A study's own constants: rule to constant to value, each of a rule there is and of the kind it has there.

    A study that has none, or that was recorded before there were any, has an empty object.
    """

    kind = "an object of rules, each an object of constants by name"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, dict[str, Any]]:
        if not isinstance(value, dict):
            raise self.refuse()
        if wrong := {rule: refused for rule, own in value.items() if (refused := self._refused(rule, own))}:
            raise ValidationError(wrong)
        return value

    def _refused(self, rule: str, own: Any) -> Any:
        """Give every refused constant of a rule: those that are left are taken together."""
        if not isinstance(own, dict):
            return [Sentence("wrong_type", "The value must be an object of constants by name.")]
        left, found = dict(own), {}
        while refused := refusal({rule: left}):
            if refused.name not in left:
                return [said(refused)]
            found[refused.name] = [said(refused)]
            del left[refused.name]
        return found

    def present(self, value: Any) -> Any:
        return {} if value is None else value


def refusal(own: dict[str, dict[str, Any]]) -> ConstantRefused | None:
    """Give the first refusal of constants; None where they are taken together."""
    try:
        of_study(own)
    except ConstantRefused as refused:
        return refused
    return None


def said(refused: ConstantRefused) -> Sentence:
    """Say why a constant is refused."""
    return Sentence("constant_refused", str(refused))


class Study(Kept):
    """A study: its code, what it is, and the protocol version in force."""

    code = Text(
        20,
        pattern=CODE_FORM,
        says=CODE_SAYS,
        required=True,
        metadata=about("Code", sdtm="DM.STUDYID", example="JAKI-JDM"),
    )
    title = Text(
        300,
        required=True,
        metadata=about("Title", sdtm="TS.TITLE", example="JAK inhibitors in juvenile dermatomyositis"),
    )
    protocol_version = Text(
        40,
        required=True,
        metadata=about(
            "Number of the protocol version; where versions are defined, of the one activated last", example="1.0"
        ),
    )
    design = Choice(STUDY_DESIGNS, required=True, metadata=about("Design"))
    registrations = ListOf(Part(Registration, required=True), 10, metadata=about("Entries in public registers"))
    rule_constants = RuleConstants(
        empty={}, metadata=about("The study's own constants: rule to constant to value; `GET /v1/rules` names them")
    )
