"""The strict kinds of field that records are made of: what was sent is recorded as sent, or refused.

marshmallow's own fields turn `2.7` into 2, `"yes"` into true and accept naive datetimes; these do not. Each accepts the
JSON value of its kind only, `null` where the field is optional, and states its limits as validators, so that the OpenAPI,
the dictionary and the tests of the tables can read them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

from marshmallow import ValidationError, fields, validate

from registry.domain import dates
from registry.schemas.sentences import Sentence, broken
from registry.schemas.strict import NotInTheFuture, OneOf, Strict, Within, about

__all__ = [
    "LATEST_VERSION", "Choice", "Day", "Exact", "Id", "ListOf", "Moment", "NotInTheFuture", "OneOf", "OneOfNumbers",
    "Part", "PartialDay", "Strict", "Text", "Whole", "Within", "YesNo", "about",
]  # fmt: skip

EARLIEST_YEAR = 1990
LATEST_YEAR = 2100
LATEST_VERSION = 2**31 - 1
"""The largest version that the tables can hold."""


class Whole(Strict, fields.Integer):
    """A whole number from `low` to `high`, both included."""

    kind = "a whole number"

    def __init__(self, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(validate=Within(low, high), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if type(value) is not int:
            raise self.refuse()
        return value


class OneOfNumbers(Strict, fields.Integer):
    """One of a few whole numbers, such as the maximum of a scale's version."""

    kind = "a whole number"

    def __init__(self, numbers: tuple[int, ...], **kwargs: Any) -> None:
        super().__init__(validate=OneOf(numbers), **kwargs)
        self.numbers = numbers

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if type(value) is not int:
            raise self.refuse()
        return value


class Exact(Strict, fields.Decimal):
    """An exact decimal number from `low` to `high`, both included, with at most `places` decimal places."""

    kind = "a number"

    def __init__(self, low: int | str, high: int | str, *, places: int, **kwargs: Any) -> None:
        super().__init__(validate=Within(Decimal(low), Decimal(high)), **kwargs)
        self.decimal_places = places

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        if type(value) is int:
            return Decimal(value)
        if not isinstance(value, Decimal) or not value.is_finite():
            raise self.refuse()
        if -int(value.as_tuple().exponent) > self.decimal_places and self.too_fine(value):
            raise broken("too_precise", f"The value must have at most {self.decimal_places} decimal places.")
        return value

    def too_fine(self, value: Decimal) -> bool:
        exponent = value.normalize().as_tuple().exponent
        return isinstance(exponent, int) and -exponent > self.decimal_places


class YesNo(Strict, fields.Boolean):
    """True or false, as JSON says them."""

    kind = "true or false"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if type(value) is not bool:
            raise self.refuse()
        return value


class Text(Strict, fields.String):
    """Text of 1 to `longest` characters without control characters; `pattern` is for the whole, `also` one more check.

    Lines of free text end with LF, however they were sent; a text of a pattern is kept as it is.
    """

    kind = "text"
    UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
    LINE_END = re.compile("\r\n?")

    def __init__(
        self,
        longest: int,
        *,
        pattern: str | None = None,
        says: str = "",
        also: Callable[[str], None] | None = None,
        **kwargs: Any,
    ) -> None:
        checks: list[validate.Validator] = [validate.Length(1, longest)]
        if pattern is not None:
            checks.append(validate.Regexp(pattern))
        super().__init__(validate=checks, **kwargs)
        self.longest = longest
        self.pattern = re.compile(pattern) if pattern else None
        self.says = says
        self.also = also

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            return super().deserialize(value, attr, data, **kwargs)
        if self.pattern is None:
            value = self.LINE_END.sub("\n", value)
        if not 1 <= len(value) <= self.longest or value.isspace():
            raise broken("wrong_length", f"The text must have 1 to {self.longest} characters and not only blanks.")
        if self.UNPRINTABLE.search(value):
            raise broken("unprintable", "The text must not contain control characters.")
        if self.pattern and not self.pattern.fullmatch(value):
            raise broken("wrong_form", self.says or "The text is not of the form that this field has.")
        if self.also:
            self.also(value)
        return value

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        raise self.refuse()


