"""The one type of numbers that the statistics pass around."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
