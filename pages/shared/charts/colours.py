"""Colours of thin marks, which must be told from the page's ground: of a value, and of a few names."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from pages.shared.charts.gridmaps import SERIES, ColourScale
from pages.shared.charts.positions import Quantity
from pages.shared.charts.theme import Theme

# Viridis ends in a purple near black and begins with a yellow near white.
_VISIBLE: Mapping[Theme, list[float]] = {"light": [0.0, 0.92], "dark": [0.18, 1.0]}


def of_value(scale: ColourScale, theme: Theme, field: str = "value") -> alt.Color:
    """Colours of the finite numbers of a column."""
    colour, colours = scale.colour(), scale.scale()
    colours["scheme"] = _scheme(theme)
    colour["shorthand"], colour["scale"] = f"{field}:Q", colours
    return colour


def of_names(names: Sequence[str], title: str, theme: Theme, field: str) -> alt.Color:
    """Colours of a column of names, `names` in their order; beyond the palette, in steps of the value's colours."""
    few = len(names) <= len(SERIES[theme])
    scale = alt.Scale(domain=list(names), range=list(SERIES[theme])[: len(names)])
    steps = alt.Scale(domain=list(names), scheme=_scheme(theme))
    legend = alt.Legend(title=title, columns=6, symbolLimit=18, labelLimit=180)
    return alt.Color(f"{field}:O", scale=scale if few else steps, sort=list(names), legend=legend)


def _scheme(theme: Theme) -> alt.SchemeParams:
    return alt.SchemeParams(name="viridis", extent=_VISIBLE[theme])


def finite_scale(column: "pd.Series[Any]", what: Quantity) -> ColourScale:
    """The scale from the least to the greatest finite number of a column."""
    numbers = column.to_numpy(np.float64, na_value=np.nan)
    finite = numbers[np.isfinite(numbers)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    return ColourScale((low, high if high > low else low + 1.0), what.log and low > 0.0, what.title)
