"""Charts are drawn without altair's checks (see `pages.shared.charts.theme`): here they are made of every page's."""

import json
from typing import Any

import altair as alt
import pytest
from altair.utils.schemapi import SchemaValidationError

from pages.shared.charts.theme import styled, unchecked
from store.location import SHIPPED
from tests.app.conftest import Open


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("seeding", {}),
        ("generalisation", {}),
        ("architecture", {}),
        ("architecture", {"view": "lines"}),
        ("segment_ratio", {}),
        ("sensitivity", {}),
        ("parallel", {}),
        ("scatter", {}),
    ],
)
def test_every_chart_fits_the_schema(open_app: Open, page: str, query: dict[str, str]) -> None:
    charts = open_app(SHIPPED, f"pages/{page}.py", **query).get("vega_lite_chart")
    assert charts
    for chart in charts:
        spec: dict[str, Any] = json.loads(chart.proto.spec)
        alt.LayerChart.validate(spec)


def test_a_wrong_chart_is_found_by_the_check_alone() -> None:
    @unchecked
    def draw() -> alt.LayerChart:
        frame = alt.InlineData(values=[{"x": 1}])
        return styled([alt.Chart(frame).mark_bar(cornerRadius="round").encode(x="x:Q")], "light", height=90)

    chart = draw()
    assert chart.to_dict()
    with pytest.raises(SchemaValidationError):
        chart.to_dict(validate=True)
    with pytest.raises(SchemaValidationError):
        alt.Chart().mark_bar(cornerRadius="round")
