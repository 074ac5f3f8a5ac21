"""The rule set of special interest as data: what makes a candidate of each topic."""

from __future__ import annotations

from typing import Any

from registry.domain.special_interest import SPECIAL_INTEREST_RULE, TOPICS, Topic
from registry.domain.vocabulary import SPECIAL_INTEREST
from registry.schemas.base import Record
from registry.schemas.fields import Choice, ListOf, Part, Text, YesNo, about
from registry.schemas.laboratory_results import ANALYTES


class GradedAnalyte(Record):
    """An analyte whose CTCAE grade makes a candidate."""

    analyte = Choice(ANALYTES, required=True, metadata=about("Analyte"))
    constant = Text(
        60,
        required=True,
        metadata=about("Constant of the rule special-interest that holds the grade from which it counts"),
    )


class SpecialInterestTopic(Record):
    """What makes a candidate of one topic; GET /v1/studies/{study}/rules tells the constants in force."""

    topic = Choice(SPECIAL_INTEREST, required=True, metadata=about("Topic"))
    title = Text(120, required=True, metadata=about("Topic in words"))
    rule_version = Text(10, required=True, metadata=about("Version of the rule set"))
    source = Text(300, required=True, metadata=about("Where it is from"))
    words = ListOf(Text(60), 100, metadata=about("Words that name it; * at the end stands for any ending"))
    together = ListOf(Text(60), 100, metadata=about("Words of which one is needed besides"))
    serious_only = YesNo(required=True, metadata=about("Whether only a serious event counts"))
    situations = ListOf(Text(60), 10, metadata=about("Special situations of an event that count"))
    graded = ListOf(Part(GradedAnalyte, required=True), 20, metadata=about("Analytes judged by their CTCAE grade"))
    measured = ListOf(Choice(ANALYTES), 20, metadata=about("Analytes judged by a limit, a fall or a signal"))
    positive = ListOf(Choice(ANALYTES), 20, metadata=about("Analytes whose positive result counts"))
    positive_later = ListOf(
        Choice(ANALYTES), 20, metadata=about("Analytes whose positive result counts after the baseline visit")
    )


def told_topic(topic: Topic) -> dict[str, Any]:
    """Give a topic as the list shows it."""
    return {
        "topic": topic.code,
        "title": SPECIAL_INTEREST[topic.code],
        "rule_version": SPECIAL_INTEREST_RULE.version,
        "source": SPECIAL_INTEREST_RULE.source,
        "serious_only": topic.serious_only,
        "graded": [{"analyte": analyte, "constant": name} for analyte, name in topic.graded.items()],
        **{name: list(getattr(topic, name)) for name in LISTS},
    }


LISTS = ("words", "together", "situations", "measured", "positive", "positive_later")
EVERY_TOPIC = [told_topic(topic) for topic in TOPICS.values()]
"""The rule set, topic by topic."""
