"""The Generalisation page in a real browser: evaluate, watch, look, click; cancel, restart, and two who ask at once."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, Page, expect

from runner import jobfiles, jobs
from runner.jobfiles import PROCESS, PROGRESS, read
from tests.browser.serving import project_copy, served, settle
from tests.runner.stored_models import model_store

pytestmark = pytest.mark.browser

QUERY = "generalisation?models=run0,run1&cells=32&samples=45&rollout=1"
MAP = ".st-key-map_0 [role=graphics-document]"
ORBIT = ".st-key-orbit_panel [role=graphics-document]"
PATIENCE = 120_000  # ms, for a cold process on a busy machine


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return model_store(tmp_path)


@contextmanager
def no_turn(store: Path) -> Iterator[None]:
    """No job gets its turn meanwhile, so that it is queued for as long as a test needs."""
    (store / "jobs").mkdir(exist_ok=True)
    with ExitStack() as stack:
        for place in range(jobs.AT_A_TIME):
            stack.enter_context(FileLock(store / "jobs" / f"TURN-{place}"))
        yield


def open_page(page: Page, url: str, query: str = QUERY) -> None:
    page.goto(f"{url}/{query}")
    page.get_by_role("heading", name="Generalisation").wait_for(timeout=PATIENCE)
    settle(page)


def evaluate(page: Page) -> None:
    page.locator(".st-key-evaluate_grid button").click()
    page.locator(".st-key-job_grid").wait_for(timeout=PATIENCE)


def download(page: Page, chart: str, kind: str) -> bytes:
    with page.expect_download() as found:
        page.locator(f".st-key-download_{chart}_{kind} button").first.click()
    return Path(found.value.path()).read_bytes()


def test_evaluate_watch_it_look_and_click_a_cell(page: Page, store: Path, tmp_path: Path) -> None:
    with served(store, tmp_path / "log") as url:
        open_page(page, url)
        assert page.locator(MAP).count() == 0
        expect(page.get_by_text("2 of 2 chosen models not yet evaluated on these orbits.")).to_be_visible()
        evaluate(page)
        expect(page.locator(".st-key-job_grid").get_by_text("running: 32 x 32 grid of 2 models")).to_be_visible(
            timeout=PATIENCE
        )
        page.locator(MAP).wait_for(timeout=PATIENCE)
        settle(page)
        expect(page.locator(".st-key-map_0, .st-key-map_1")).to_have_count(2)
        expect(page.get_by_role("heading", name="Share of the feasible area with acceleration error")).to_be_visible()
        assert page.locator(ORBIT).count() == 0
        box = page.locator(MAP).first.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + 0.75 * box["height"])
        page.locator(ORBIT).first.wait_for()
        settle(page)
        assert "cell=" in page.url
        expect(page.get_by_role("heading", name="Orbit with a = ")).to_be_visible()
        expect(page.locator(ORBIT)).to_have_count(3)  # the paths, and two errors along them

        for chart in ("maps", "marginals", "orbit"):
            assert download(page, chart, "png").startswith(b"\x89PNG")
            assert b"run0" in download(page, chart, "svg")
            assert b"run0" in download(page, chart, "csv")
        assert download(page, "maps", "csv").count(b"\n") == 1 + 2 * 32 * 32

        link = page.url
        page.goto("about:blank")
        page.goto(link)
        page.locator(ORBIT).first.wait_for(timeout=PATIENCE)
        page.goto("about:blank")  # or it would complain that its server has gone


def test_after_an_evaluation_of_a_shipped_model_the_page_is_well(page: Page, tmp_path: Path) -> None:
    project = project_copy(tmp_path / "project")
    shipped = project / "store" / "precomputed"
    with served(shipped, tmp_path / "log", project=project) as url:
        open_page(page, url, "generalisation?group=sweep-best")
        expect(page.get_by_text("Not measured yet: ")).to_be_visible()
        page.locator(".st-key-evaluate_named button").click()
        page.locator(".st-key-job_named").wait_for()
        expect(page.locator(".st-key-job_named")).to_have_count(0, timeout=PATIENCE)
        expect(page.get_by_text("Not measured yet: ")).to_have_count(0)
        for path in ("generalisation", "generalisation?group=generalisation", "generalisation?group=sweep-best"):
            page.goto("about:blank")
            open_page(page, url, path)
            expect(page.get_by_text("The chosen models, orbit by orbit")).to_be_visible()
            expect(page.get_by_test_id("stAlert")).to_have_count(0)
            expect(page.get_by_test_id("stException")).to_have_count(0)
        page.goto("about:blank")
    assert (project / ".orbitsens" / "evaluations" / "CURRENT").exists()
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_two_ask_at_once_and_the_app_restarts_meanwhile(
    page: Page, browser: Browser, store: Path, tmp_path: Path
) -> None:
    with no_turn(store):
        with served(store, tmp_path / "log") as url:
            other = browser.new_page()
            other.set_default_timeout(30_000)
            for one in (page, other):
                open_page(one, url)
            evaluate(page)
            evaluate(other)  # its button is still there: it does not know yet
            assert len(jobs.all_jobs(store)) == 1
            expect(other.get_by_text("1 evaluation under way")).to_be_visible()
            other.close()
            page.goto("about:blank")
        (job,) = jobs.all_jobs(store)
        assert job.state == "queued"
    with served(store, tmp_path / "log2") as url:
        open_page(page, url)
        page.locator(MAP).wait_for(timeout=PATIENCE)
        assert [(one.id, one.state) for one in jobs.all_jobs(store)] == [(job.id, "done")]
        page.goto("about:blank")


def test_a_running_evaluation_survives_a_restart_and_is_cancelled(page: Page, store: Path, tmp_path: Path) -> None:
    long = "generalisation?models=run0,run1&cells=256&samples=45&rollout=10"
    with served(store, tmp_path / "log") as url:
        open_page(page, url, long)
        evaluate(page)
        # Models are done one after the other, and rollouts after the rest: the first is being integrated.
        expect(page.locator(".st-key-job_grid").get_by_text("model 1 of 2")).to_be_visible(timeout=PATIENCE)
        (job,) = jobs.all_jobs(store)
        progress = store / "jobs" / job.id
        while read(progress, PROGRESS)["share"] <= 0.05:
            page.wait_for_timeout(100)
        page.goto("about:blank")
    pid = read(progress, PROCESS)["pid"]
    assert Path(f"/proc/{pid}").exists()
    with served(store, tmp_path / "log2") as url:
        open_page(page, url, long)
        expect(page.locator(".st-key-job_grid").get_by_text("running: 256 x 256 grid of 2 models")).to_be_visible()
        page.locator(".st-key-cancel_grid button").click()
        expect(page.get_by_text("This evaluation was stopped.")).to_be_visible()
        expect(page.locator(".st-key-evaluate_grid button")).to_be_visible()
        assert [one.state for one in jobs.all_jobs(store)] == ["cancelled"]
        assert not jobfiles.is_alive(progress)
        page.goto(f"{url}/jobs")
        expect(page.get_by_text(re.compile("Log of 256 x 256 grid of 2 models"))).to_be_visible()
        page.goto("about:blank")


@pytest.mark.parametrize(("problem", "words"), [("corrupt", "it is not the file that was synced"), ("missing", "")])
def test_a_model_file_that_is_no_good_is_one_clear_sentence(
    page: Page, store: Path, tmp_path: Path, problem: str, words: str
) -> None:
    model = next(store.glob("models/run0-*"))
    if problem == "corrupt":
        model.write_bytes(model.read_bytes()[:-1])
    else:
        model.unlink()
    with served(store, tmp_path / "log") as url:
        open_page(page, url, "generalisation?models=run0&cells=32")
        evaluate(page)
        sentence = re.compile(f"This evaluation failed: The model file of run run0, .* is {problem}.*{words}")
        expect(page.get_by_test_id("stAlert")).to_contain_text(sentence, timeout=PATIENCE)
        page.goto("about:blank")
