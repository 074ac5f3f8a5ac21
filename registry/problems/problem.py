"""What every refusal shares: a type, a status, a sentence, and the rules that were broken (RFC 9457)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """One rule that a submission broke: where (JSON pointer), which (stable code) and a sentence without the value.

    A confirmable rule is accepted when the submission confirms it with a comment.
    """

    pointer: str
    code: str
    detail: str
    confirmable: bool = False

    def as_json(self) -> dict[str, Any]:
        said = {"pointer": self.pointer, "code": self.code, "detail": self.detail}
        return said | {"confirmable": True} if self.confirmable else said


class Problem(Exception):
    """The registry could not do what was asked."""

    status: ClassVar[int] = 400

    def __init__(self, *errors: BrokenRule, headers: dict[str, str] | None = None, **members: Any) -> None:
        super().__init__(self.title())
        self.errors = errors
        self.members = members
        self.headers = headers or {}

    @classmethod
    def slug(cls) -> str:
        """Give the stable last part of the problem's type, such as `visit-already-recorded`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    @classmethod
    def title(cls) -> str:
        """Give the sentence the client reads: the class's docstring."""
        return " ".join((cls.__doc__ or "").split())

    def as_json(self) -> dict[str, Any]:
        """Give the RFC 9457 members; `type` is relative to the documentation of the API."""
        body: dict[str, Any] = {"type": f"/problems/{self.slug()}", "title": self.title(), "status": self.status}
        body.update(self.members)
        if self.errors:
            body["errors"] = [error.as_json() for error in self.errors]
        return body


def every_problem() -> list[type[Problem]]:
    """List each problem class once, in the order in which they were declared."""

    def below(cls: type[Problem]) -> list[type[Problem]]:
        return [found for sub in cls.__subclasses__() for found in [sub, *below(sub)]]

    return below(Problem)
