"""Refusals of a trial's conduct: consent, eligibility, states, allocation, blinding, signature, lock."""

from __future__ import annotations

from registry.problems.problem import Problem


class ConsentMissing(Problem):
    """No consent of this participant is in force on the date of the visit, or of the enrolment."""

    status = 422


class NotEligible(Problem):
    """The newest assessment under the protocol version in force does not count as eligible, or there is none; assess again."""

    status = 409


class TransitionNotAllowed(Problem):
    """The record is in a state from which this cannot be done; `state` names it, `allowed` what can be done from here."""

    status = 409


class NotSerious(Problem):
    """The event is not serious by the investigator or the sponsor, or was entered in error: there is nothing to report."""

    status = 409


class NothingToOpen(Problem):
    """The participant has no blinded treatment: none is allocated yet, or treatment is no secret in this study."""

    status = 409


class SecondPersonNeeded(Problem):
    """Somebody else must do this: who asked for a code break does not confirm it, who wrote a visit does not verify it."""

    status = 409


class StudyProductsOverlap(Problem):
    """The participant already has study product in this interval; end the earlier one the day before, or correct it."""

    status = 409


class DutiesKeptApart(Problem):
    """An account has one duty: to administer, to audit, to know the treatment, or the study; who knew it stays unblinded."""

    status = 422


class VisitNotComplete(Problem):
    """A draft, or what was entered in error, is neither signed nor verified; complete the visit first."""

    status = 409


class SigningPasswordMissing(Problem):
    """You have no signing password; set one with PUT /v1/me/signing-password, then sign."""

    status = 409


class SigningRefused(Problem):
    """The name and the signing password are not those of your account; nothing was signed, and the attempt is noted."""

    status = 403


class SigningPaused(Problem):
    """Too many attempts at signing were refused one after another; wait as long as Retry-After says."""

    status = 429


class RecordLocked(Problem):
    """The data are frozen or locked: `scope` says what (study, site, participant, visit), `state` how; a data manager opens it."""

    status = 409


class OpenedByAnother(Problem):
    """Only who opened a query withdraws it; once it is answered, a monitor or data manager closes it."""

    status = 403


class AnsweredByOneself(Problem):
    """Who gave the last answer to a query does not close it; another monitor or data manager does."""

    status = 403


class NotReadyForAllocation(Problem):
    """The participant cannot be allocated now; `errors` names each thing that stands in the way."""

    status = 409


class NoRandomisationList(Problem):
    """No randomisation list in use has the participant's stratum; the unblinded statistician makes one."""

    status = 409


class ListExhausted(Problem):
    """The randomisation list has no slot left for this participant; the unblinded statistician makes another."""

    status = 409


class SealDoesNotHold(Problem):
    """The randomisation list is not as it was sealed: nobody is allocated from it until that is explained."""

    status = 409
