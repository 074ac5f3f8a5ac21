"""The values that derived values have had: the same rules, applied again at each moment at which a record changed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.domain.derived import Derived
from registry.domain.rules import undecided

Event = Mapping[str, Any]
Key = tuple[str, str | None, int]

LISTS = {
    "visit": "visits",
    "dose": "doses",
    "concomitant_medication": "concomitant_medications",
    "adverse_event": "adverse_events",
}


class Records:
    """The records of a course as they stood after the events told so far, the rule constants of its study among them."""

    def __init__(self) -> None:
        self.newest: dict[str, dict[str, Mapping[str, Any]]] = {}
        self.today: date | None = None

    def add(self, events: Iterable[Event]) -> None:
        """Take in what events wrote; each has `kind`, `record_id`, the image `after`, and `today`, its date at the site."""
        for event in events:
            self.newest.setdefault(event["kind"], {})[event["record_id"]] = event["after"]
            self.today = max(self.today or event["today"], event["today"])

    def images(self) -> Mapping[str, Any] | None:
        """Give the images that a course is read from; None before the participant was enrolled."""
        participant = next(iter(self.newest.get("participant", {}).values()), None)
        if participant is None or self.today is None:
            return None
        study = next(iter(self.newest.get("study", {}).values()), {})
        lists = {name: list(self.newest.get(kind, {}).values()) for kind, name in LISTS.items()}
        return {
            "participant": participant,
            "study": {"id": study["id"], "version": study["version"]} if study else None,
            "rule_constants": study.get("rule_constants"),
            "today": self.today.isoformat(),
            **lists,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """What a derived value became; `withdrawn` says that it is derived no more, and then it is what it was last."""

    derived: Derived
    withdrawn: bool = False


def by_key(derived: Iterable[Derived]) -> dict[Key, Derived]:
    """Tell derived values apart by rule, subject, and place among those of the same rule and subject."""
    seen: Counter[tuple[str, str | None]] = Counter()
    found: dict[Key, Derived] = {}
    for one in derived:
        name = (one.result.rule.id, one.result.subject)
        found[(*name, seen[name])] = one
        seen[name] += 1
    return found


def changes(before: Mapping[Key, Derived], after: Mapping[Key, Derived]) -> Iterator[Change]:
    """Tell what derived values became: those that are new or other than before, then those that are no more."""
    for key, derived in after.items():
        if key not in before or _told_apart(before[key]) != _told_apart(derived):
            yield Change(derived)
    yield from (Change(derived, withdrawn=True) for key, derived in before.items() if key not in after)


def undecided_again(before: Mapping[Key, Derived], reason: str) -> Mapping[Key, Derived]:
    """Give what was derived before as undecided, where the rules in force at a moment are not of this release."""
    return {
        key: Derived(undecided(derived.result.rule, reason, subject=derived.result.subject))
        for key, derived in before.items()
    }


def _told_apart(derived: Derived) -> tuple[Any, ...]:
    """Everything that is told of a value, so that the newest of its history is the value."""
    result = derived.result
    told = (result.value, result.category, result.final, result.missing, result.reason, result.details)
    return *told, result.rule.overridden, set(derived.inputs)
