"""The items of every instrument a visit can hold: field name, words and range, once for schemas, tables and sums.

Sources: domain reference 1.1 to 1.8; IMACS Form 04 (MMT8, MMT26), Lovell scoring sheet (CMAS), Yassaee 2010 (CDASI v2),
Bode 2003 (DAS), Wienke 2020 Table 1 (scale ranges), IMACS Form 08 (MDI). Items of licensed instruments (CHAQ, CHQ)
are not shipped: names of domains and scores only.

A scored item is a whole number from `minimum` to `maximum`; a visual analogue scale or a measurement is a Decimal;
a flag changes how another item counts (Gottron's papules, an aid) and is true or false.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["score", "scale", "flag"]
Side = Literal["right", "left"]
Direction = Literal["worse", "better"]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a rater scores. `maximum` is None where no upper limit is defined; flags have no limits.

    `kind`: score = whole number; scale = Decimal (visual analogue scale, T-score, measurement); flag = true or false.
    `higher` says whether a higher number means a worse or a better patient, where the instrument has a direction.
    """

    field: str
    words: str
    maximum: int | None
    minimum: int = 0
    kind: Kind = "score"
    higher: Direction | None = None


def fields(items: Iterable[Item]) -> tuple[str, ...]:
    """The field names of the items, in order."""
    return tuple(item.field for item in items)


def _scores(prefix: str, rows: Iterable[tuple[str, str, int]], higher: Direction = "worse") -> tuple[Item, ...]:
    return tuple(Item(f"{prefix}_{key}", words, maximum, higher=higher) for key, words, maximum in rows)


def _scales(prefix: str, rows: Iterable[tuple[str, str]], suffix: str = "") -> tuple[Item, ...]:
    return tuple(Item(f"{prefix}_{key}{suffix}", words, 10, kind="scale", higher="worse") for key, words in rows)


# MMT8 (form muscle_strength): each muscle 0 to 10, Kendall. S-MMT.
SIDES: tuple[Side, ...] = ("right", "left")
MMT8_AXIAL = Item("mmt8_neck_flexors", "Neck flexors", 10, higher="better")
MMT8_MUSCLES: tuple[tuple[str, str], ...] = (
    ("deltoid", "Deltoid, middle"),
    ("biceps", "Biceps brachii"),
    ("gluteus_maximus", "Gluteus maximus"),
    ("gluteus_medius", "Gluteus medius"),
    ("quadriceps", "Quadriceps"),
    ("wrist_extensors", "Wrist extensors"),
    ("ankle_dorsiflexors", "Ankle dorsiflexors"),
)
MMT8_BY_SIDE: dict[Side, tuple[Item, ...]] = {
    side: tuple(Item(f"mmt8_{key}_{side}", f"{words}, {side}", 10, higher="better") for key, words in MMT8_MUSCLES)
    for side in SIDES
}
MMT8_ITEMS: tuple[Item, ...] = (MMT8_AXIAL, *MMT8_BY_SIDE["right"], *MMT8_BY_SIDE["left"])
MMT8_SIDE, MMT8_TOTAL, MMT8_MAXIMUM = "mmt8_side", "mmt8_total", "mmt8_maximum"
MMT8_UNILATERAL_MAXIMUM, MMT8_BILATERAL_MAXIMUM = 80, 150

# MMT26, the whole manual muscle test (form muscle_strength): sums of its three groups, each muscle 0 to 10. S-MMT.
MMT26_PARTS: tuple[Item, ...] = _scores(
    "mmt",
    (
        ("axial", "MMT26: axial muscles, 2 muscles", 20),
        ("proximal", "MMT26: proximal muscles, 8 groups on both sides", 160),
        ("distal", "MMT26: distal muscles, 4 groups on both sides", 80),
    ),
    higher="better",
)
MMT26_TOTAL, MMT26_MAXIMUM = "mmt26_total", 260

# CMAS (form muscle_strength): 14 items, maxima sum to 52. S-CMAS.
CMAS_ITEMS: tuple[Item, ...] = _scores(
    "cmas",
    (
        ("head_elevation", "Head elevation, duration", 5),
        ("leg_raise", "Leg raise, touch object", 2),
        ("straight_leg_lift", "Straight leg lift, duration", 5),
        ("supine_to_prone", "Supine to prone", 3),
        ("sit_ups", "Sit-ups", 6),
        ("supine_to_sit", "Supine to sit", 3),
        ("arm_raise", "Arm raise, straighten", 3),
        ("arm_raise_duration", "Arm raise, duration of wrists above head", 4),
        ("floor_sit", "Floor sit", 3),
        ("all_fours", "All-fours manoeuvre", 4),
        ("floor_rise", "Floor rise", 4),
        ("chair_rise", "Chair rise", 4),
        ("stool_step", "Stool step", 3),
        ("pick_up", "Pick-up", 3),
    ),
    higher="better",
)
CMAS_TOTAL, CMAS_MAXIMUM = "cmas_total", "cmas_maximum"
CMAS_FULL_MAXIMUM = 52
CMAS_YOUNG_CHILD_MAXIMUM = 49
"""Some centres score children of 4 to 5 years out of 49 (Wienke 2020 Table 1); which items differ is not published."""

