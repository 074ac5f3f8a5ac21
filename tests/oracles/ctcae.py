"""Laboratory grades of CTCAE 5.0 and 6.0, read naively from the tables of domain reference 4.2 and 4.3.

One function a row of the table, in the units the table prints; a grade is None where it cannot be decided. How the places
where the reference leaves a choice are read here, so that a disagreement shows:

* "<LLN-10.0" ends with its lower edge: 10.0 itself is grade 1; ">ULN-3" ends with its upper edge: 3.0 x ULN is grade 1.
* A cut-off that is a number holds without a limit of normal. Where a limit is missing, whether grade 1 or 0 is unknown.
* A row in multiples of the upper limit is unknown without that limit, also where the baseline was high (the vector
  "ULN missing" of 4.4).
* Whether a baseline was high is asked of the upper limit that came with it, else of the one that comes with the value.
  Without a baseline a row that has two rules is read as over a normal one, as the implementation of S-CTCAE does.
* High baseline: at or above 1.5 x baseline is grade 1 of ALT and AST (60 of 40 in 4.4); likewise GGT from 2 x baseline
  and, in 6.0, ALT and AST from 1.0 x baseline. Bilirubin says ">1", so 1.0 x baseline is grade 0.
* Creatinine 5.0, grades 2 and 3 name two rules: the higher grade that either gives. Grade 1 and 4 are in multiples of the
  upper limit alone. So a value within normal that is 1.6 x baseline is grade 2. Without a baseline, the rules of the
  upper limit alone are applied.
* Creatinine 6.0: "x BL only if baseline <LLN" holds for grades 2 and 3, each open above, as the criteria of S-CTCAE spell
  out (grade 3: ">3.0 x if baseline is below LLN; >3.0 - 6.0 x ULN"; grade 4: ">6.0 x ULN"). Whether the baseline was low
  is asked of the lower limit that came with it, else of the one that comes with the value. Without a baseline, or without
  a lower limit for it, the upper limit alone.
* Triglycerides name no upper limit: 150 mg/dL itself is grade 1.
* Terms of a low value are in `ctcae_low`.
* A term that 4.3 neither lists nor calls unchanged has no grade in 6.0.
"""

from fractions import Fraction

Number = Fraction | None


def haemoglobin_increased_5(value: Fraction, upper_limit: Number) -> int | None:
    """Hemoglobin increased, 5.0, g/dL above the upper limit of normal."""
    if upper_limit is None:
        return None
    if value > upper_limit + 4:
        return 3
    if value > upper_limit + 2:
        return 2
    if value > upper_limit:
        return 1
    return 0


def baseline_was_high(baseline: Number, baseline_upper_limit: Number, upper_limit: Number) -> bool | None:
    limit = upper_limit if baseline_upper_limit is None else baseline_upper_limit
    if baseline is None or limit is None:
        return None
    return baseline > limit


def aminotransferase_5(
    value: Fraction, upper_limit: Number, baseline: Number = None, baseline_upper_limit: Number = None
) -> int | None:
    """ALT or AST increased, 5.0, U/L."""
    high = baseline_was_high(baseline, baseline_upper_limit, upper_limit)
    if upper_limit is None:
        return None
    if baseline is None or not high:
        return three_five_twenty(value, upper_limit)
    if value > 3 * baseline:
        return three_five_twenty(value, baseline)
    return 1 if value >= Fraction("1.5") * baseline else 0


def three_five_twenty(value: Fraction, one: Fraction) -> int:
    if value > 20 * one:
        return 4
    if value > 5 * one:
        return 3
    if value > 3 * one:
        return 2
    if value > one:
        return 1
    return 0


def aminotransferase_6(
    value: Fraction, upper_limit: Number, baseline: Number = None, baseline_upper_limit: Number = None
) -> int | None:
    """ALT or AST increased, 6.0, U/L."""
    high = baseline_was_high(baseline, baseline_upper_limit, upper_limit)
    if upper_limit is None:
        return None
    if baseline is None or not high:
        return three_five_twenty(value, upper_limit)
    return aminotransferase_6_over_high_baseline(value, baseline)


def aminotransferase_6_over_high_baseline(value: Fraction, baseline: Fraction) -> int:
    if value > 4 * baseline:
        return 4
    if value > 2 * baseline:
        return 3
    if value > Fraction("1.5") * baseline:
        return 2
    if value >= baseline:
        return 1
    return 0


