"""The filter in a real browser: chosen in the sidebar, in the link, from page to page, saved for the team."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app.sample_runs import publish_runs, sample_run, seed_study_runs
from tests.browser.serving import CHART, said, served, settle

pytestmark = pytest.mark.browser

SIDEBAR = "[data-testid=stSidebar]"


def open_page(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("heading").first.wait_for()
    settle(page)


def expect_matching(page: Page, words: str) -> None:
    expect(page.locator(f"{SIDEBAR} [data-testid=stMarkdown]").first).to_have_text(words)


def choose(page: Page, key: str, option: str) -> None:
    """Choose an option of a multiselect by typing."""
    page.locator(f".st-key-{key} input").focus()
    page.keyboard.type(option)
    page.keyboard.press("Enter")
    settle(page)
    page.keyboard.press("Escape")


def test_what_is_chosen_in_the_sidebar_is_in_the_link(page: Page, browser: Browser, app_url: str) -> None:
    open_page(page, f"{app_url}/seeding?group=sweep-width")
    choose(page, "parameters", "width")
    choose(page, "values-of-width", "16")
    choose(page, "values-of-width", "64")
    choose(page, "state", "finished")
    expect_matching(page, "14 of 60 runs match")
    assert "p.width=16&p.width=64" in page.url and "state=finished" in page.url
    expect(page.get_by_text("14 of 14 matched runs used.")).to_be_visible()
    other = browser.new_page(viewport={"width": 1440, "height": 1400})
    open_page(other, page.url)
    expect_matching(other, "14 of 60 runs match")
    expect(other.get_by_text("14 of 14 matched runs used.")).to_be_visible()
    assert other.url == page.url
    assert said(other) == said(page)
    other.reload()
    expect(other.get_by_text("14 of 14 matched runs used.")).to_be_visible()
    assert said(other) == said(page)
    other.close()


def test_the_filter_stays_from_page_to_page_and_is_cleared(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/seeding?group=sweep-width&state=finished")
    page.get_by_role("link", name="Sensitivity").first.click()
    page.get_by_role("heading", name="Sensitivity").wait_for()
    settle(page)
    expect_matching(page, "36 of 60 runs match")
    expect(page).to_have_url(re.compile("group=sweep-width.*state=finished"))
    page.locator(".st-key-clear_filter button").click()
    settle(page)
    expect_matching(page, "40 of 60 runs match")  # of the group in which most varies, which has them in all states
    expect(page).not_to_have_url(re.compile("state="))
    page.go_back()
    settle(page)
    expect_matching(page, "36 of 60 runs match")


def test_a_range_is_typed_and_nothing_matching_leads_on(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/seeding?group=sweep-seeds-v2")
    choose(page, "parameters", "seed")
    page.locator(".st-key-seed-from input").fill("5")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"p\.seed=5\.\."))
    expect_matching(page, "15 of 60 runs match")
    page.locator(".st-key-seed-to input").fill("2")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No run of this store matches the filter in the sidebar")).to_be_visible()
    page.locator(".st-key-clear_filter_here button").click()
    expect(page.get_by_text("20 of 20 matched runs used.")).to_be_visible()


def test_a_view_that_one_saves_another_opens(page: Page, browser: Browser, tmp_path: Path) -> None:
    publish_runs(tmp_path / "store", seed_study_runs())
    with served(tmp_path / "store", tmp_path / "log") as url:
        open_page(page, f"{url}/seeding?p.seed=5..&log=off")
        page.locator(SIDEBAR).get_by_text("Saved views").click()
        page.get_by_label("Save this view as").fill("Later seeds")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Saved for the team: Later seeds.")).to_be_visible()
        other = browser.new_page(viewport={"width": 1440, "height": 1400})
        open_page(other, url)
        other.locator(SIDEBAR).get_by_text("Saved views (1)").click()
        other.get_by_role("link", name="Later seeds").click()
        expect(other.get_by_text("15 of 15 matched runs used.")).to_be_visible()
        expect(other).to_have_url(re.compile(r"/seeding\?.*p\.seed=5\.\."))
        expect(other).to_have_url(re.compile("log=off"))
        other.close()
        page.goto("about:blank")


def test_a_store_published_anew_keeps_the_filter_that_is_set(page: Page, tmp_path: Path) -> None:
    publish_runs(tmp_path / "store", seed_study_runs()[:10])
    with served(tmp_path / "store", tmp_path / "log") as url:
        open_page(page, f"{url}/seeding?p.seed=5..")
        expect_matching(page, "5 of 10 runs match")
        publish_runs(tmp_path / "store", [*seed_study_runs(), sample_run("newer", 900, 7.0)])
        expect(page.get_by_text("15 of 15 matched runs used.")).to_be_visible()
        expect_matching(page, "15 of 21 runs match")
        page.goto("about:blank")


def test_the_filter_works_at_800_pixels(browser: Browser, app_url: str) -> None:
    page = browser.new_page(viewport={"width": 800, "height": 1000})
    open_page(page, f"{app_url}/seeding?group=sweep-width")
    box = page.locator(CHART).bounding_box()
    assert box is not None and box["width"] > 350
    assert page.evaluate("document.documentElement.scrollWidth") <= 800
    expect(page.get_by_text("40 of 60 runs match: group sweep-width.")).to_be_visible()
    page.close()
