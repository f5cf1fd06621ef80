"""Every page in a real browser where there is nothing, or hardly anything, to show: it says so, and what to do."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from pages.shared.page_list import PAGES
from tests.app.sample_runs import publish_runs, sample_run
from tests.browser.serving import served, settle
from tests.factories import old_run, run_record

pytestmark = pytest.mark.browser

CHARTED = ("seeding", "architecture", "segment_ratio", "sensitivity", "parallel", "scatter")
ANSWERED = "[data-testid=stMain] :is(h5, li, [data-testid=stAlert])"


@pytest.fixture(scope="module")
def odd_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on groups of one run, of diverged runs, of runs that lack keys, and of a metric with zeros."""
    folder = tmp_path_factory.mktemp("odd")
    publish_runs(
        folder / "store",
        [
            sample_run("lonely", 5, 7.0, run_id="alone"),
            *(sample_run("bad", seed, float("nan"), run_id=f"bad{seed}") for seed in range(3)),
            *(sample_run("zeros", seed, 2.0 * (seed % 3), run_id=f"zero{seed}") for seed in range(8)),
            *(old_run(seed, group="old") for seed in range(2)),
            run_record(7, group="old", run_id="young", model_dir=folder),
        ],
    )
    with served(folder / "store", folder / "log") as url:
        yield url


@pytest.fixture(scope="module")
def nothing_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app where there is no store yet."""
    folder = tmp_path_factory.mktemp("nothing")
    with served(folder / "store", folder / "log") as url:
        yield url


def test_without_a_store_every_page_says_how_to_get_one(page: Page, nothing_url: str) -> None:
    for entry in PAGES:
        page.goto(f"{nothing_url}/{'' if entry is PAGES[0] else entry.name}")
        settle(page)
        if entry.name == "help":
            expect(page.get_by_text("segment ratio", exact=True).first).to_be_visible()
        else:
            expect(page.get_by_text("There is no run store at")).to_be_visible()
            expect(page.get_by_text("runner sweep runner/sweeps/quickstart.yaml")).to_be_visible()


@pytest.mark.parametrize("group", ["lonely", "bad", "old", "zeros"])
def test_pages_with_charts_answer_for_odd_groups(page: Page, odd_url: str, group: str) -> None:
    for name in CHARTED:
        page.goto(f"{odd_url}/{name}?group={group}")
        page.locator(ANSWERED).first.wait_for()
        settle(page)
        assert page.get_by_test_id("stException").count() == 0, name
        assert page.get_by_text("not made for").count() == 0, name


def test_zeros_put_the_violins_on_a_linear_axis_and_say_so(page: Page, odd_url: str) -> None:
    page.goto(f"{odd_url}/seeding?group=zeros")
    expect(page.get_by_text("The axis is linear: zero has no logarithm.")).to_be_visible()
    expect(page.locator("[data-testid=stVegaLiteChart] path[aria-roledescription=point]")).to_have_count(8)
    settle(page)
