"""The note's comparison, from the real models that ship: 100 complex orbits against 10 simple ones, 5 seeds each."""

import numpy as np
import pandas as pd
import pytest

from orbitsens.grid_settings import GridSettings
from orbitsens.sensitivity.generalisation import in_region, share_below
from orbitsens.version import NUMERICS
from store.connect import read_catalogue
from store.evaluations import find_grid, grid_key, stored_models
from store.gridfiles import read_grid
from store.location import SHIPPED

FIELD, THRESHOLD = "acceleration_error", 10.0


@pytest.fixture(scope="module")
def grids() -> dict[str, list[pd.DataFrame]]:
    """The shipped 64 x 64 grids by training dataset."""
    with read_catalogue(SHIPPED) as con:
        runs = stored_models(con).query("group == 'generalisation'")
    found: dict[str, list[pd.DataFrame]] = {}
    for dataset, sha in zip(runs["dataset_name"], runs["model_sha256"], strict=True):
        key = grid_key(sha, GridSettings().plain(), NUMERICS)
        place = find_grid(SHIPPED, key)
        assert place is not None, f"{dataset}: python -m runner evaluate --group generalisation --grid"
        found.setdefault(dataset, []).append(read_grid(*place))
    return found


def test_the_simple_trained_models_are_good_only_in_their_small_region(grids: dict[str, list[pd.DataFrame]]) -> None:
    of_simple, of_complex = grids["simple_TBP_planar_10_train"], grids["complex_TBP_planar_100_train"]
    assert len(of_simple) == len(of_complex) == 5
    for cells in of_simple:
        inside = in_region(cells, "simple")
        assert np.nanmedian(cells.loc[inside, FIELD]) < 5.0
        assert np.nanmedian(cells.loc[cells["feasible"] & ~inside, FIELD]) > 50.0
        assert share_below(cells, FIELD, THRESHOLD) < 10.0
    for cells in of_complex:
        assert share_below(cells, FIELD, THRESHOLD) > 90.0
