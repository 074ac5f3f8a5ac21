"""Visits of the response criteria for the tests: as a service reads them, and as the rules take them."""

import json
from decimal import Decimal

from registry.domain.core_set_enzymes import Enzyme
from registry.domain.core_sets import Assessment


def sent(body):
    """JSON numbers become whole or exact numbers."""
    return json.loads(json.dumps(body), parse_float=Decimal)


def number(value):
    return None if value is None else Decimal(value)


def imacs(*measures, maximum="80", **enzyme):
    """A visit of the IMACS core set: PGA, PtGA, MMT, CHAQ, CK (upper limit 200 U/L unless said), extramuscular."""
    physician, patient, strength, function, value, extramuscular = map(number, measures)
    limited = {"upper_limit": Decimal(200), "unit": "U/L"} | enzyme
    return Assessment(
        physician_global_activity=physician,
        patient_global_activity=patient,
        mmt_total=strength,
        mmt_maximum=number(maximum),
        chaq_index=function,
        enzymes=() if value is None else (Enzyme(enzyme="CK", value=value, **limited),),
        extramuscular_global_activity=extramuscular,
    )


STILL = ("5", "5", "40", "1.5", "3000", "5")
