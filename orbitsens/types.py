"""Array shapes, named once. Sizes: `orbit`, `sample`, `segment`, `run`; a state is position then velocity."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Array, Bool, Float

State = Float[Array, "6"]
Derivative = Float[Array, "6"]
Dynamics = Callable[[State], Derivative]

Times64 = Float[np.ndarray, "orbit sample"]
States64 = Float[np.ndarray, "orbit sample 6"]
Mask = Bool[np.ndarray, "orbit sample"]
