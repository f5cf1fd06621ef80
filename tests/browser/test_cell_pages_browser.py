"""The Architecture and the Segment ratio page in a real browser: maps, curves, clicks, links and downloads."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app.cell_studies import RATIOS, SIZES, ratio_study_runs, size_study_runs
from tests.app.sample_runs import publish_runs
from tests.browser.serving import said, served, settle

pytestmark = pytest.mark.browser

MAP, CURVES = ".st-key-cells_{} [role=graphics-document]", ".st-key-curves_{} [role=graphics-document]"
CELL = "width 64 · depth 3 · batch size 64"
PANEL = ".st-key-cell_panel"


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


def click_cell(page: Page) -> None:
    cell = page.locator(f'{MAP.format(1)} path[aria-label^="{CELL}: acceleration error (%) "]')
    box = cell.bounding_box()
    assert box is not None and min(box["width"], box["height"]) > 30  # px: there is something to click
    cell.click()
    expect(page.locator(PANEL).get_by_text(CELL).first).to_be_visible()
    settle(page)


def chosen_run(page: Page) -> str:
    return page.locator(f"{PANEL} .st-key-run input").input_value()


def test_a_click_on_a_cell_shows_its_runs_and_a_fresh_browser_shows_the_same(
    page: Page, browser: Browser, url: str
) -> None:
    open_page(page, f"{url}/architecture?group={SIZES}", MAP.format(2))
    expect(page.locator(PANEL)).to_have_count(0)
    click_cell(page)
    expect(page.get_by_text("These runs on the Runs page")).to_be_visible()

    other = browser.new_page(viewport={"width": 1440, "height": 1400})
    open_page(other, page.url, MAP.format(2))
    expect(other.locator(PANEL).get_by_text(CELL).first).to_be_visible()
    assert other.url == page.url
    assert said(other) == said(page)
    other.close()

    page.go_back()
    expect(page.locator(PANEL)).to_have_count(0)
    page.go_forward()
    expect(page.locator(PANEL).get_by_text(CELL).first).to_be_visible()


def test_a_run_of_a_cell_is_chosen_by_keyboard(page: Page, url: str) -> None:
    open_page(page, f"{url}/architecture?group={SIZES}&cell={CELL.replace(' ', '+')}", MAP.format(2))
    page.locator(f"{PANEL} .st-key-run input").focus()
    page.keyboard.type("seed 3 ")
    page.keyboard.press("Enter")
    expect(page.locator(PANEL).get_by_text("This run logged no history")).to_be_visible()
    expect(page).to_have_url(re.compile("run="))
    assert chosen_run(page).startswith("seed 3 · ")


def test_the_runs_of_a_cell_are_those_of_the_runs_page(page: Page, url: str) -> None:
    open_page(page, f"{url}/architecture?group={SIZES}", MAP.format(2))
    click_cell(page)
    page.get_by_text("These runs on the Runs page").click()
    expect(page.get_by_text("5 of 340 runs match", exact=True)).to_be_visible()
    expect(page.get_by_text("5 runs of 5 matching listed")).to_be_visible()
    assert "p.width=64" in page.url


def test_a_click_on_a_point_shows_that_run(page: Page, url: str) -> None:
    open_page(page, f"{url}/segment_ratio?group={RATIOS}", CURVES.format(1))
    point = page.locator(f'{CURVES.format(0)} path[aria-roledescription="circle"]').nth(7)
    run = (point.get_attribute("aria-label") or "").split("run: ")[1].split(";")[0]
    point.click()
    expect(page.locator(PANEL)).to_be_visible()
    expect(page).to_have_url(re.compile(f"run={run}"))
    assert chosen_run(page).endswith(run)


def test_curves_of_segment_ratios_have_their_cost_below(page: Page, url: str) -> None:
    open_page(page, f"{url}/segment_ratio?group={RATIOS}", ".st-key-cost_1 [role=graphics-document]")
    texts = page.locator(f"{CURVES.format(0)} text").all_text_contents()
    assert {"segment ratio (%)", "acceleration error (%)", "training orbits", "1.11", "50", "100"} <= set(texts)
    assert "training operations (GFLOP)" in page.locator(".st-key-cost_0 text").all_text_contents()


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
        assert "208 of 220 matched runs used" in file.read_text()
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
