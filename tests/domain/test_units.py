"""Units convert exactly, there and back, and what cannot be converted is kept."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain import analytes, units
from registry.domain.analytes import CATALOGUE

WORKED = [
    ("U/L is 60 for a microkatal", "CK", "2.5", "ukat/L", "150.0", "U/L"),
    ("10 g/dL haemoglobin", "HGB", "10", "g/dL", "100", "g/L"),
    ("creatinine 0.5 mg/dL", "CREAT", "0.5", "mg/dL", "44.21", "umol/L"),
    ("cholesterol 300 mg/dL", "CHOL", "300", "mg/dL", "7.758", "mmol/L"),
    ("triglycerides 150 mg/dL", "TRIG", "150", "mg/dL", "1.6935", "mmol/L"),
    ("bilirubin 1 mg/dL", "BILI", "1", "mg/dL", "17.1", "umol/L"),
    ("albumin 3.5 g/dL", "ALB", "3.5", "g/dL", "35", "g/L"),
    ("IgG 1200 mg/dL", "IGG", "1200", "mg/dL", "12", "g/L"),
    ("CRP 1.2 mg/dL", "CRP", "1.2", "mg/dL", "12", "mg/L"),
    ("ferritin 80 ng/mL", "FERRITIN", "80", "ng/mL", "80", "ug/L"),
    ("interferon alpha 110 fg/mL", "IFNA", "110", "fg/mL", "0.11", "pg/mL"),
    ("galectin-9 19.396 ng/mL", "GALECTIN9", "19.396", "ng/mL", "19396", "pg/mL"),
    ("lymphocytes 850 a microlitre", "LYM", "850", "/uL", "0.85", "10*9/L"),
    ("neutrophils 1500 /mm3", "NEUT", "1500", "/mm3", "1.5", "10*9/L"),
    ("leucocytes 4.1 10*3/uL", "WBC", "4.1", "10*3/uL", "4.1", "10*9/L"),
    ("BK virus log10 of 4", "BKVURINE", "4", "{Log_copies}/mL", "10000", "{copies}/mL"),
    ("BK virus in international units", "BKVPLASMA", "3", "{Log_IU}/mL", "1000", "[IU]/mL"),
]


@pytest.mark.parametrize(
    ("case", "code", "value", "unit", "expected", "standard"), WORKED, ids=[row[0] for row in WORKED]
)
def test_a_value_is_standardised(case, code, value, unit, expected, standard):
    result = units.standardise(CATALOGUE[code], Decimal(value), unit)
    assert (result.value, result.unit) == (Decimal(expected), standard), case


def test_haemoglobin_in_mmol_agrees_with_the_reference_to_its_digits():
    value = units.convert(CATALOGUE["HGB"], Decimal(100), "g/L", "mmol/L")
    assert value == Decimal("6.206")


def test_a_value_in_its_standard_unit_is_kept_as_it_was_written():
    assert str(units.standardise(CATALOGUE["CK"], Decimal("150.10"), "U/L").value) == "150.10"


@pytest.mark.parametrize("unit", ["{mAb}/{cell}", "{MFI}"])
def test_siglec_1_keeps_its_unit_and_is_never_converted(unit):
    siglec = CATALOGUE["SIGLEC1"]
    assert units.standardise(siglec, Decimal(1200), unit) == units.Standardised(Decimal(1200), unit)
    other = next(accepted for accepted in siglec.accepted_units if accepted != unit)
    with pytest.raises(units.IncompatibleUnits):
        units.convert(siglec, Decimal(1200), unit, other)


def test_an_unknown_unit_is_refused_with_the_units_that_are_accepted():
    with pytest.raises(units.UnknownUnit, match=r"CK must be one of: U/L, ukat/L") as refusal:
        units.standardise(CATALOGUE["CK"], Decimal(1), "mg/dL")
    assert refusal.value.accepted == ("U/L", "ukat/L")


def test_a_qualitative_analyte_has_no_unit():
    with pytest.raises(units.UnknownUnit, match="has none"):
        units.standardise(CATALOGUE["HBSAG"], Decimal(1), "U/L")


def test_cdisc_spellings_that_are_not_ucum_are_refused():
    with pytest.raises(units.UnknownUnit):
        units.standardise(CATALOGUE["NEUT"], Decimal(1), "10^9/L")


def test_a_plain_number_sent_as_a_logarithm_is_refused():
    with pytest.raises(units.ImpossibleValue):
        units.standardise(CATALOGUE["BKVURINE"], Decimal(16), "{Log_copies}/mL")
    assert units.standardise(CATALOGUE["BKVURINE"], Decimal(15), "{Log_copies}/mL").value == Decimal(10) ** 15


def test_nothing_has_no_logarithm():
    with pytest.raises(units.ImpossibleValue):
        units.convert(CATALOGUE["BKVURINE"], Decimal(0), "{copies}/mL", "{Log_copies}/mL")


CONVERSIONS = [
    (analyte, unit, family.standard)
    for analyte in CATALOGUE.values()
    for family in analyte.families
    for unit in family.units
    if unit not in family.logarithms
]
VALUES = st.decimals(min_value="0.001", max_value="1000000", places=3)


@given(st.sampled_from(CONVERSIONS), VALUES)
def test_a_conversion_there_and_back_agrees_to_ten_digits(conversion, value):
    analyte, unit, standard = conversion
    back = units.convert(analyte, units.convert(analyte, value, unit, standard), standard, unit)
    assert abs(back - value) <= value * Decimal("1e-10")


@given(st.decimals(min_value=0, max_value=12, places=2))
def test_a_logarithm_there_and_back_agrees_to_ten_digits(value):
    bk = CATALOGUE["BKVPLASMA"]
    copies = units.convert(bk, value, "{Log_copies}/mL", "{copies}/mL")
    assert abs(units.convert(bk, copies, "{copies}/mL", "{Log_copies}/mL") - value) <= Decimal("1e-10")


@given(st.sampled_from(CONVERSIONS), VALUES, VALUES)
def test_standardising_keeps_the_order_of_values(conversion, one, other):
    analyte, unit, _ = conversion
    low, high = sorted((one, other))
    assert units.standardise(analyte, low, unit).value <= units.standardise(analyte, high, unit).value


def test_the_catalogue_names_every_analyte_of_the_reference():
    wanted = {
        *("CK", "LDH", "AST", "ALT", "ALDOLASE"),
        *("IFN6", "IFN28Z", "IFN28GEO", "IFN5", "SIGLEC1", "CXCL10", "CXCL9", "CXCL11", "GALECTIN9", "IFNA", "IFNB"),
        *("MXA", "NEOPTERIN", "PSTAT1", "VWFAG", "SCD25", "TNFR2", "IL18"),
        *("HGB", "WBC", "NEUT", "LYM", "PLAT", "CREAT", "EGFR", "CHOL", "LDL", "HDL", "TRIG", "BILI", "GGT", "ALB"),
        *("CRP", "ESR", "FERRITIN", "IGG", "IGA", "IGM", "BKVPLASMA", "BKVURINE", "IGRA"),
        *("CMVPLASMA", "EBVPLASMA", "HBVDNA"),
        *("HBSAG", "ANTIHBC", "ANTIHBS", "ANTIHCV", "VZVIGG"),
        "ALP",
        *(f"RNA_{gene}" for gene in analytes.GENES),
    }
    assert set(CATALOGUE) == wanted


def test_the_transcripts_are_the_28_genes_as_fold_change_or_as_counts():
    transcripts = [analyte for code, analyte in CATALOGUE.items() if code.startswith(analytes.TRANSCRIPT)]
    assert len(transcripts) == len(set(analytes.GENES)) == 28
    for transcript in transcripts:
        assert transcript.accepted_units == ("1", "{fold}", "{score}", "{counts}")
        assert (transcript.sdtm_domain, transcript.category) == ("GF", "interferon")
        with pytest.raises(units.IncompatibleUnits):
            units.convert(transcript, Decimal(2), "{fold}", "{counts}")


def test_every_analyte_is_complete():
    for analyte in CATALOGUE.values():
        assert analyte.category in analytes.CATEGORIES
        assert set(analyte.specimens) <= set(analytes.SPECIMENS)
        assert len(analyte.sdtm_code) <= 8
        assert bool(analyte.families) == (analyte.kind != "qualitative")


def test_a_molar_result_has_its_own_loinc_code():
    creatinine = analytes.named("CREAT")
    assert (creatinine.loinc_in("mg/dL"), creatinine.loinc_in("umol/L")) == ("2160-0", "14682-9")


def test_an_unknown_analyte_is_refused():
    with pytest.raises(analytes.UnknownAnalyte):
        analytes.named("CPK")
