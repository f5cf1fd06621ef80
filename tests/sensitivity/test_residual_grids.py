"""Statistics of residual grids against grids small enough to see through."""

import numpy as np
import pandas as pd
import pytest

from orbitsens.constants import EARTH_RADIUS_KM
from orbitsens.grid_settings import GridSettings
from orbitsens.sensitivity import generalisation as g


def grid(settings, values, failed=None):
    a, e = np.meshgrid(settings.a_km, settings.e)
    feasible = settings.feasible.ravel()
    values = np.where(feasible, np.asarray(values, dtype=float).ravel(), np.nan)
    flags = pd.array([pd.NA] * len(values) if failed is None else failed, dtype="boolean").astype(object)
    return pd.DataFrame({"a_km": a.ravel(), "e": e.ravel(), "feasible": feasible, "failed": flags, "x": values})


FLAT = GridSettings(n_a=4, n_e=3, a_range_km=(20000.0, 26000.0), e_range=(0.0, 0.2))


def test_the_share_below_is_of_feasible_cells_and_a_failed_one_is_not_below():
    settings = GridSettings(n_a=3, n_e=2, a_range_km=(7000.0, 9000.0), e_range=(0.0, 0.15))
    assert settings.feasible.tolist() == [[True, True, True], [False, True, True]]
    cells = grid(settings, [[1, 2, 3], [4, 5, 6]])
    assert g.share_below(cells, "x", 2.5) == pytest.approx(40.0)
    cells.loc[0, "x"] = np.nan
    assert g.share_below(cells, "x", 2.5) == pytest.approx(20.0)


def test_threshold_edges_lie_between_the_cells_on_either_side():
    cells = grid(FLAT, [[1, 1, 9, 9], [1, 1, 9, 9], [9, 9, 9, 9]])
    edges = g.threshold_edges(cells, "x", 5.0).to_dict("records")
    upright = [edge for edge in edges if edge["x"] == edge["x2"]]
    level = [edge for edge in edges if edge["y"] == edge["y2"]]
    assert [edge["x"] for edge in upright] == [23000.0, 23000.0]
    assert [edge["y"] for edge in upright] == pytest.approx([-0.05, 0.05])
    assert [edge["y2"] for edge in upright] == pytest.approx([0.05, 0.15])
    assert [(edge["x"], edge["x2"]) for edge in level] == [(19000.0, 21000.0), (21000.0, 23000.0)]
    assert [edge["y"] for edge in level] == pytest.approx([0.15, 0.15])


def test_no_threshold_edge_along_the_border_of_feasible_orbits():
    settings = GridSettings(n_a=6, n_e=6, a_range_km=(7000.0, 20000.0), e_range=(0.0, 0.8))
    assert g.threshold_edges(grid(settings, np.ones((6, 6))), "x", 5.0).empty


def test_coarser_keeps_means_places_and_clicks():
    cells = grid(FLAT, np.arange(12).reshape(3, 4), failed=[i == 11 for i in range(12)])
    blocks = g.coarser(cells, "x", 2)
    assert blocks["value"].tolist() == [2.5, 4.5, 8.5, 10.5]
    assert blocks["failed"].tolist() == [False, False, False, True]
    assert blocks["row"].tolist() == [5, 7, 8, 10]
    assert blocks["a_low"].tolist() == [19000.0, 23000.0] * 2
    assert blocks["e_high"].tolist() == pytest.approx([0.15, 0.15, 0.25, 0.25])
    whole = g.coarser(cells, "x", 4)
    assert whole["row"].tolist() == list(range(12))
    assert whole["value"].tolist() == cells["x"].tolist()


def test_marginals_are_quantiles_over_the_other_axis():
    curve = g.marginal(grid(FLAT, [[1, 2, 3, 4], [2, 4, 6, 8], [3, 6, 9, 12]]), "x", "a_km")
    assert curve["a_km"].tolist() == FLAT.a_km.tolist()
    assert curve["median"].tolist() == [2, 4, 6, 8]
    assert curve["q1"].tolist() == [1.5, 3.0, 4.5, 6.0]
    assert curve["q3"].tolist() == [2.5, 5.0, 7.5, 10.0]


def test_models_together_and_against_each_other():
    first, second = grid(FLAT, np.full((3, 4), 2.0)), grid(FLAT, np.full((3, 4), 5.0))
    both = g.across_models([first, second], "x")
    assert both["mean"].tolist() == [3.5] * 12
    np.testing.assert_allclose(both["sd"], np.std([2, 5], ddof=1))
    assert g.difference(first, second, "x")["difference"].tolist() == [3.0] * 12
    failed = grid(FLAT, np.full((3, 4), 2.0), failed=[True, *[False] * 11])
    assert g.difference(first, failed, "x")["failed"].tolist() == [True, *[False] * 11]


def test_the_region_of_a_family_stays_above_the_earth():
    line = g.region_outline("complex", EARTH_RADIUS_KM)
    assert (line["a_km"] * (1 - line["e"]) >= EARTH_RADIUS_KM - 1e-6).all()
    assert line["e"].max() == pytest.approx(1 - EARTH_RADIUS_KM / line["a_km"].max())
    settings = GridSettings()
    cells = grid(settings, np.ones((64, 64)))
    assert g.in_region(cells, "complex").sum() == settings.feasible.sum()
    assert 0 < g.in_region(cells, "simple").sum() < 40


@pytest.mark.parametrize(("clip", "expected"), [(0.0, (1.0, 100.0)), (10.0, (10.9, 90.1))])
def test_colours_are_clipped_at_quantiles_of_all_maps(clip, expected):
    values = [np.arange(1.0, 51.0), np.append(np.arange(51.0, 101.0), np.nan)]
    assert g.colour_limits(values, clip, 100.0 - clip) == pytest.approx(expected)


def test_colour_limits_of_equal_or_no_values_still_span_something():
    low, high = g.colour_limits([np.full(3, 7.0)], 2.0, 98.0)
    assert low == 7.0 < high
    assert g.colour_limits([np.array([np.nan])], 2.0, 98.0) == (0.0, 1.0)
