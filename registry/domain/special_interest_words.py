"""The words by which events of special interest are found, topic by topic; and how words are looked for in a text.

Ours, version 1, [MEM 80%]: plain English, in British and American spelling, and the terms of CTCAE. A word that ends in
`*` is found as the beginning of a longer one.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

INFECTION = (
    "infection", "infections", "infected", "infective", "sepsis", "septic", "pneumonia", "bronchopneumonia", "abscess",
    "abscesses", "cellulitis", "erysipelas", "meningitis", "encephalitis", "osteomyelitis", "septic arthritis",
    "bacteraemia", "bacteremia", "viraemia", "viremia", "fungaemia", "endocarditis", "pyelonephritis", "gastroenteritis",
    "influenza", "covid", "varicella", "chickenpox", "zoster", "shingles", "herpes", "tuberculosis", "empyema",
    "appendicitis", "peritonitis", "impetigo", "bronchitis", "bronchiolitis", "tonsillitis", "otitis media", "sinusitis",
    "urosepsis", "chicken pox", "eczema herpeticum", "bacterial", "viral",
)  # fmt: skip
"""Words of any infection: with seriousness a candidate for a serious infection."""

WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "herpes_zoster": ("zoster", "shingles", "zona", "postherpetic neuralgia", "post herpetic neuralgia", "vzv reactivation",
                      "varicella zoster reactivation", "reactivation of vzv"),
    "herpes_simplex": ("herpes simplex", "hsv", "herpes labialis", "oral herpes", "genital herpes", "herpes genitalis",
                       "cold sore", "cold sores", "fever blister", "eczema herpeticum", "herpetic gingivostomatitis",
                       "herpetic stomatitis", "herpetic keratitis", "lip herpes", "herpes of the lip", "herpetic whitlow",
                       "hsv1", "hsv2"),
    "serious_infection": INFECTION,
    "opportunistic_infection": ("opportunistic", "pneumocystis", "cryptococc*", "aspergill*", "histoplasm*", "toxoplasm*",
                                "nocardi*", "listeri*", "mucormycosis", "coccidioid*", "blastomycosis", "candidaemia",
                                "candidemia", "invasive candidiasis", "oesophageal candidiasis", "esophageal candidiasis",
                                "progressive multifocal leukoencephalopathy", "jc virus", "disseminated zoster",
                                "atypical mycobacteri*", "nontuberculous mycobacteri*"),
    "tuberculosis": ("tuberculosis", "tuberculous", "tb", "mycobacterium tuberculosis"),
    "hepatitis_b_reactivation": ("hepatitis b", "hep b", "hbv", "hbsag"),
    "bk_virus": ("bk virus", "bkv", "bk viraemia", "bk viremia", "bk viruria", "bk polyomavirus", "polyomavirus*"),
    "ebv_cmv": ("epstein barr", "ebv", "cytomegalovir*", "cmv", "infectious mononucleosis", "glandular fever"),
    "thromboembolism": ("thrombosis", "thromboses", "thromboembol*", "thrombophlebitis", "deep vein", "dvt",
                        "pulmonary embol*", "embolism", "thromboembolic event", "vte"),
    "mace": ("myocardial infarction", "heart attack", "acute coronary syndrome", "stroke", "cerebrovascular accident",
             "cerebral infarction", "ischemia cerebrovascular", "cardiovascular death", "cardiac death", "tia", "tias",
             "transient ischemic attack", "transient ischemic attacks", "transient ischaemic attack",
             "transient ischaemic attacks", "cerebral haemorrhage", "cerebral hemorrhage", "intracranial hemorrhage",
             "intracranial haemorrhage"),
    "malignancy": ("malignan*", "cancer", "carcinoma", "lymphoma", "leukaemia", "leukemia", "melanoma", "sarcoma",
                   "lymphoproliferative", "treatment related secondary malignancy", "myelodysplastic syndrome",
                   "myelodysplasia"),
    "gastrointestinal_perforation": ("gastrointestinal perforation", "intestinal perforation", "intestine perforation",
                                     "perforation of the intestine", "perforation of the bowel", "bowel perforation",
                                     "perforation of the sigmoid", "sigmoid perforation", "appendix perforation",
                                     "gastric perforation", "duodenal perforation", "ileal perforation",
                                     "jejunal perforation", "colonic perforation", "rectal perforation",
                                     "esophageal perforation", "oesophageal perforation", "perforated"),
    "cytopenia": ("neutropeni*", "neutrophil count decreased", "low neutrophils", "agranulocytosis", "lymphopeni*",
                  "lymphocytopeni*", "lymphocyte count decreased", "low lymphocytes", "thrombocytopeni*",
                  "platelet count decreased", "low platelets", "white blood cell decreased",
                  "white blood cell count decreased", "white blood cells decreased", "low white blood cells", "leukopeni*",
                  "leucopeni*", "leucocytes decreased", "leukocytes decreased", "neutrophils decreased",
                  "lymphocytes decreased", "lymphocytes low", "platelets decreased", "low anc", "anc decreased",
                  "haemoglobin decreased", "hemoglobin decreased", "low haemoglobin", "low hemoglobin", "haemoglobin low",
                  "hemoglobin low",
                  "anaemia", "anemia", "pancytopeni*", "cytopeni*"),
    "lipids": ("cholesterol high", "raised cholesterol", "high cholesterol", "hypercholesterol*", "hyperlipid*", "dyslipid*",
               "hypertriglycerid*", "raised triglycerides", "high triglycerides", "raised lipids", "cholesterol increased",
               "blood cholesterol increased", "triglycerides increased", "blood triglycerides increased", "ldl increased",
               "raised ldl", "high ldl", "elevated cholesterol", "elevated triglycerides", "lipids increased"),
    "transaminases": ("transaminases", "transaminase", "hypertransaminas*", "alanine aminotransferase increased",
                      "aspartate aminotransferase increased", "alt increased", "ast increased", "raised alt", "raised ast",
                      "liver enzymes", "hepatic enzymes", "transaminitis", "alt elevated", "ast elevated", "elevated alt",
                      "elevated ast", "high alt", "high ast", "alt elevation", "ast elevation", "alt rise", "ast rise"),
    "ck_rise": ("cpk increased", "ck rise", "ck increased", "raised ck", "creatine kinase increased", "raised creatine kinase",
                "creatine phosphokinase increased", "elevated ck", "ck elevated", "ck elevation", "high ck",
                "elevated cpk", "cpk elevated", "cpk elevation", "high cpk", "raised cpk", "elevated creatine kinase",
                "creatine kinase elevated"),
    "egfr_fall": ("egfr decreased", "glomerular filtration rate decreased", "creatinine increased", "raised creatinine",
                  "gfr decreased", "egfr fall", "creatinine rise",
                  "acute kidney injury", "renal failure", "kidney failure", "renal impairment", "chronic kidney disease"),
    "hypogammaglobulinaemia": ("hypogammaglobulin*", "agammaglobulin*", "immunoglobulin decreased", "igg decreased",
                               "low igg", "low immunoglobulin*", "blood immunoglobulin g decreased"),
    "growth_weight": ("weight gain", "weight increased", "more weight", "growth suppression", "growth retardation",
                      "growth delay", "growth failure", "short stature", "growth accelerated", "growth velocity decreased",
                      "decreased growth velocity"),
    "acne": ("acne", "acneiform"),
    "live_vaccine_exposure": ("live vaccine", "live vaccines", "live attenuated", "mmr", "measles vaccin*",
                              "varicella vaccin*", "rotavirus vaccin*", "yellow fever vaccin*", "bcg"),
    "pregnancy": ("pregnan*", "gestation"),
    "overdose": ("overdose", "overdosage"),
    "calcinosis_infection": ("calcinosis", "calcification", "calcifications"),
})  # fmt: skip
"""The words of each topic. Those of a serious infection count where the event is serious."""


def plain(text: str) -> str:
    """Give a text in small letters with single blanks for whatever is neither letter nor digit."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def named(words: Iterable[str], texts: Iterable[str]) -> bool:
    """Whether one of the words stands in one of the plain texts, as whole words."""
    pattern = _pattern(tuple(words))
    return any(pattern.search(text) for text in texts)


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern for any of the words; never matches where there are none."""
    wholes = (re.escape(plain(word)) + (r"\w*" if word.endswith("*") else "") for word in words if plain(word))
    return re.compile(rf"\b(?:{'|'.join(wholes) or '(?!)'})\b")


INFECTIONS = "infections and infestations"
"""The system organ class of infections, in CTCAE as in MedDRA."""


def is_infection(terms: Iterable[str | None], organ_class: str | None) -> bool:
    """Whether a term is of the system organ class of infections: by its code, or by the terms of CTCAE that are shipped."""
    return plain(organ_class or "") == INFECTIONS or not infections().isdisjoint(plain(term) for term in terms if term)


@cache
def infections() -> frozenset[str]:
    """Give the infections of CTCAE 5.0, in plain words."""
    text = resources.files("registry").joinpath("dictionaries", "ctcae_5_0.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return frozenset(plain(row["term"]) for row in rows if plain(row["system_organ_class"]) == INFECTIONS)
