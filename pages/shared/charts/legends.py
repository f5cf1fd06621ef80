"""A legend above a chart that is never cut: it has as many columns as there is room for."""

from collections.abc import Sequence
from typing import Any

import altair as alt

_NARROW = 340  # px: a legend at least
_LETTER, _SYMBOL = 6.6, 44  # px: a letter, and the symbol with the gap between two entries


def wrapped_legend(names: Sequence[str], **look: Any) -> alt.Legend:
    """Make a legend of names, one line or more, in a chart of any width."""
    width = f"(width || {_NARROW})"  # a picture of several charts has no width that an expression could know
    column = _LETTER * max(map(len, names), default=1) + _SYMBOL
    return alt.Legend(
        values=list(names),
        columns=alt.ExprRef(f"max(1, floor({width} / {column:.0f}))"),
        labelLimit=alt.ExprRef(f"max({_NARROW - _SYMBOL}, {width} - {_SYMBOL})"),
        symbolOpacity=1.0,
        **look,
    )
