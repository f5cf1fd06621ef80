"""The pages of runs in a real browser: rows that are clicked, links, notes, downloads, and odd groups of runs."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app.sample_runs import TEST, publish_runs, sample_run, seed_study_runs
from tests.browser.serving import PANEL_CHARTS, served, settle
from tests.factories import old_run, run_record

pytestmark = pytest.mark.browser

GRID = ".st-key-runs_table canvas[data-testid=data-grid-canvas]"
CURVES = "[data-testid=stVegaLiteChart] svg.marks"
NEWEST = [run.run_id for run in seed_study_runs()][::-1]
HEADER, ROW = 35, 35  # px


@pytest.fixture(scope="module")
def odd_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on groups of one run, of diverged runs, of runs without history, and of runs that lack keys."""
    folder = tmp_path_factory.mktemp("odd")
    publish_runs(
        folder / "store",
        [
            sample_run("lonely", 5, 7.0, run_id="alone"),
            *(sample_run("bad", seed, float("nan"), run_id=f"bad{seed}") for seed in range(3)),
            *(sample_run("quiet", seed, 7.0 + seed, history=False, run_id=f"quiet{seed}") for seed in range(2)),
            *(sample_run("tagged", seed, 7.0 + seed, run_id=f"tagged{seed}") for seed in range(2)),
            *(old_run(seed, group="old") for seed in range(2)),
            run_record(7, group="old", run_id="young", model_dir=folder),
        ],
    )
    with served(folder / "store", folder / "log") as url:
        yield url


def open_table(page: Page, url: str) -> None:
    page.goto(url)
    page.locator(GRID).first.wait_for()
    settle(page)


def tick(page: Page, row: int) -> None:
    """Tick the box at the left of a row of the table, counted from 0."""
    box = page.locator(GRID).first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 12, box["y"] + HEADER + ROW * row + ROW / 2)
    settle(page)


def test_a_ticked_row_shows_its_run_and_two_lead_to_their_comparison(
    page: Page, browser: Browser, app_url: str
) -> None:
    open_table(page, f"{app_url}/runs?group=sweep-seeds-v2")
    expect(page.get_by_text("20 runs of 20 matching listed, newest first.")).to_be_visible()
    tick(page, 2)
    expect(page).to_have_url(re.compile(f"run={NEWEST[2]}"))
    expect(page.locator(PANEL_CHARTS)).to_have_count(4)
    tick(page, 4)
    expect(page).to_have_url(re.compile(f"runs={NEWEST[2]}%2C{NEWEST[4]}"))
    expect(page.locator(PANEL_CHARTS)).to_have_count(0)
    page.go_back()
    expect(page).to_have_url(re.compile(f"run={NEWEST[2]}"))
    expect(page.locator(PANEL_CHARTS)).to_have_count(4)
    page.go_back()
    expect(page.locator(PANEL_CHARTS)).to_have_count(0)
    expect(page.get_by_text("Select one run to look at it closer")).to_be_visible()
    page.go_forward()
    expect(page.locator(PANEL_CHARTS)).to_have_count(4)
    tick(page, 4)  # the row ticked before is still ticked
    expect(page).to_have_url(re.compile(f"runs={NEWEST[2]}%2C{NEWEST[4]}"))
    page.get_by_role("link", name=re.compile("Compare .* and")).click()
    expect(page.get_by_text("2 runs of one setting: they differ in seed.")).to_be_visible()
    expect(page.locator(CURVES).first).to_be_visible()
    settle(page)
    assert "group=sweep-seeds-v2" in page.url

    other = browser.new_page(viewport={"width": 1440, "height": 1400})
    other.goto(page.url)
    expect(other.get_by_text("2 runs of one setting: they differ in seed.")).to_be_visible()
    other.get_by_role("link", name="Choose others").click()
    other.locator(GRID).first.wait_for()
    settle(other)
    expect(other.get_by_text("2 selected.")).to_be_visible()
    assert "group=sweep-seeds-v2" in other.url
    tick(other, 2)  # not any more
    expect(other).to_have_url(re.compile(f"run={NEWEST[4]}"))
    other.close()


def test_columns_and_order_survive_a_reload(page: Page, app_url: str) -> None:
    open_table(page, f"{app_url}/runs?group=sweep-seeds-v2")
    page.locator(".st-key-columns input").focus()
    page.keyboard.type("loss, least")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    settle(page)
    assert "columns=history%3Atrain_loss%3Amin" in page.url
    page.locator(".st-key-sort input").click()
    page.get_by_role("option", name=f"acceleration error (%) on {TEST}, largest").click()
    settle(page)
    page.reload()
    page.locator(GRID).first.wait_for()
    settle(page)
    tick(page, 0)
    assert f"run={seed_study_runs()[17].run_id}" in page.url


