"""A double-blind trial in a world of the tests: two arms whose names stand nowhere else, and participants allocated in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests import randomisation
from tests.conftest import Person, World

QUOKKA, WOMBAT = "arm_quokka", "arm_wombat"
PRODUCTS = {QUOKKA: "peficitinib", WOMBAT: "itacitinib"}
KIT = "KIT-QXZ-"
KITS = {QUOKKA: f"{KIT}71", WOMBAT: f"{KIT}82"}
MG = "813.217"
ARMS = [
    {"code": QUOKKA, "name": "Quokka arm", "ratio": 1, "product": PRODUCTS[QUOKKA]},
    {"code": WOMBAT, "name": "Wombat arm", "ratio": 1, "product": PRODUCTS[WOMBAT]},
]
VISIT = {"event": "week_0", "anchor": "baseline", "target_day": 0, "window_before": 7, "window_after": 7}


@dataclass
class Trial:
    """A participant who is allocated to an arm of a double-blind study."""

    world: World
    participant: str
    arm: str
    allocated_on: str

    @property
    def base(self) -> str:
        return f"/v1/studies/{self.world.study}"

    def dose(self, **changes: Any) -> dict[str, Any]:
        """What the pharmacist sends."""
        usual = {"participant_id": self.participant, "kit": KITS[self.arm], "product": PRODUCTS[self.arm],
                 "formulation": "tablet", "mg_per_intake": float(MG), "intakes_per_day": 1, "units_dispensed": 90,
                 "started_on": self.allocated_on}  # fmt: skip
        return usual | changes

    def intake(self, **changes: Any) -> dict[str, Any]:
        """What the site sends."""
        return {"participant_id": self.participant, "started_on": self.allocated_on, "adherence": "mostly"} | changes

    def broken(self, by: Person, **changes: Any) -> dict[str, Any]:
        """Ask for a code break; give the answer."""
        body = {"category": "medical_emergency", "reason": "Sepsis, immunosuppression unclear", **changes}
        answer = by.post(f"/v1/participants/{self.participant}/code-breaks", body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json
        return found


def blinded(world: World, arms: list[str], **changes: Any) -> World:
    """Give the world with a study of its own, double-blind unless changed, whose list has these arms in order."""
    double_blind = {"masking": "double_blind", "products": sorted(PRODUCTS.values())}
    plan = {"method": "permuted_blocks", "by_site": False, "baseline_event": "week_0"}
    usual = {"arms": ARMS, "schedule": [VISIT], "stratification": [], "randomisation": plan, "blinding": double_blind}
    own, version = randomisation.trial(world, **(usual | changes))
    kits = [KITS[arm] if arms.index(arm) == place else f"{KIT}1{place:02d}" for place, arm in enumerate(arms)]
    rows = [
        {"stratum": "all", "position": place, "arm": arm, "kit": kit}
        for place, (arm, kit) in enumerate(zip(arms, kits, strict=True), start=1)
    ]
    randomisation.listed(own, version, seed=None, slots_per_stratum=None, rows=rows)
    return own


def allocated(world: World, arm: str) -> Trial:
    """Enrol a participant and allocate it to the next slot of the list, which has this arm."""
    participant = randomisation.ready(world)
    answer = randomisation.allocated(world, participant, [])
    assert answer.status_code == 201, answer.text
    day = datetime.fromisoformat(answer.json["allocated_at"]).astimezone(ZoneInfo("Europe/Berlin")).date()
    return Trial(world, participant, arm, day.isoformat())
