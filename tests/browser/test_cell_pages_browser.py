"""The Architecture and the Segment ratio page in a real browser: maps, curves, clicks, links and downloads."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app.cell_studies import RATIOS, SIZES, ratio_study_runs, size_study_runs
from tests.app.sample_runs import publish_runs
from tests.browser.serving import served, settle

pytestmark = pytest.mark.browser

MAP, CURVES = ".st-key-cells_{} [role=graphics-document]", ".st-key-curves_{} [role=graphics-document]"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on a store with the model size study and the segment ratio study."""
    folder = tmp_path_factory.mktemp("cells")
    publish_runs(folder / "store", [*size_study_runs(), *ratio_study_runs()])
    with served(folder / "store", folder / "log") as address:
        yield address


def open_page(page: Page, url: str, charts: str) -> None:
    page.goto(url)
    page.locator(charts).first.wait_for()
    settle(page)


def test_curves_of_segment_ratios_have_their_cost_below(page: Page, url: str) -> None:
    open_page(page, f"{url}/segment_ratio?group={RATIOS}", ".st-key-cost_1 [role=graphics-document]")
    texts = page.locator(f"{CURVES.format(0)} text").all_text_contents()
    assert {"segment ratio (%)", "acceleration error (%)", "training orbits", "1.11", "50", "100"} <= set(texts)
    assert "training time (s)" in page.locator(".st-key-cost_0 text").all_text_contents()


def test_controls_change_the_url_and_the_picture(page: Page, url: str) -> None:
    open_page(page, f"{url}/architecture?group={SIZES}", MAP.format(2))
    page.locator(".st-key-view input").click()
    page.get_by_role("option", name="curves").click()
    page.locator(CURVES.format(2)).wait_for()
    settle(page)
    assert "view=lines" in page.url
    page.locator(".st-key-panel input").click()
    page.get_by_role("option", name="none").click()
    expect(page.locator(CURVES.format(2))).to_have_count(0)
    settle(page)
    assert "panel=none" in page.url


@pytest.mark.parametrize("kind", ["png", "svg", "csv"])
def test_downloads(page: Page, url: str, tmp_path: Path, kind: str) -> None:
    open_page(page, f"{url}/architecture?group={SIZES}", MAP.format(2))
    with page.expect_download() as started:
        page.locator(f".st-key-download_cells_{kind} button").first.click()
    file = tmp_path / started.value.suggested_filename
    started.value.save_as(file)
    assert file.name == f"architecture-{SIZES}-acceleration_error-cells.{kind}"
    if kind == "png":
        assert file.read_bytes().startswith(b"\x89PNG")
    elif kind == "svg":
        assert "208 of 220 matched runs used." in file.read_text()
    else:
        with file.open(newline="") as opened:
            rows = list(csv.DictReader(opened))
        assert {row["run_id"] for row in rows} == {run.run_id for run in size_study_runs()}
        assert len({row["cell"] for row in rows}) == 44  # three of them without a finished run


@pytest.mark.parametrize("path", ["architecture?group=" + SIZES, "segment_ratio?group=" + RATIOS])
def test_nothing_to_scroll_sideways_at_800_pixels(browser: Browser, url: str, path: str) -> None:
    page = browser.new_page(viewport={"width": 800, "height": 1200})
    open_page(page, f"{url}/{path}", "[role=graphics-document]")
    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]
    page.close()
