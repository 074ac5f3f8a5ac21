"""Calculate the Juvenile DermatoMyositis Activity Index (JDMAI) and its state, or the state of a published score."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from registry.domain.course import exact
from registry.domain.hybrid_measure import HMC_MAXIMUM
from registry.domain.items import DAS_SKIN_MAXIMUM
from registry.domain.jdmai import JDMAI1, JDMAI2, SCORE_MAXIMA, SKIN, Components, jdmai, of_score
from registry.domain.rules import Result, Rule
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.calculations.core_set_fields import centimetres
from registry.schemas.fields import Exact, OneOfNumbers, Whole, about
from registry.schemas.sentences import broken

RULES = (JDMAI1, JDMAI2)
COMPONENTS = ("physician_global_activity", "patient_global_activity", "muscle", "hmc", *SKIN.values())


class JdmaiInput(Taken):
    """The components of one version, or its score; what was not measured is left out."""

    version = OneOfNumbers((1, 2), required=True, metadata=about("Version of the JDMAI", example=1))
    score = Exact(
        0,
        40,
        places=2,
        metadata=about("A published score, 0 to 40 (version 1) or 0 to 39 (version 2), in place of its components"),
    )
    physician_global_activity = centimetres("Physician's global activity, visual analogue scale", "1.5")
    patient_global_activity = centimetres("Patient's or parent's global well-being, visual analogue scale", "1.5")
    muscle = Exact(0, 10, places=2, metadata=about("Muscle, higher is worse: the hMC in tenths, turned"))
    hmc = Exact(0, HMC_MAXIMUM, places=1, metadata=about("Hybrid measure (hMC), in place of muscle", unit="{score}"))
    mdaat_cutaneous = centimetres("Cutaneous activity (MDAAT), visual analogue scale: the skin of version 1", "1.5")
    das_skin_total = Whole(0, DAS_SKIN_MAXIMUM, metadata=about("DAS skin total: the skin of version 2", unit="{score}"))

    @validates_schema(skip_on_field_errors=True)
    def score_stands_alone(self, body: dict[str, Any], **_: Any) -> None:
        """A published score comes without components and fits its version."""
        score = body.get("score")
        if score is None:
            return
        if any(body.get(name) is not None for name in COMPONENTS):
            raise broken("given_twice", "Give the score of the JDMAI or its components, not both.", "score")
        rule = RULES[body["version"] - 1]
        if score > SCORE_MAXIMA[rule.id]:
            sentence = f"A {rule.id.upper()} score must not exceed {SCORE_MAXIMA[rule.id]}."
            raise broken("total_above_maximum", sentence, "score")

    @validates_schema(skip_on_field_errors=True)
    def muscle_is_given_once(self, body: dict[str, Any], **_: Any) -> None:
        """The muscle component is given as such or as the hMC."""
        if body.get("muscle") is not None and body.get("hmc") is not None:
            raise broken("given_twice", "Give the muscle component of the JDMAI or the hMC, not both.", "muscle")

    @validates_schema(skip_on_field_errors=True)
    def skin_is_that_of_the_version(self, body: dict[str, Any], **_: Any) -> None:
        """Each version has its own measure of skin: the other is refused."""
        own = SKIN[RULES[body["version"] - 1].id]
        for other in set(SKIN.values()) - {own}:
            if body.get(other) is not None:
                sentence = (
                    f"The skin component of JDMAI{body['version']} is {own}; {other} is that of the other version."
                )
                raise broken("other_version", sentence, other)


def _choose(body: Body) -> int:
    return int(body["version"]) - 1


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    if body.get("score") is not None:
        return of_score(body["score"], rule)
    skin = exact(body.get(SKIN[rule.id]))
    given = {name: body.get(name) for name in COMPONENTS if name not in SKIN.values()}
    return jdmai(Components(**given, skin=skin), rule)


def _scored(version: int, score: float, category: str) -> Example:
    return Example("Domain reference 8.4", {"version": version, "score": score}, category=category)


_BODY_1 = {
    "version": 1,
    "physician_global_activity": 2.5,
    "patient_global_activity": 1.5,
    "hmc": 88,
    "mdaat_cutaneous": 1,
}
_BODY_2 = {
    "version": 2,
    "physician_global_activity": 2.5,
    "patient_global_activity": 1.5,
    "muscle": 1.2,
    "das_skin_total": 5,
}

CALCULATION = Calculation(
    "jdmai",
    RULES,
    JdmaiInput,
    _calculate,
    (
        Example("Domain reference 1.1: 2.5 + 1.5 + 1.2 + 1", _BODY_1, value="6.2", category="low"),
        Example("Domain reference 1.1: 2.5 + 1.5 + 1.2 + 5", _BODY_2, value="10.2", category="moderate"),
        _scored(1, 2.4, "inactive"),
        _scored(1, 2.5, "low"),
        _scored(1, 6.6, "low"),
        _scored(1, 6.7, "moderate"),
        _scored(1, 11, "moderate"),
        _scored(1, 11.1, "high"),
        _scored(2, 5.2, "inactive"),
        _scored(2, 5.3, "low"),
        _scored(2, 8.5, "low"),
        _scored(2, 8.6, "moderate"),
        _scored(2, 11.3, "moderate"),
        _scored(2, 11.4, "high"),
    ),
    choose=_choose,
)