def ggt_5(
    value: Fraction, upper_limit: Number, baseline: Number = None, baseline_upper_limit: Number = None
) -> int | None:
    """GGT increased, 5.0, U/L."""
    high = baseline_was_high(baseline, baseline_upper_limit, upper_limit)
    if upper_limit is None:
        return None
    if high and baseline is not None:
        return ggt_5_over_high_baseline(value, baseline)
    if value > Fraction("2.5") * upper_limit:
        return ggt_5_over_high_baseline(value, upper_limit)
    return 1 if value > upper_limit else 0


def ggt_5_over_high_baseline(value: Fraction, one: Fraction) -> int:
    if value > 20 * one:
        return 4
    if value > 5 * one:
        return 3
    if value > Fraction("2.5") * one:
        return 2
    return 1 if value >= 2 * one else 0


def bilirubin_5(
    value: Fraction, upper_limit: Number, baseline: Number = None, baseline_upper_limit: Number = None
) -> int | None:
    """Blood bilirubin increased, 5.0, any one unit."""
    high = baseline_was_high(baseline, baseline_upper_limit, upper_limit)
    if upper_limit is None:
        return None
    one = baseline if high and baseline is not None else upper_limit
    if value > 10 * one:
        return 4
    if value > 3 * one:
        return 3
    if value > Fraction("1.5") * one:
        return 2
    return 1 if value > one else 0


def creatine_kinase_5(value: Fraction, upper_limit: Number) -> int | None:
    """CPK increased, 5.0, U/L; it has no rule for the baseline."""
    if upper_limit is None:
        return None
    if value > 10 * upper_limit:
        return 4
    if value > 5 * upper_limit:
        return 3
    if value > Fraction("2.5") * upper_limit:
        return 2
    return 1 if value > upper_limit else 0


def creatinine_5(value: Fraction, upper_limit: Number, baseline: Number = None) -> int | None:
    """Creatinine increased, 5.0, any one unit."""
    if upper_limit is None:
        return None
    if value > 6 * upper_limit:
        return 4
    if value > 3 * upper_limit or (baseline is not None and value > 3 * baseline):
        return 3
    if value > Fraction("1.5") * upper_limit or (baseline is not None and value > Fraction("1.5") * baseline):
        return 2
    return 1 if value > upper_limit else 0


def creatinine_6(
    value: Fraction,
    lower_limit: Number,
    upper_limit: Number,
    baseline: Number = None,
    baseline_lower_limit: Number = None,
) -> int | None:
    """Creatinine increased, 6.0, any one unit."""
    if upper_limit is None:
        return None
    low = lower_limit if baseline_lower_limit is None else baseline_lower_limit
    was_low = baseline is not None and low is not None and baseline < low
    if value > 6 * upper_limit:
        return 4
    if value > 3 * upper_limit or (was_low and baseline is not None and value > 3 * baseline):
        return 3
    if value > Fraction("1.5") * upper_limit or (
        was_low and baseline is not None and value > Fraction("1.5") * baseline
    ):
        return 2
    return 1 if value > upper_limit else 0


def cholesterol(value: Fraction, unit: str, upper_limit: Number) -> int | None:
    """Cholesterol high, 5.0 and 6.0: mg/dL or mmol/L."""
    if unit == "mg/dL":
        three, four, five = Fraction(300), Fraction(400), Fraction(500)
    else:
        three, four, five = Fraction("7.75"), Fraction("10.34"), Fraction("12.92")
    if value > five:
        return 4
    if value > four:
        return 3
    if value > three:
        return 2
    if upper_limit is None:
        return None
    return 1 if value > upper_limit else 0


def triglycerides(value: Fraction, unit: str) -> int:
    """Hypertriglyceridemia, 5.0 and 6.0: mg/dL or mmol/L."""
    if unit == "mg/dL":
        lowest, three, five, ten = Fraction(150), Fraction(300), Fraction(500), Fraction(1000)
    else:
        lowest, three, five, ten = Fraction("1.71"), Fraction("3.42"), Fraction("5.7"), Fraction("11.4")
    if value > ten:
        return 4
    if value > five:
        return 3
    if value > three:
        return 2
    return 1 if value >= lowest else 0


def alkaline_phosphatase_6(value: Fraction, upper_limit: Number, baseline: Number = None) -> int | None:
    """Alkaline phosphatase increased, 6.0, U/L: above the baseline and above the upper limit, grade 1 and no other."""
    if upper_limit is not None and value <= upper_limit:
        return 0
    if baseline is not None and value <= baseline:
        return 0
    if upper_limit is None or baseline is None:
        return None
    return 1
