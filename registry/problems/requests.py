"""Refusals of the request itself, and of who sends it."""

from __future__ import annotations

from registry.problems.problem import Problem


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


class NotAuthenticated(Problem):
    """The request carries no valid access token: it is missing, unknown, expired or revoked."""

    status = 401


class NotPermitted(Problem):
    """None of your roles may do this."""

    status = 403
