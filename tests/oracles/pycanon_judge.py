"""Ask pycanon for k, l and t of tables, one JSON line each; runs in its own environment, which `make` sets up.

Usage: pycanon_judge.py TABLE.csv...; columns `q_...` are quasi-identifiers and `s_...` are sensitive.
"""

import json
import sys

import pandas
from pycanon import anonymity

for path in sys.argv[1:]:
    table = pandas.read_csv(path, dtype=str, keep_default_na=False)
    quasi = [name for name in table.columns if name.startswith("q_")]
    sensitive = [name for name in table.columns if name.startswith("s_")]
    told = {
        "k": int(anonymity.k_anonymity(table, quasi)),
        "l": {name: int(anonymity.l_diversity(table, quasi, [name])) for name in sensitive},
        "t": {name: float(anonymity.t_closeness(table, quasi, [name])) for name in sensitive},
    }
    sys.stdout.write(json.dumps(told) + "\n")
