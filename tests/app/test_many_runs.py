"""Pages on more runs than they draw one by one."""

from pathlib import Path

import pytest

from tests.app.conftest import Open


def test_a_scatter_of_many_runs_is_cells_that_cannot_be_clicked(
    sample_store: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.shared.charts.scatter.MOST_POINTS", 10)
    app = open_app(sample_store, "pages/scatter.py", group="*")
    assert not app.error
    assert any("Over 10 runs are drawn as cells." in caption.value for caption in app.caption)
    assert app.get("vega_lite_chart")
