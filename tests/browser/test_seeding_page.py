"""The seeding page in a real browser: the violin, a click on a run, links, back and forward, downloads."""

import csv
import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Download, Page, expect

from tests.app.sample_runs import publish_runs, seed_study_runs
from tests.browser.serving import CHART, PANEL_CHARTS, served, settle

pytestmark = pytest.mark.browser

POINTS = f'{CHART} path[aria-roledescription="point"]'
TEST = "complex_TBP_planar_10_test"
SEED_3 = next(run.run_id for run in seed_study_runs() if run.config["parameters"]["seed"] == 3)


def open_page(page: Page, url: str) -> None:
    page.goto(url)
    page.locator(POINTS).first.wait_for()
    settle(page)


def point(page: Page, run_id: str) -> None:
    """Click the run's point."""
    page.locator(f'{POINTS}[aria-label*="run: {run_id};"]').last.click()
    settle(page)


def chosen_run(page: Page) -> str:
    return page.locator(".st-key-run input").input_value()


def test_home_leads_to_the_violin_of_a_group(page: Page, app_url: str) -> None:
    page.goto(app_url)
    page.get_by_role("link", name="sweep-seeds-v2").click()
    page.locator(POINTS).first.wait_for()
    settle(page)
    assert "group=sweep-seeds-v2" in page.url
    answer = re.compile("20 runs on .*: median acceleration error 7.29 %.*; seeds 3 and 17 stand out")
    expect(page.get_by_role("heading", name=answer)).to_be_visible()
    assert page.locator(POINTS).count() == 20
    violin = page.locator(f'{CHART} path[aria-roledescription="area mark"]').bounding_box()
    assert violin is not None
    assert violin["width"] > 800
    assert violin["height"] > 80
    assert set(page.locator(f"{CHART} text").all_text_contents()) >= {"seed 3", "seed 17", "acceleration error (%)"}


def test_a_click_on_a_point_shows_that_run_and_a_fresh_browser_shows_the_same(
    page: Page, browser: Browser, app_url: str
) -> None:
    open_page(page, f"{app_url}/seeding?group=sweep-seeds-v2&log=off")
    assert page.locator(PANEL_CHARTS).count() == 0
    point(page, SEED_3)
    expect(page.locator(PANEL_CHARTS)).to_have_count(3)
    assert f"run={SEED_3}" in page.url
    assert chosen_run(page).startswith("seed 3 · 15.2 % · ")
    assert {"loss", "state error (%)", "acceleration error (%)", "stage 2", "optimiser step"} <= {
        text.strip() for text in page.locator(f"{PANEL_CHARTS} text").all_text_contents()
    }

    other = browser.new_page(viewport={"width": 1440, "height": 1400})
    open_page(other, page.url)
    expect(other.locator(PANEL_CHARTS)).to_have_count(3)
    assert other.url == page.url
    assert chosen_run(other) == chosen_run(page)
    assert not other.get_by_role("switch", name="log scale", exact=True).is_checked()
    assert other.locator(CHART).text_content() == page.locator(CHART).text_content()
    other.close()


def test_one_click_after_the_other_and_one_beside(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/seeding?group=sweep-seeds-v2")
    for run in seed_study_runs()[5:7]:
        point(page, run.run_id)
        assert f"run={run.run_id}" in page.url
    box = page.locator(f"{CHART} svg").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.25 * box["height"])
    expect(page.locator(PANEL_CHARTS)).to_have_count(0)
    assert "run=" not in page.url


