"""Damage: the severity of the Myositis Damage Index (MDI).

Source: domain reference 1.1 (0 to 110, eleven organ scales: S-NIHJDM) and 1.8 (list of systems [MEM 85%]).
"""

from registry.domain import items
from registry.domain.instruments import Details, Reading, read, total_of
from registry.domain.rules import NoConstants, Result, Rule
from registry.domain.sums import Values

MDI_SEVERITY = Rule(
    id="mdi-severity",
    title="Myositis Damage Index, severity of damage",
    version="1",
    source="Domain reference 1.1, S-NIHJDM; 1.8",
    certainty=85,
    unit="cm",
    constants=NoConstants(),
    details=Details,
)


def read_mdi_severity(values: Values) -> Reading:
    """Read the MDI severity."""
    return read(items.MDI_SEVERITY_TOTAL, values, maximum=items.MDI_SEVERITY_MAXIMUM)


def mdi_severity(values: Values, rule: Rule[NoConstants] = MDI_SEVERITY) -> Result:
    """Give the MDI severity, 0 to 110: the sum of eleven organ scales of 10 cm."""
    found = read_mdi_severity(values)
    return total_of(rule, found, Details(**found.rests_on))
