"""What was found at diagnosis: the items of the classification criteria, each true, false or not known.

Sources: EULAR/ACR 2017 classification criteria of idiopathic inflammatory myopathies (domain reference 2.9), Bohan and
Peter 1975 (2.10). Anti-Jo-1 is not here: it is among the participant's autoantibodies.
"""

from registry.domain.items import Item


def _flag(name: str, words: str) -> Item:
    return Item(f"diagnostic_{name}", f"At diagnosis: {words}", None, kind="flag")


UPPER_LIMB_WEAKNESS = _flag(
    "upper_limb_weakness", "symmetric weakness of the proximal upper limbs, usually progressive"
)
LOWER_LIMB_WEAKNESS = _flag(
    "lower_limb_weakness", "symmetric weakness of the proximal lower limbs, usually progressive"
)
NECK_FLEXOR_WEAKNESS = _flag("neck_flexor_weakness", "neck flexors weaker than neck extensors")
PROXIMAL_LEG_WEAKNESS = _flag("proximal_leg_weakness", "proximal leg muscles weaker than distal ones")
HELIOTROPE_RASH = _flag("heliotrope_rash", "heliotrope rash")
GOTTRON_PAPULES = _flag("gottron_papules", "Gottron's papules")
GOTTRON_SIGN = _flag("gottron_sign", "Gottron's sign")
DYSPHAGIA = _flag("dysphagia", "dysphagia or oesophageal dysmotility")
RAISED_ENZYMES = _flag("raised_enzymes", "CK, LDH, AST or ALT above the upper limit of normal")
EMG_MYOPATHIC = _flag("emg_myopathic", "electromyography with myopathic changes")
BIOPSY_DONE = _flag("biopsy_done", "muscle biopsy done")
BIOPSY_ENDOMYSIAL_INFILTRATE = _flag(
    "biopsy_endomysial_infiltrate", "biopsy with endomysial mononuclear cells around, not invading, myofibres"
)
BIOPSY_PERIMYSIAL_INFILTRATE = _flag(
    "biopsy_perimysial_infiltrate", "biopsy with perimysial or perivascular mononuclear cells"
)
BIOPSY_PERIFASCICULAR_ATROPHY = _flag("biopsy_perifascicular_atrophy", "biopsy with perifascicular atrophy")
BIOPSY_RIMMED_VACUOLES = _flag("biopsy_rimmed_vacuoles", "biopsy with rimmed vacuoles")
BIOPSY_MYOSITIS = _flag("biopsy_myositis", "biopsy read as myositis")

DIAGNOSTIC_ITEMS: tuple[Item, ...] = (
    UPPER_LIMB_WEAKNESS,
    LOWER_LIMB_WEAKNESS,
    NECK_FLEXOR_WEAKNESS,
    PROXIMAL_LEG_WEAKNESS,
    HELIOTROPE_RASH,
    GOTTRON_PAPULES,
    GOTTRON_SIGN,
    DYSPHAGIA,
    RAISED_ENZYMES,
    EMG_MYOPATHIC,
    BIOPSY_DONE,
    BIOPSY_ENDOMYSIAL_INFILTRATE,
    BIOPSY_PERIMYSIAL_INFILTRATE,
    BIOPSY_PERIFASCICULAR_ATROPHY,
    BIOPSY_RIMMED_VACUOLES,
    BIOPSY_MYOSITIS,
)
"""Every item, in the order of the record."""
