"""The catalogue of everything a laboratory reports: muscle enzymes, interferon biomarkers and safety tests alike.

Sources: domain reference 3 (interferon biomarkers) and 4.1 (safety tests, LOINC), standards reference 2.b and SDTM CT
2025-03-28 (test codes). A LOINC code is `confirmed` where it was seen in public code with that meaning; the others are
[MEM 60 to 95%] and a site verifies them. Units of VZV IgG and anti-HBs, and specimens where sections 3 and 4.1 name
none, are [MEM 90%]. SDTM codes that the controlled terminology lacks (SIGLEC1, GALECTN9, PSTAT1, BKVDNA and the
antigens of hepatitis C and varicella), or that were not looked up in it (CMVDNA, EBVDNA, HBVDNA), are ours: those code lists
are extensible. Where no LOINC code was seen for the plasma (cytomegalovirus, Epstein-Barr virus), there is none.
Limits of normal are not here: they come with every result from its laboratory.

Transcripts are those that the 6-gene and the 28-gene interferon score are made of (section 3; the 28 are [MEM 88%]), as
a fold change of qPCR or as normalised counts of NanoString, which never convert into each other. Alkaline phosphatase
is graded by CTCAE v6.0 (section 4.3).
"""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from registry.domain import units
from registry.domain.analyte import CATEGORIES, FINDINGS, SPECIMENS, Analyte

__all__ = [
    "CATALOGUE", "CATALOGUE_VERSION", "CATEGORIES", "FINDINGS", "GENES", "SPECIMENS", "TRANSCRIPT", "Analyte", "named",
    "of_category",
]  # fmt: skip

CATALOGUE_VERSION = "3"

TRANSCRIPT = "RNA_"
"""What the code of a transcript starts with; the rest is the symbol of its gene (HGNC)."""

GENES = (
    "CXCL10", "DDX60", "EPSTI1", "GBP1", "HERC5", "HERC6", "IFI27", "IFI44", "IFI44L", "IFI6", "IFIT1", "IFIT2", "IFIT3",
    "IFIT5", "ISG15", "LAMP3", "LY6E", "MX1", "OAS1", "OAS2", "OAS3", "OASL", "RSAD2", "RTP4", "SIGLEC1", "SOCS1",
    "SPATS2L", "USP18",
)  # fmt: skip
"""The genes of the interferon scores; the six of the 6-gene score are among the 28."""

_SPOT = ("serum", "plasma", "dried_blood_spot")
_BLOOD = ("whole_blood",)
_CELLS = ("whole_blood", "t_cells", "monocytes")
_RNA = ("whole_blood", "pbmc", "monocytes")


class UnknownAnalyte(LookupError):
    """The catalogue has no analyte of this code."""


def named(code: str) -> Analyte:
    """The analyte of this code; raises UnknownAnalyte."""
    try:
        return CATALOGUE[code]
    except KeyError as error:
        raise UnknownAnalyte("The analyte must be one of the catalogue.") from error


def of_category(category: str) -> tuple[Analyte, ...]:
    """The analytes of one category, in catalogue order."""
    return tuple(analyte for analyte in CATALOGUE.values() if analyte.category == category)


