"""Every country that a site may be in has its region."""

import pytest

from registry.domain.geography import REGIONS
from registry.schemas.sites import countries


def test_every_country_of_a_site_has_a_region_and_nothing_else_has():
    assert REGIONS.keys() == countries()
    assert set(REGIONS.values()) == {"africa", "americas", "antarctica", "asia", "europe", "oceania"}


@pytest.mark.parametrize(
    ("country", "region"),
    [("DE", "europe"), ("RU", "europe"), ("TR", "asia"), ("CY", "asia"), ("KZ", "asia"), ("GE", "asia"), ("EG", "africa"),
     ("RE", "africa"), ("MX", "americas"), ("GL", "americas"), ("GF", "americas"), ("AU", "oceania"), ("UM", "oceania"),
     ("IO", "africa"), ("TF", "africa"), ("BV", "americas"), ("AQ", "antarctica"), ("TW", "asia")],
)  # fmt: skip
def test_a_country_is_in_the_region_of_the_un_m49(country, region):
    assert REGIONS[country] == region
