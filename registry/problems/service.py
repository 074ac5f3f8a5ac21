"""What the registry itself could not do."""

from __future__ import annotations

from registry.problems.problem import Problem


class Unavailable(Problem):
    """The service cannot reach its database at the moment; nothing was recorded. Try again."""

    status = 503


class Unexpected(Problem):
    """The service failed; nothing was recorded. The request id helps to find out why."""

    status = 500


class RuleFailed(Problem):
    """A rule failed on the records of a participant, so no extract was written; the log of the registry tells where."""

    status = 500
