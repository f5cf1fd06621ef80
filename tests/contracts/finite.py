"""What the contract tests share."""

import jax
import numpy as np


def assert_finite(tree, where=""):
    for x in jax.tree.leaves(tree):
        assert np.all(np.isfinite(x)), f"{where}: {x}"