def test_a_note_and_a_tag_stay_and_find_their_run(page: Page, browser: Browser, odd_url: str) -> None:
    open_table(page, f"{odd_url}/runs?group=tagged&run=tagged1")
    page.get_by_label("New note").fill("looks odd\nafter step 300")
    page.get_by_role("button", name="Add the note").click()
    expect(page.get_by_text("looks odd")).to_be_visible()
    page.locator('[class*="st-key-tags_"] input').click()
    page.keyboard.type("for the paper")
    page.keyboard.press("Enter")
    settle(page)
    other = browser.new_page(viewport={"width": 1440, "height": 1400})
    open_table(other, f"{odd_url}/runs?tag=for+the+paper&run=tagged1")
    expect(other.get_by_text("1 of 11 runs match", exact=True)).to_be_visible()
    expect(other.get_by_text("looks odd")).to_be_visible()
    other.get_by_role("button", name="Take back").click()
    expect(other.get_by_text("looks odd")).to_have_count(0)
    other.close()


@pytest.mark.parametrize(
    ("group", "runs", "compared"),
    [
        ("lonely", "1 run of 1 matching listed", "One run, seed 5 · alone: choose at least one more"),
        ("bad", "3 runs of 3 matching listed", "3 runs of one setting: they differ in seed."),
        ("quiet", "2 runs of 2 matching listed", "None of these runs logged a history"),
        ("old", "3 runs of 3 matching listed", "3 runs of 2 settings: they differ in"),
    ],
)
def test_odd_groups(page: Page, odd_url: str, group: str, runs: str, compared: str) -> None:
    open_table(page, f"{odd_url}/runs?group={group}")
    expect(page.get_by_text(runs)).to_be_visible()
    tick(page, 0)
    expect(page.locator(".st-key-run_panel")).to_be_visible()
    settle(page)
    page.goto(f"{odd_url}/compare?group={group}")
    expect(page.get_by_text(compared)).to_be_visible()
    settle(page)
    assert page.get_by_test_id("stException").count() == 0


def test_downloads_have_run_ids(page: Page, odd_url: str, tmp_path: Path) -> None:
    open_table(page, f"{odd_url}/runs?group=old&run=young")
    page.locator(PANEL_CHARTS).first.wait_for()
    settle(page)
    files = {}
    for name in ("runs_csv", "curves_csv", "curves_png", "orbits_csv", "model"):
        with page.expect_download() as started:
            page.locator(f".st-key-download_{name} button").first.click()
        files[name] = tmp_path / started.value.suggested_filename
        started.value.save_as(files[name])
    assert {row["run_id"] for row in rows(files["runs_csv"])} == {"old00000", "old00001", "young"}
    assert {row["run_id"] for row in rows(files["curves_csv"])} == {"young"}
    assert {row["run_id"] for row in rows(files["orbits_csv"])} == {"young"}
    assert files["curves_png"].read_bytes().startswith(b"\x89PNG")
    assert files["model"].name == "young.eqx"
    assert files["model"].read_bytes().startswith(b'{"width": 64}\n')


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as opened:
        return list(csv.DictReader(opened))


def test_two_seeds_have_a_legend_entry_each_before_the_tables(page: Page, app_url: str) -> None:
    ids = [run.run_id for run in seed_study_runs()[:2]]
    for width in (1440, 800):
        page.set_viewport_size({"width": width, "height": 1400})
        page.goto(f"{app_url}/compare?runs={','.join(ids)}")
        chart = page.locator("[data-testid=stVegaLiteChart] svg.marks").first
        chart.wait_for()
        settle(page)
        edge = chart.bounding_box()
        assert edge is not None
        for seed, run_id in enumerate(ids):
            entry = chart.locator("text", has_text=re.compile(f"^seed {seed} · {run_id}$")).bounding_box()
            assert entry is not None
            assert entry["x"] + entry["width"] <= edge["x"] + edge["width"]
        table = page.get_by_role("heading", name="What differs").bounding_box()
        assert table is not None
        assert edge["y"] < table["y"]


@pytest.mark.parametrize("path", ["runs?group=sweep-width&run=RUN", "compare?group=sweep-width"])
def test_nothing_to_scroll_sideways_at_800_pixels(browser: Browser, app_url: str, path: str) -> None:
    page = browser.new_page(viewport={"width": 800, "height": 1200})
    page.goto(f"{app_url}/{path.replace('RUN', NEWEST[0])}")
    page.locator(CURVES).first.wait_for()
    settle(page)
    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]
    page.close()
