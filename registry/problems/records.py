"""Refusals of what would be recorded, read or pulled."""

from __future__ import annotations

from registry.problems.problem import Problem


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
    """A record with the same identifying values exists already: read or amend that one."""

    status = 409


class VisitAlreadyRecorded(AlreadyRecorded):
    """This visit is recorded already: `existing` names it; amend it, or mark it as entered in error first."""


class ParticipantAlreadyRecorded(AlreadyRecorded):
    """The site has a participant with this code in this study already."""


class DosesOverlap(Problem):
    """The participant already has a JAK inhibitor in this interval; end the earlier one the day before, or correct it."""

    status = 409


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
    """A moment that is asked for must be past, and have a time zone, such as 2026-05-01T00:00:00Z."""

    status = 422
