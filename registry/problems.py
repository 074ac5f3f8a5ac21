"""Every way the registry says no: one small class each, whose docstring is the sentence the client reads (RFC 9457)."""

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


# --- the request itself -------------------------------------------------------------------------------------------


class MalformedRequest(Problem):
    """The request could not be read: the body is not well-formed, or a parameter or header is not of its form."""


class CursorNotUnderstood(Problem):
    """The cursor is not one that this list gave out; follow the link with rel="next" or start again without it."""


class IdempotencyKeyMissing(Problem):
    """Every POST needs an Idempotency-Key header (8 to 128 visible characters), so that a repeat cannot record twice."""


class Unsupported(Problem):
    """The content type of the body is not one that this operation takes."""

    status = 415


class BodyTooLarge(Problem):
    """The body is larger than the service accepts; send less at once, or use the bulk route for many visits."""

    status = 413


class TooManyRequests(Problem):
    """Too many refused attempts came from this address; wait as long as Retry-After says."""

    status = 429


class NoSuchRoute(Problem):
    """There is nothing at this address."""

    status = 404


class MethodNotAllowed(Problem):
    """This address does not answer that method; Allow names those it does."""

    status = 405


# --- identity and permission --------------------------------------------------------------------------------------


class NotAuthenticated(Problem):
    """The request carries no valid access token: it is missing, unknown, expired or revoked."""

    status = 401


class NotPermitted(Problem):
    """None of your roles may do this."""

    status = 403


# --- records ------------------------------------------------------------------------------------------------------


class NoSuchRecord(Problem):
    """There is no such record among those you may see."""

    status = 404


class RulesBroken(Problem):
    """The submission breaks one or more rules; each is named in `errors` with the place it concerns."""

    status = 422


class NeedsConfirmation(Problem):
    """Values are unusual: correct them, or confirm each rule named in `errors` with a comment in `confirmations`."""

    status = 422


class ChangeReasonMissing(Problem):
    """A change needs a reason in the X-Change-Reason header: 3 to 500 characters, those beyond ASCII percent-encoded (UTF-8)."""

    status = 422


class VersionMissing(Problem):
    """A change needs the If-Match header with the ETag of the version it was made from."""

    status = 428


class VersionStale(Problem):
    """The record has changed since the version you read; read it again, then repeat your change."""

    status = 412


class IdempotencyKeyReused(Problem):
    """This Idempotency-Key was used before for a different request; use a new key."""

    status = 422


class IdempotencyKeyInUse(Problem):
    """A request with this Idempotency-Key is being worked on; repeat it in a moment."""

    status = 409


class AnswerShownOnce(Problem):
    """This request was already done and its answer, a secret, is shown once; make a new token and revoke that one."""

    status = 409


class AlreadyRecorded(Problem):
    """A record with the same identifying values exists already; `existing` names it where you may see it."""

    status = 409


class VisitAlreadyRecorded(AlreadyRecorded):
    """This visit is recorded already: `existing` names it; amend it, or mark it as entered in error first."""


class ParticipantAlreadyRecorded(AlreadyRecorded):
    """The site has a participant with this code in this study already."""


class DosesOverlap(Problem):
    """The participant already has a JAK inhibitor in this interval; end the earlier one the day before, or correct it."""

    status = 409


class ConsentMissing(Problem):
    """No consent of this participant is in force on the date of the visit."""

    status = 422


class AnotherLineRefused(Problem):
    """This line passed and was not recorded, because all or nothing was asked and another line was refused."""

    status = 424


class ExtractGone(Problem):
    """The files of this extract are not kept here any more, or not whole; pull it again."""

    status = 410


class StudyConstantsRefused(Problem):
    """Constants of the study's own are not of the rules of this release: an administrator amends its rule_constants."""

    status = 409


class MomentInTheFuture(Problem):
    """`as_of` must be a past moment with a time zone, such as 2026-05-01T00:00:00Z."""

    status = 422


# --- the service --------------------------------------------------------------------------------------------------


class Unavailable(Problem):
    """The service cannot reach its database at the moment; nothing was recorded. Try again."""

    status = 503


class Unexpected(Problem):
    """The service failed; nothing was recorded. The request id helps to find out why."""

    status = 500


class RuleFailed(Problem):
    """A rule failed on the records of a participant, so no extract was written; the log of the registry tells where."""

    status = 500


def every_problem() -> list[type[Problem]]:
    """List each problem class once, in the order of this file."""

    def below(cls: type[Problem]) -> list[type[Problem]]:
        return [found for sub in cls.__subclasses__() for found in [sub, *below(sub)]]

    return below(Problem)
