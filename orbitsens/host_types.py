"""Shapes of arrays in main memory, named once; apart from `types.py`, because `jaxtyping.Array` loads JAX."""

import numpy as np
from jaxtyping import Bool, Float

Times64 = Float[np.ndarray, "orbit sample"]
States64 = Float[np.ndarray, "orbit sample 6"]
Mask = Bool[np.ndarray, "orbit sample"]