_enzyme = partial(Analyte, families=(units.CATALYTIC,), category="muscle_enzyme", loinc_confirmed=True)
_score = partial(Analyte, category="interferon", specimens=_BLOOD, sdtm_domain="GF", sdtm_test="GENESIG")
_marker = partial(Analyte, category="interferon")
_protein = partial(Analyte, families=(units.PICOGRAM,), category="interferon")
_COUNTS = units.Family("{counts}", MappingProxyType({}))
_transcript = partial(
    Analyte,
    families=(units.FOLD, _COUNTS),
    category="interferon",
    specimens=_RNA,
    sdtm_domain="GF",
    sdtm_test="TRNSCPTN",
)
_cells = partial(Analyte, families=(units.CELLS,), category="haematology", specimens=_BLOOD, loinc_confirmed=True)
_chemistry = partial(Analyte, category="chemistry", loinc_confirmed=True)
_lipid = partial(Analyte, category="lipids")
_inflammation = partial(Analyte, category="immunology", loinc_confirmed=True)
_immunoglobulin = partial(Analyte, families=(units.PROTEIN,), category="immunology")
_virus = partial(
    Analyte,
    families=(units.COPIES, units.INTERNATIONAL),
    category="virology",
    kind="both",
    loinc_confirmed=True,
    sdtm_domain="MB",
    sdtm_test="BKVDNA",
)
_antigen = partial(Analyte, category="virology", kind="qualitative", sdtm_domain="MB")
_antibody = partial(Analyte, category="virology", kind="qualitative", sdtm_domain="IS", sdtm_test="MBAB")

