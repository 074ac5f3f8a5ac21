"""What every kind of field shares: what is said about it, its limits as validators, and no coercion."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from marshmallow import ValidationError, fields, missing, validate

from registry.domain import dates
from registry.domain.deidentification import Action
from registry.schemas.removals import FREE_TEXT
from registry.schemas.sentences import Sentence, broken


def about(  # noqa: PLR0913 (all that can be said of a field)
    words: str,
    *,
    unit: str | None = None,
    sdtm: str | None = None,
    loinc: str | None = None,
    free_text: bool = False,
    higher: str | None = None,
    example: Any = None,
    deidentify: Action | None = None,
    group: tuple[str, ...] = (),
    quasi: bool = False,
    inside: bool = False,
    inside_where: tuple[str, tuple[str, ...]] | None = None,
    told_with: tuple[str, ...] = (),
    removed_because: str | None = None,
) -> dict[str, Any]:
    """Say a field once: its words, UCUM unit, SDTM name, LOINC code, whether it is free text, and an example.

    `higher` says whether a higher number means a better or a worse patient, where the measure has a direction.

    `deidentify` is what an extract does to it; `group` names other fields of the record that divide its values, `quasi` says
    that somebody outside may know it of a participant, `inside` that it never leaves the study team, and `inside_where` that it
    does not where another field has one of these values. `told_with` names fields that it would tell: it is blank where
    they are left blank. Of what is never in an extract `removed_because` says why; free text is, and needs no reason.

    Raises:
        TypeError: a field is both removed and something else, or does not say why it is removed.
    """
    if free_text and removed_because is None:
        removed_because = FREE_TEXT
    if deidentify is Action.REMOVE or (removed_because is not None and deidentify is not None):
        raise TypeError(f"what is removed says removed_because, and has no other action: {words}")
    said = {
        "description": words,
        "x-unit": unit,
        "x-sdtm": sdtm,
        "x-loinc": loinc,
        "x-higher": higher,
        "example": example,
        "x-free-text": free_text or None,
        "x-deidentify": Action.REMOVE.value if removed_because is not None else deidentify and deidentify.value,
        "group": group or None,
        "quasi": quasi or None,
        "inside": inside or None,
        "inside_where": inside_where,
        "told_with": told_with or None,
        "removed_because": removed_because,
    }
    return {key: value for key, value in said.items() if value is not None}


class Within(validate.Range):
    """The value lies from `min` to `max`, both included."""

    def __call__(self, value: Any) -> Any:
        if (self.min is not None and value < self.min) or (self.max is not None and value > self.max):
            raise broken("out_of_range", f"The value must lie from {self.min} to {self.max}.")
        return value


class OneOf(validate.OneOf):
    """The value is one of the codes of a closed list."""

    def __call__(self, value: Any) -> Any:
        if value not in self.choices:
            raise broken("not_in_list", "The value must be one of: " + ", ".join(map(str, self.choices)) + ".")
        return value


class NotInTheFuture:
    """The day, as far as it is known, is not after today anywhere on earth; a visit is held to today at its site."""

    AHEAD = timedelta(hours=14)
    """The time zone that is furthest ahead of UTC."""

    def __call__(self, day: Any) -> Any:
        earliest = dates.PartialDate.parse(day).earliest if isinstance(day, str) else day
        if earliest > (datetime.now(UTC) + self.AHEAD).date():
            raise broken("in_the_future", "The date must not be in the future.")
        return day


class Strict(fields.Field[Any]):
    """What every kind of field here shares: no coercion, and null only where the field is optional.

    `empty` is the value of a record that does not give the field; where it is not null, null is refused. What the
    registry sets (`dump_only`) is always there unless `allow_none` says otherwise.
    """

    kind = "value"
    empty: Any = None

    def __init__(
        self, *, required: bool = False, allow_none: bool | None = None, empty: Any = None, **kwargs: Any
    ) -> None:
        always = required or empty is not None or kwargs.get("dump_only", False)
        allow_none = not always if allow_none is None else allow_none
        super().__init__(required=required, allow_none=allow_none, **kwargs)
        self.empty = empty

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        """Accept one JSON value, or raise ValidationError with every rule it breaks."""
        if value is None:
            if self.allow_none:
                return None
            raise broken("null", "The value must not be null.")
        if value is missing:
            raise broken("required", "The value is required.")
        accepted = self._deserialize(value, attr, data, **kwargs)
        for validator in self.validators:
            validator(accepted)
        return accepted

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value

    def refuse(self) -> ValidationError:
        return ValidationError([Sentence("wrong_type", f"The value must be {self.kind}.")])
