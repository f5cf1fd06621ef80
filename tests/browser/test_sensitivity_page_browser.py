"""The sensitivity page in a real browser: from the group to the verdict, to the plan, and what a link shows."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from orbitsens.config import expand, load_sweep_file
from runner.reporting import group_report
from tests.app.sample_runs import publish_runs, seed_study_runs, width_study_runs
from tests.browser.serving import said, settle

pytestmark = pytest.mark.browser

GROUP = "sweep-width"
PLAN = re.compile(r"finds a true difference of (\d+) % .* with (\d+) seeds of each, the same in both")
CHART = "[data-testid=stMain] [role=graphics-document]"


def open_page(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("heading", name="Sensitivity").first.wait_for()
    settle(page)


def saved(page: Page, key: str, folder: Path) -> Path:
    with page.expect_download() as started:
        page.locator(f".st-key-{key} button").first.click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


def test_from_a_group_to_its_verdict_and_to_the_plan(
    page: Page, browser: Browser, app_url: str, tmp_path: Path
) -> None:
    page.goto(app_url)
    page.get_by_role("link", name=GROUP).click()
    expect(page).to_have_url(re.compile(f"seeding.*group={GROUP}"))
    expect(page.locator(CHART).first).to_be_visible()
    settle(page)
    page.get_by_role("link", name="Sensitivity").first.click()
    page.get_by_role("heading", name="Sensitivity").first.wait_for()
    settle(page)
    verdict = page.locator("[data-testid=stMain] li").first
    expect(verdict).to_have_text(re.compile(r"width( matters| does not matter beyond|: cannot tell with these runs)"))
    expect(page.locator(CHART)).to_be_visible()
    expect(page.locator(f"{CHART} svg text", has_text="width").first).to_be_visible()

    page.locator(".st-key-b input").focus()
    page.keyboard.type("width 16")
    page.keyboard.press("Enter")
    settle(page)
    page.locator(".st-key-difference input").fill("30")
    page.locator(".st-key-difference input").press("Enter")
    expect(page.get_by_text(PLAN)).to_contain_text("difference of 30 %")
    settle(page)
    assert "difference=30" in page.url
    assert "b=width+16" in page.url
    planned = PLAN.search(page.get_by_text(PLAN).inner_text())
    assert planned is not None
    runs = expand(load_sweep_file(saved(page, "plan", tmp_path)))
    assert len(runs) == 2 * int(planned[2])
    assert {run.parameters.seed for run in runs} == set(range(int(planned[2])))
    best = page.locator(".st-key-a input").input_value()
    assert {f"width {run.parameters.width}" for run in runs} == {best, "width 16"}
    assert {run.wandb.group for run in runs} == {GROUP}

    other = browser.new_page(viewport={"width": 1440, "height": 1400})
    open_page(other, page.url)
    expect(other.get_by_text(PLAN)).to_contain_text("difference of 30 %")
    expect(other.get_by_role("button", name="Tables (CSV)")).to_be_visible()
    expect(other.locator(CHART)).to_be_visible()
    assert said(other) == said(page)
    assert other.url == page.url
    other.close()


def test_the_report_is_the_one_of_the_command(page: Page, app_url: str, tmp_path: Path) -> None:
    publish_runs(tmp_path / "store", [*seed_study_runs(), *width_study_runs()])
    open_page(page, f"{app_url}/sensitivity?group={GROUP}")
    text, table = group_report(tmp_path / "store", GROUP, "acceleration_error", None)
    assert saved(page, "report_md", tmp_path).read_text() == text
    assert saved(page, "report_csv", tmp_path).read_text() == table
    assert f"# Sensitivity of {GROUP}" in text