# CDASI version 2 (form skin_disease). S-CDASI. Activity 0 to 100, damage 0 to 32 by construction.
CDASI_SITES: tuple[tuple[str, str], ...] = (
    ("scalp", "Scalp"),
    ("malar", "Malar area"),
    ("periorbital", "Periorbital"),
    ("face_rest", "Rest of the face"),
    ("v_neck", "V-area of the neck, frontal"),
    ("posterior_neck", "Posterior neck"),
    ("upper_back", "Upper back and shoulders"),
    ("back_rest", "Rest of back and buttocks"),
    ("abdomen", "Abdomen"),
    ("lateral_thigh", "Lateral upper thigh"),
    ("leg_rest", "Rest of leg and feet"),
    ("arm", "Arm"),
    ("mechanics_hand", "Mechanic's hand"),
    ("dorsal_hands", "Dorsum of hands, not over joints"),
    ("gottron_other", "Gottron's, not on hands"),
)
CDASI_ACTIVITY_SIGNS = (("erythema", "erythema", 3), ("scale", "scale", 2), ("erosion", "erosion or ulceration", 1))
CDASI_DAMAGE_SIGNS = (
    ("poikiloderma", "poikiloderma: dyspigmentation or telangiectasia", 1),
    ("calcinosis", "calcinosis", 1),
)


def _by_site(signs: Iterable[tuple[str, str, int]]) -> tuple[Item, ...]:
    signs = tuple(signs)
    return tuple(
        Item(f"cdasi_{site}_{sign}", f"{place}: {words}", maximum, higher="worse")
        for site, place in CDASI_SITES
        for sign, words, maximum in signs
    )


CDASI_SITE_ACTIVITY: tuple[Item, ...] = _by_site(CDASI_ACTIVITY_SIGNS)
CDASI_SITE_DAMAGE: tuple[Item, ...] = _by_site(CDASI_DAMAGE_SIGNS)
CDASI_HANDS_ERYTHEMA = Item("cdasi_gottron_hands_erythema", "Gottron's on hands: erythema", 3, higher="worse")
CDASI_HANDS_PAPULES = Item("cdasi_gottron_hands_papules", "Gottron's on hands: papules present", None, kind="flag")
CDASI_HANDS_ULCERATION = Item("cdasi_gottron_hands_ulceration", "Gottron's on hands: ulceration", 1, higher="worse")
CDASI_HANDS_DAMAGE = Item(
    "cdasi_gottron_hands_damage", "Gottron's on hands: damage, 1 dyspigmentation, 2 scarring", 2, higher="worse"
)
CDASI_PERIUNGUAL = Item("cdasi_periungual", "Periungual changes", 2, higher="worse")
"""0 absent, 1 erythema or microscopic telangiectasia, 2 visible telangiectasia [levels MEM 85%]."""
CDASI_ALOPECIA = Item("cdasi_alopecia", "Alopecia in the last 30 days", 1, higher="worse")
"""0 absent, 1 present [MEM 85%]."""
CDASI_ACTIVITY_ITEMS: tuple[Item, ...] = (
    *CDASI_SITE_ACTIVITY,
    CDASI_HANDS_ERYTHEMA,
    CDASI_HANDS_PAPULES,
    CDASI_HANDS_ULCERATION,
    CDASI_PERIUNGUAL,
    CDASI_ALOPECIA,
)
CDASI_DAMAGE_ITEMS: tuple[Item, ...] = (*CDASI_SITE_DAMAGE, CDASI_HANDS_DAMAGE)
CDASI_ACTIVITY_TOTAL, CDASI_ACTIVITY_MAXIMUM = "cdasi_activity_total", 100
CDASI_DAMAGE_TOTAL, CDASI_DAMAGE_MAXIMUM = "cdasi_damage_total", 32

# DAS (form skin_disease): skin 0 to 9, muscle 0 to 11. Sub-totals S-NIHJDM; item wording [MEM 80%].
DAS_SKIN_ITEMS: tuple[Item, ...] = _scores(
    "das_skin",
    (
        ("type", "Type of skin involvement, 0 none to 4 ulceration or erosion", 4),
        ("distribution", "Distribution: 0 none, 1 focal, 2 diffuse, 3 generalised with trunk", 3),
        ("vasculitis", "Vasculitis of eyelid margin, nailfold or other vessels", 1),
        ("gottron_papules", "Gottron's papules", 1),
    ),
)
DAS_MUSCLE_ITEMS: tuple[Item, ...] = _scores(
    "das_muscle",
    (
        ("functional_status", "Functional limitation: 0 none, 1 mild, 2 moderate, 3 severe", 3),
        ("neck_flexor_weakness", "Neck-flexor weakness", 1),
        ("gowers_sign", "Gowers' sign", 1),
        ("upper_proximal_weakness", "Upper proximal weakness", 1),
        ("abnormal_gait", "Abnormal gait", 1),
        ("lower_proximal_weakness", "Lower proximal weakness", 1),
        ("difficulty_swallowing", "Difficulty swallowing", 1),
        ("abdominal_weakness", "Abdominal muscle weakness", 1),
        ("nasal_speech", "Nasal speech", 1),
    ),
)
DAS_SKIN_TOTAL, DAS_MUSCLE_TOTAL, DAS_TOTAL = "das_skin_total", "das_muscle_total", "das_total"
DAS_SKIN_MAXIMUM, DAS_MUSCLE_MAXIMUM, DAS_MAXIMUM = 9, 11, 20