def test_a_diverged_run_can_be_clicked_in_its_strip(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/seeding?group=sweep-width")
    page.locator(f'{POINTS}[aria-label*="state: diverged"]').first.click()
    expect(page.locator(PANEL_CHARTS)).to_have_count(3)
    assert "diverged" in chosen_run(page)


def test_back_and_forward_move_through_what_was_looked_at(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/seeding?group=sweep-seeds-v2")
    point(page, SEED_3)
    page.go_back()
    expect(page.locator(PANEL_CHARTS)).to_have_count(0)
    page.go_forward()
    expect(page.locator(PANEL_CHARTS)).to_have_count(3)
    assert chosen_run(page).startswith("seed 3")


def test_controls_change_the_url_and_the_picture(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/seeding")
    page.locator(".st-key-group input").click()
    page.get_by_role("option", name="sweep-width (40 runs)").click()
    expect(page.locator(f"{CHART} text", has_text="128")).to_be_visible()
    settle(page)
    assert "group=sweep-width" in page.url
    page.locator(".st-key-log label").click()
    settle(page)
    assert "log=off" in page.url


def test_a_run_can_be_chosen_by_keyboard(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/seeding?group=sweep-seeds-v2")
    page.locator(".st-key-run input").focus()
    page.keyboard.type("seed 3 ")
    page.keyboard.press("Enter")
    expect(page.locator(PANEL_CHARTS)).to_have_count(3)
    assert f"run={SEED_3}" in page.url


@pytest.mark.parametrize("kind", ["png", "svg", "csv"])
def test_downloads(page: Page, app_url: str, tmp_path: Path, kind: str) -> None:
    open_page(page, f"{app_url}/seeding?group=sweep-seeds-v2")
    with page.expect_download() as started:
        page.locator(f".st-key-download_{kind} button").first.click()
    file = saved(started.value, tmp_path)
    assert file.name == f"seeding-sweep-seeds-v2-acceleration_error-{TEST}.{kind}"
    if kind == "png":
        assert file.read_bytes().startswith(b"\x89PNG")
    elif kind == "svg":
        assert "20 of 20 matched runs used." in file.read_text()
    else:
        with file.open(newline="") as opened:
            rows = list(csv.DictReader(opened))
        assert {row["run_id"] for row in rows} == {run.run_id for run in seed_study_runs()}
        assert {row["measured_on"] for row in rows} == {TEST}


def saved(download: Download, folder: Path) -> Path:
    path = folder / download.suggested_filename
    download.save_as(path)
    return path


def test_a_link_is_the_first_visit_of_a_fresh_server(page: Page, tmp_path: Path) -> None:
    publish_runs(tmp_path / "store", seed_study_runs())
    with served(tmp_path / "store", tmp_path / "log") as url:
        open_page(page, f"{url}/seeding?group=sweep-seeds-v2&run={SEED_3}")
        expect(page.locator(PANEL_CHARTS)).to_have_count(3)
        expect(page.get_by_role("link", name="Home")).to_be_visible()
        expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
        assert page.get_by_text("Page not found").count() == 0
        page.goto("about:blank")  # or it would complain that its server has gone


def test_a_page_shows_by_itself_what_a_sync_brings(page: Page, tmp_path: Path) -> None:
    with served(tmp_path / "store", tmp_path / "log") as url:
        page.goto(url)
        expect(page.get_by_text("There is no run store at")).to_be_visible()
        expect(page.get_by_text("python -m runner sweep runner/sweeps/quickstart.yaml")).to_be_visible()
        publish_runs(tmp_path / "store", seed_study_runs()[:10])
        page.get_by_role("link", name="sweep-seeds-v2").click()
        expect(page.get_by_text("10 of 10 matched runs used.")).to_be_visible()
        expect(page.get_by_text("Version 1, last sync just now")).to_be_visible()
        page.locator(".st-key-log label").click()
        expect(page).to_have_url(re.compile("log=off"))
        publish_runs(tmp_path / "store", seed_study_runs())
        expect(page.get_by_text("20 of 20 matched runs used.")).to_be_visible()
        expect(page.get_by_text("Version 2, last sync just now")).to_be_visible()
        expect(page).to_have_url(re.compile("log=off"))
        page.goto("about:blank")


@pytest.mark.parametrize(("scheme", "ground"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(18, 20, 23)")])
def test_the_chart_is_on_the_ground_of_the_page(
    browser: Browser, app_url: str, scheme: Literal["light", "dark"], ground: str
) -> None:
    page = browser.new_page(viewport={"width": 800, "height": 1200}, color_scheme=scheme)
    open_page(page, f"{app_url}/seeding?group=sweep-width")
    colours = page.evaluate(
        "selectors => selectors.map(s => getComputedStyle(document.querySelector(s)).backgroundColor)",
        ["[data-testid=stApp]", f"{CHART} svg"],
    )
    assert colours[0] == ground
    assert colours[1] in (ground, "rgba(0, 0, 0, 0)")
    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]  # nothing to scroll sideways at 800 px
    page.close()
