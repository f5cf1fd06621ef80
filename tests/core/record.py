"""Numbers of record: what this code's numerics came to, so that no change of them goes unnoticed.

After a change that is meant, raise NUMERICS in orbitsens/version.py, then run
`RECORD=1 make test ARGS="tests/core -k record"`.
"""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from orbitsens.version import NUMERICS

FILE = Path(__file__).parent / "numbers_of_record.json"
ADVICE = (
    "other numbers than those on record for numerics {}: mend the code, or, where the change is meant, "
    "raise NUMERICS in orbitsens/version.py and record them anew (tests/core/record.py says how)"
)


def check(name: str, values: Any, rtol: float) -> None:
    """Hold values to those on record, each within a relative tolerance of single precision on another processor.

    Raises:
        AssertionError: they differ, or the record is of other numerics than the code's.
    """
    record = json.loads(FILE.read_text()) if FILE.exists() else {}
    ours, known = np.asarray(values, dtype=np.float64), record.get(name)
    if os.environ.get("RECORD") and (known is None or known["numerics"] != NUMERICS):
        record[name] = {"numerics": NUMERICS, "values": ours.tolist()}
        FILE.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")
        return
    assert known is not None, f"there is no record of {name}; tests/core/record.py says how to make it"
    own = known["numerics"]
    assert own == NUMERICS, f"{name} is on record for numerics {own}, and the code has {NUMERICS}"
    np.testing.assert_allclose(ours, known["values"], rtol=rtol, atol=1e-6, err_msg=ADVICE.format(NUMERICS))
