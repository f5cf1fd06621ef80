"""Two versions: that of the release, and that of the numbers."""

__version__ = "0.1.0"

NUMERICS = 1
"""Which numbers this code computes; kept with every result, so that those of other code never pass as its own.

It rises when the same model, or the same run, comes to other numbers than before: `tests/core/test_numerics.py` holds
solver, training, metrics and grids to numbers of record, and fails until this is raised.
"""