class Choice(Strict, fields.String):
    """One code of a closed list; `codes` maps each code to its words."""

    kind = "text"

    def __init__(self, codes: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(validate=OneOf(tuple(codes), labels=tuple(codes.values())), **kwargs)
        self.codes = codes

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.refuse()
        return value


class Id(Strict, fields.UUID):
    """The identifier of a record: a UUID in its canonical form."""

    kind = "a UUID such as 0198c5a0-1111-7000-8000-000000000000"
    FORM = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, str) and self.FORM.fullmatch(value):
            return value.lower()
        raise self.refuse()


class Day(Strict, fields.Date):
    """A calendar day, YYYY-MM-DD, from 1990 to 2100."""

    kind = "a date of the form YYYY-MM-DD"
    FORM = re.compile(r"\d{4}-\d{2}-\d{2}")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        try:
            if isinstance(value, str) and self.FORM.fullmatch(value):
                day = date.fromisoformat(value)
                if EARLIEST_YEAR <= day.year <= LATEST_YEAR:
                    return day
        except ValueError:
            pass
        raise self.refuse()


class PartialDay(Strict, fields.String):
    """A day, month or year as far as it is known: YYYY-MM-DD, YYYY-MM or YYYY."""

    kind = "a date of the form YYYY-MM-DD, YYYY-MM or YYYY"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            if isinstance(value, str) and EARLIEST_YEAR <= dates.PartialDate.parse(value).year <= LATEST_YEAR:
                return value
        except ValueError:
            pass
        raise self.refuse()


class Moment(Strict, fields.AwareDateTime):
    """A moment with its time zone (RFC 3339), kept and answered in UTC."""

    kind = "a moment with a time zone, such as 2026-05-04T08:30:00Z"
    FORM = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            if isinstance(value, str) and self.FORM.fullmatch(value):
                moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
                if EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
                    return moment
        except (ValueError, OverflowError):
            pass
        raise self.refuse()

    def present(self, value: Any) -> Any:
        return value.replace("+00:00", "Z") if isinstance(value, str) else value


class ListOf(Strict, fields.List[Any]):
    """A list of at most `longest` values of one kind, none of them null; with `distinct`, none of them twice."""

    kind = "a list"

    def __init__(self, inner: fields.Field[Any], longest: int, *, distinct: bool = False, **kwargs: Any) -> None:
        allow_none = kwargs.pop("allow_none", False)
        fields.List.__init__(self, inner, validate=validate.Length(0, longest), allow_none=allow_none, **kwargs)
        inner.allow_none = False
        self.empty = None if allow_none else []
        self.longest = longest
        self.distinct = distinct

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.refuse()
        if len(value) > self.longest:
            raise broken("too_many", f"The list must have at most {self.longest} entries.")
        accepted: list[Any] = super()._deserialize(value, attr, data, **kwargs)
        if self.distinct and len(set(accepted)) < len(accepted):
            raise broken("repeated", "The list must not name the same value twice.")
        return accepted

    def present(self, value: Any) -> Any:
        shown = presenter(self.inner)
        return value if value is None or shown is None else [shown(entry) for entry in value]


class Part(fields.Nested):
    """A record inside a record."""

    def __init__(self, nested: Any, *, required: bool = False, **kwargs: Any) -> None:
        super().__init__(nested, required=required, allow_none=not required, **kwargs)

    def make_error(self, key: str, **kwargs: Any) -> ValidationError:
        return ValidationError([Sentence(key, MESSAGES.get(key, "The value must be an object."))])

    def present(self, value: Any) -> Any:
        return None if value is None else cast(Any, self.schema).present(value)


MESSAGES = {"required": "The value is required.", "null": "The value must not be null."}


def presenter(field: fields.Field[Any]) -> Callable[[Any], Any] | None:
    """Give what turns a value of an image into the answer's; None where it is answered as it is kept."""
    return getattr(field, "present", None)
