"""Parallel coordinates and scatter in a real browser: dragging filters, clicking shows a run, links hold it all."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from store.location import SHIPPED
from tests.browser.serving import served, settle

pytestmark = pytest.mark.browser

PARALLEL = ".st-key-parallel [role=graphics-document]"
SCATTER = ".st-key-scatter [role=graphics-document]"
PANEL = ".st-key-run_panel"


def opened(page: Page, url: str, chart: str) -> None:
    page.goto(url)
    page.locator(chart).wait_for()
    settle(page)


def keep(page: Page, tick: str, other: str) -> None:
    """Drag a box over an axis from one of its ticks to another, and keep the runs in it."""
    ends = [
        page.locator(f"{PARALLEL} text", has_text=re.compile(f"^{name}$")).first.bounding_box()
        for name in (tick, other)
    ]
    assert ends[0] is not None
    assert ends[1] is not None
    low, high = sorted(ends, key=lambda box: -box["y"])
    page.mouse.move(low["x"] - 5, low["y"] + 20)
    page.mouse.down()
    page.mouse.move(low["x"] + 20, low["y"])
    page.mouse.move(high["x"] + high["width"] + 15, high["y"] - 6, steps=6)
    page.mouse.up()
    page.get_by_role("button", name="Keep these runs").click()


def test_a_drag_over_an_axis_filters_on_every_page(page: Page, browser: Browser, app_url: str) -> None:
    opened(page, f"{app_url}/parallel?group=sweep-width", PARALLEL)
    expect(page.get_by_text("40 of 60 runs match", exact=True)).to_be_visible()
    keep(page, "64", "128")
    expect(page.get_by_text("16 of 60 runs match", exact=True)).to_be_visible()
    assert page.url.count("p.width=") == 2
    settle(page)

    other = browser.new_page(viewport={"width": 1440, "height": 1400})
    opened(other, page.url, PARALLEL)
    expect(other.get_by_text("16 of 60 runs match", exact=True)).to_be_visible()
    assert other.url == page.url
    other.close()

    page.go_back()
    expect(page.get_by_text("40 of 60 runs match", exact=True)).to_be_visible()
    page.go_forward()
    expect(page.get_by_text("16 of 60 runs match", exact=True)).to_be_visible()
    page.get_by_role("link", name="Seeding").first.click()
    expect(page.get_by_text("15 of 16 matched runs used")).to_be_visible()


def test_a_drag_over_the_metric_keeps_its_range(page: Page, app_url: str) -> None:
    opened(page, f"{app_url}/parallel?group=sweep-width", PARALLEL)
    keep(page, "5", "6")
    kept = page.get_by_text(re.compile(r"^\d+ of 60 runs match$"))
    expect(kept).not_to_have_text("40 of 60 runs match")
    n = kept.inner_text()
    assert "m.acceleration_error=" in page.url
    expect(page.get_by_test_id("stNumberInputField").first).not_to_have_value("")
    page.get_by_role("link", name="Seeding").first.click()  # the range holds on every page
    expect(page.get_by_text(n, exact=True)).to_be_visible()


def test_the_picture_of_hundreds_of_lines_arrives_under_its_name(page: Page, tmp_path: Path) -> None:
    with served(SHIPPED, tmp_path / "log") as url:
        opened(page, f"{url}/parallel?group=sweep-screening", PARALLEL)
        with page.expect_download() as started:
            page.locator(".st-key-download_png button").first.click()
        assert started.value.suggested_filename == "parallel-sweep-screening.png"
        assert Path(started.value.path()).read_bytes().startswith(b"\x89PNG")
        page.goto("about:blank")


def test_a_click_on_a_point_shows_the_run_and_a_link_does_too(page: Page, browser: Browser, app_url: str) -> None:
    opened(page, f"{app_url}/scatter?group=sweep-width&x=seed&colour=width", SCATTER)
    page.locator(f'{SCATTER} path[aria-roledescription="point"]').nth(4).click()
    expect(page.locator(PANEL)).to_be_visible()
    settle(page)
    assert "run=" in page.url
    other = browser.new_page(viewport={"width": 1440, "height": 1400})
    opened(other, page.url, SCATTER)
    expect(other.locator(PANEL)).to_be_visible()
    assert (
        other.locator(PANEL).locator("p").first.text_content() == page.locator(PANEL).locator("p").first.text_content()
    )
    other.close()


def test_terms_lead_to_the_help_page_and_say_what_they_mean(page: Page, app_url: str) -> None:
    opened(page, f"{app_url}/seeding?group=sweep-seeds-v2", ".st-key-violins [role=graphics-document]")
    term = page.get_by_role("link", name="quartiles")
    assert term.get_attribute("title") == "The values between which the middle half lies."
    page.goto(f"{app_url}/{term.get_attribute('href')}")
    expect(page.get_by_role("heading", name="quartiles")).to_be_in_viewport()


def test_the_menu_leads_to_every_page_by_keyboard(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/help")
    page.get_by_role("heading", name="Help").wait_for()
    settle(page)
    link = page.get_by_role("link", name="Scatter").first
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Scatter")).to_be_visible()