_CATALOGUE = (
    _enzyme("CK", "Creatine kinase", loinc="2157-6"),
    _enzyme("LDH", "Lactate dehydrogenase", loinc="2532-0"),
    _enzyme("AST", "Aspartate aminotransferase", loinc="1920-8"),
    _enzyme("ALT", "Alanine aminotransferase", loinc="1742-6"),
    _enzyme("ALDOLASE", "Aldolase", loinc="1761-6"),
    _score("IFN6", "Interferon score, 6 genes, qPCR", (units.FOLD,)),
    _score("IFN28Z", "Interferon score, 28 genes, NanoString, standardised", (units.SCORE,), minimum=None),
    _score("IFN28GEO", "Interferon score, 28 genes, NanoString, geometric mean", (units.SCORE,)),
    _score("IFN5", "Interferon score, 5 genes, RT-qPCR", (units.SCORE,), specimens=("monocytes", "pbmc"), minimum=None),
    _marker("SIGLEC1", "Siglec-1 (CD169) on monocytes", (units.BOUND_ANTIBODY, units.FLUORESCENCE), specimens=_BLOOD),
    _protein("CXCL10", "CXCL10 (IP-10)", specimens=_SPOT),
    _protein("CXCL9", "CXCL9 (MIG)"),
    _protein("CXCL11", "CXCL11 (I-TAC)"),
    _protein("GALECTIN9", "Galectin-9", specimens=_SPOT, sdtm_test="GALECTN9"),
    _protein("IFNA", "Interferon alpha, all subtypes"),
    _protein("IFNB", "Interferon beta"),
    _protein("MXA", "MxA protein", sdtm_test="MX1"),
    _protein("SCD25", "Soluble interleukin-2 receptor alpha (sCD25)", sdtm_test="IL2SR"),
    _protein("TNFR2", "Tumour necrosis factor receptor 2", sdtm_test="TNFR1B"),
    _protein("IL18", "Interleukin-18", sdtm_test="INTLK18"),
    _marker("NEOPTERIN", "Neopterin", (units.NANOMOLE,), sdtm_test="NEOPTERN"),
    _marker("PSTAT1", "Phosphorylated STAT1", (units.FLUORESCENCE, units.RATIO), specimens=_CELLS),
    _marker("VWFAG", "Von Willebrand factor antigen", (units.PERCENT, units.ACTIVITY), specimens=("plasma",),
            sdtm_test="FACTVW"),
    *(_transcript(f"{TRANSCRIPT}{gene}", f"{gene} transcript") for gene in GENES),
    _cells("HGB", "Haemoglobin", families=(units.HAEMOGLOBIN,), loinc="718-7", loinc_molar="59260-0"),
    _cells("WBC", "Leucocytes", loinc="6690-2"),
    _cells("NEUT", "Neutrophils, absolute", loinc="751-8"),
    _cells("LYM", "Lymphocytes, absolute", loinc="731-0"),
    _cells("PLAT", "Platelets", loinc="777-3"),
    _chemistry("CREAT", "Creatinine", (units.CREATININE,), "2160-0", loinc_molar="14682-9"),
    _chemistry("EGFR", "Glomerular filtration rate, estimated (Schwartz)", (units.FILTRATION,), "50384-7",
               sdtm_test="GFRBSCRT"),
    _chemistry("BILI", "Bilirubin, total", (units.BILIRUBIN,), "1975-2", loinc_molar="14631-6"),
    _chemistry("GGT", "Gamma-glutamyl transferase", (units.CATALYTIC,), "2324-2"),
    _chemistry("ALP", "Alkaline phosphatase", (units.CATALYTIC,), "6768-6"),
    _chemistry("ALB", "Albumin", (units.PROTEIN,), "1751-7"),
    _lipid("CHOL", "Cholesterol, total", (units.CHOLESTEROL,), "2093-3", loinc_molar="14647-2"),
    _lipid("LDL", "Cholesterol, low density, calculated", (units.CHOLESTEROL,), "13457-7", loinc_molar="22748-8"),
    _lipid("HDL", "Cholesterol, high density", (units.CHOLESTEROL,), "2085-9", loinc_molar="14646-4"),
    _lipid("TRIG", "Triglycerides", (units.TRIGLYCERIDES,), "2571-8", loinc_molar="14927-8"),
    _inflammation("CRP", "C-reactive protein", (units.MILLIGRAM,), "1988-5"),
    _inflammation("FERRITIN", "Ferritin", (units.MICROGRAM,), "2276-4"),
    _inflammation("ESR", "Erythrocyte sedimentation rate", (units.SEDIMENTATION,), "4537-7", specimens=_BLOOD,
                  loinc_confirmed=False),
    _immunoglobulin("IGG", "Immunoglobulin G", loinc="2465-3"),
    _immunoglobulin("IGA", "Immunoglobulin A", loinc="2458-8"),
    _immunoglobulin("IGM", "Immunoglobulin M", loinc="2472-9"),
    _virus("BKVPLASMA", "BK virus DNA, plasma", loinc="32284-2", specimens=("plasma",)),
    _virus("BKVURINE", "BK virus DNA, urine", loinc="41480-5", specimens=("urine",)),
    _virus("IGRA", "Interferon-gamma release assay, mitogen-corrected", families=(units.INTERFERON_RELEASE,),
           loinc="71774-4", specimens=_BLOOD, minimum=None, sdtm_test="MYTBGIR"),
    _virus("CMVPLASMA", "Cytomegalovirus DNA, plasma", specimens=("plasma",), loinc_confirmed=False, sdtm_test="CMVDNA"),
    _virus("EBVPLASMA", "Epstein-Barr virus DNA, plasma", specimens=("plasma",), loinc_confirmed=False, sdtm_test="EBVDNA"),
    _virus("HBVDNA", "Hepatitis B virus DNA", loinc="29615-2", sdtm_test="HBVDNA"),
    _antigen("HBSAG", "Hepatitis B surface antigen", loinc="5196-1"),
    _antibody("ANTIHBC", "Hepatitis B core antibody", loinc="16933-4", loinc_confirmed=True,
              sdtm_antigen="HEPATITIS B VIRUS CORE ANTIGEN"),
    _antibody("ANTIHBS", "Hepatitis B surface antibody", (units.ANTIBODY,), "16935-9", kind="both",
              sdtm_antigen="HEPATITIS B VIRUS SURFACE ANTIGEN"),
    _antibody("ANTIHCV", "Hepatitis C antibody", loinc="13955-0", sdtm_antigen="HEPATITIS C VIRUS"),
    _antibody("VZVIGG", "Varicella zoster virus IgG", (units.ANTIBODY, units.INDEX), "5403-1", kind="both",
              sdtm_test="MBIGGAB", sdtm_antigen="VARICELLA ZOSTER VIRUS"),
)  # fmt: skip

CATALOGUE: Mapping[str, Analyte] = MappingProxyType({analyte.code: analyte for analyte in _CATALOGUE})
"""Every analyte by its code."""