# Abbreviated CAT, binary method (form skin_disease): totals only, ranges [MEM 85%].
ACAT_ITEMS: tuple[Item, ...] = _scores(
    "acat", (("activity", "Activity lesions present", 17), ("damage", "Damage lesions present", 11))
)

# Nailfold capillaroscopy (form skin_disease): end-row-loop density, loops/mm, mean of eight fingers (Pachman 2023).
NAILFOLD_FINGERS = ("index", "middle", "ring", "little")
"""Four fingers a hand; that the thumbs are the two left out is [MEM 95%]."""
NAILFOLD_ITEMS: tuple[Item, ...] = tuple(
    Item(
        f"nailfold_{side}_{finger}",
        f"End-row-loop density, {side} {finger} finger",
        None,
        kind="scale",
        higher="better",
    )
    for side in SIDES
    for finger in NAILFOLD_FINGERS
)
NAILFOLD_MEAN = "nailfold_density"

# CHAQ (form functioning): eight domains 0 to 3; an aid or help lifts a domain to 2. [MEM 95%]
CHAQ_DOMAINS: tuple[Item, ...] = _scores(
    "chaq",
    (
        ("dressing", "Dressing and grooming", 3),
        ("arising", "Arising", 3),
        ("eating", "Eating", 3),
        ("walking", "Walking", 3),
        ("hygiene", "Hygiene", 3),
        ("reach", "Reach", 3),
        ("grip", "Grip", 3),
        ("activities", "Activities", 3),
    ),
)
CHAQ_AIDS: tuple[Item, ...] = tuple(
    Item(f"{domain.field}_aid", f"{domain.words}: aid, device or help used", None, kind="flag")
    for domain in CHAQ_DOMAINS
)
CHAQ_INDEX, CHAQ_MAXIMUM = "chaq_index", 3

# PROMIS Pediatric T-scores (form functioning), mean 50, SD 10. S-CARRA. Nominal range 0 to 100.
PROMIS_ITEMS: tuple[Item, ...] = (
    Item("promis_global_health", "PROMIS Global Health 7, T-score", 100, kind="scale", higher="better"),
    Item("promis_pain_interference", "PROMIS Pain Interference, T-score", 100, kind="scale", higher="worse"),
    Item("promis_mobility", "PROMIS Mobility, T-score", 100, kind="scale", higher="better"),
    Item("promis_upper_extremity", "PROMIS Upper Extremity, T-score", 100, kind="scale", higher="better"),
    Item("promis_fatigue", "PROMIS Fatigue, T-score", 100, kind="scale", higher="worse"),
)

# MDAAT organ visual analogue scales (form disease_activity), 0 to 10. S-MDAAT.
MDAAT_ORGANS: tuple[Item, ...] = _scales(
    "mdaat",
    (
        ("constitutional", "Constitutional activity"),
        ("cutaneous", "Cutaneous activity"),
        ("skeletal", "Skeletal activity"),
        ("gastrointestinal", "Gastrointestinal activity"),
        ("pulmonary", "Pulmonary activity"),
        ("cardiovascular", "Cardiovascular activity"),
        ("other", "Other activity"),
        ("muscle", "Muscle activity"),
    ),
)

# MDI severity (form damage): eleven organ visual analogue scales, 0 to 110. S-NIHJDM; list of systems [MEM 85%].
MDI_SEVERITY_ITEMS: tuple[Item, ...] = _scales(
    "mdi",
    (
        ("muscle", "Muscle damage"),
        ("skeletal", "Skeletal damage"),
        ("cutaneous", "Cutaneous damage"),
        ("gastrointestinal", "Gastrointestinal damage"),
        ("pulmonary", "Pulmonary damage"),
        ("cardiac", "Cardiac damage"),
        ("peripheral_vascular", "Peripheral vascular damage"),
        ("endocrine", "Endocrine damage"),
        ("ocular", "Ocular damage"),
        ("infection", "Infection damage"),
        ("malignancy", "Malignancy damage"),
    ),
    suffix="_severity",
)
MDI_SEVERITY_TOTAL, MDI_SEVERITY_MAXIMUM = "mdi_severity_total", 110
MDI_EXTENT_TOTAL, MDI_EXTENT_MAXIMUM = "mdi_extent_total", "mdi_extent_maximum"
