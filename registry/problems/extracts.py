"""Refusals of extracts: when one is ordered, when it is written, and when it is fetched."""

from __future__ import annotations

from registry.problems.problem import Problem


class ProfileNotAllowed(Problem):
    """Your role does not get extracts by this profile; `allowed` names those that it gets at the sites covered."""

    status = 403


class RecipientNotYours(Problem):
    """A partner's extract is for its own organisation and for nobody else."""

    status = 403


class ReleaseTooClose(Problem):
    """Releases of a study are of one moment or keep their distance; `moments` may be asked for, or any one from `new_from`."""

    status = 409


class ReleasedOtherwise(Problem):
    """The recipient has this study by another profile, for other uses or of other sites; `ways` are those in which you may ask."""

    status = 409


class ExtractNotReady(Problem):
    """The extract has no files: `state` says how far it is, and `failure` why it has none."""

    status = 409


class RangeNotSatisfiable(Problem):
    """The file does not have the part that Range asks for; Content-Range tells how long it is."""

    status = 416


class NobodyAgrees(Problem):
    """Nobody at these sites agreed to every one of these uses at that moment and still does: there is nothing to give."""

    status = 422


class RiskAboveThreshold(Problem):
    """The risk that somebody is recognised lies above the profile's threshold, so nothing was released."""

    status = 422


class KeyMissing(Problem):
    """The key that made the pseudonyms of this extract is not here; an administrator puts it back."""

    status = 500


class WriterLost(Problem):
    """The extract was begun several times, and each time who wrote it ended before it was complete."""

    status = 500


class WriterFailed(Problem):
    """Writing the extract failed, and nothing of it was kept; the log of the registry tells where."""

    status = 500


class CannotBeWritten(Problem):
    """The files of the extract cannot be written where they are to be kept, and nothing of them was."""

    status = 500


class ReplicaTooFarBehind(Problem):
    """The replica that extracts are read from did not catch up in time, so nothing was written; try again later."""

    status = 503


class CommandEnded(Problem):
    """The command that ordered the extract ended before its files were whole, and nothing of them was kept."""

    status = 500


class ProfileChanged(Problem):
    """The extract was ordered under another version of the profile; order it again."""

    status = 409
