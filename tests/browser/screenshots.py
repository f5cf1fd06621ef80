"""Pictures of every page, light and dark, at 1440 and 800 pixels: `python -m tests.browser.screenshots [NAME ...]`.

The store in use (the shipped studies in a fresh clone) gives the main pictures; made-up runs give the cases that it
does not have: several settings with diverged runs, evaluations of all states, an empty store, a sign-in.
"""

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page

from runner import jobs
from runner.jobfiles import END, JOB, LOG, write
from store.connect import StoreError, read_catalogue
from store.location import readable_store
from tests.app.cell_studies import RATIOS, SIZES, ratio_study_runs, size_study_runs
from tests.app.sample_runs import publish_runs, seed_study_runs, width_study_runs
from tests.browser.oidc_provider import secrets_text
from tests.browser.serving import ROOT, chromium, served, settle
from tests.runner.stored_models import model_store

TARGET = ROOT / "screenshots"
WIDTHS = (1440, 800)
MAP = ".st-key-map_0 [role=graphics-document]"
_IDS = [run.run_id for run in seed_study_runs()]
_ERROR = "metric:acceleration_error:complex_TBP_planar_10_test:test"
MAIN = {
    "home": "",
    "runs": "runs",
    "seeding": "seeding?group=sweep-seeds-v2",
    "seeding-run": "seeding?group=sweep-seeds-v2",
    "generalisation": "generalisation",
    "generalisation-orbit": "generalisation",
    "generalisation-difference": "generalisation?view=difference",
    "generalisation-seeds": "generalisation",
    "sensitivity": "sensitivity",
    "help": "help",
}
SAMPLE = {
    "home-groups": "",
    "runs-run": f"runs?group=sweep-seeds-v2&run={_IDS[3]}",
    "compare": f"compare?runs={','.join(_IDS[:3])}",
    "seeding-settings": "seeding?group=sweep-width",
    "architecture": f"architecture?group={SIZES}",
    "segment-ratio": f"segment_ratio?group={RATIOS}",
    "sensitivity-settings": f"sensitivity?group={SIZES}",
    "parallel": f"parallel?group={SIZES}",
    "parallel-many": "parallel?group=*",
    "scatter": f"scatter?group={SIZES}&x=run:train_seconds&y={_ERROR}&colour=width",
    "scatter-run": f"scatter?group=sweep-seeds-v2&x=seed&y={_ERROR}&run={_IDS[17]}",
    "filter": f"runs?group={SIZES}&p.width=64&p.width=128&state=finished",
    "filter-nothing": "runs?text=nothing+of+that+name",
    "syncs": "jobs",
}
JOBS = {"jobs": "jobs", "generalisation-unevaluated": "generalisation"}
EMPTY = {
    "empty": "",
    "empty-seeding": "seeding",
    "empty-runs": "runs",
    "empty-jobs": "jobs",
}
GUARDED = {"sign-in": ""}


def main() -> None:
    """Start the app on each store and picture its pages."""
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        sample, log = Path(folder) / "sample", Path(folder) / "log"
        publish_runs(sample, [*seed_study_runs(), *width_study_runs(), *size_study_runs(), *ratio_study_runs()])
        lab = model_store(Path(folder))
        _ended_jobs(lab)
        main_store = _readable(readable_store(None)) or sample
        secrets = Path(folder) / "secrets.toml"
        secrets.write_text(secrets_text("http://localhost:1", ""))
        stores = [(main_store, MAIN), (sample, SAMPLE), (lab, JOBS), (Path(folder) / "none", EMPTY), (sample, GUARDED)]
        for store, pages in stores:
            wanted = {name: path for name, path in pages.items() if name in (sys.argv[1:] or pages)}
            if wanted:
                with served(store, log, *([f"--secrets.files={secrets}"] if pages is GUARDED else [])) as url:
                    for name, path in wanted.items():
                        _picture(browser, f"{url}/{path}", name)
    print(f"{len(list(TARGET.glob('*.png')))} pictures in {TARGET}")


def _ended_jobs(store: Path) -> None:
    """Leave traces of evaluations that were done, cancelled and failed."""
    states = {"done": "", "cancelled": "Cancelled by grace.", "failed": "The model file of run run1 is corrupt."}
    for i, (state, message) in enumerate(states.items()):
        folder = store / jobs.FOLDER / state
        folder.mkdir(parents=True)
        asked = datetime.now(UTC) - timedelta(hours=3 - i)
        about = {"title": f"64 x 64 grid of 1 model: run{i}", "arguments": [], "who": "ada", "at": asked.isoformat()}
        write(folder, JOB, about | {"limit_s": jobs.LIMIT_S, "at_a_time": jobs.AT_A_TIME})
        write(folder, END, {"state": state, "message": message, "at": (asked + timedelta(seconds=9)).isoformat()})
        (folder / LOG).write_text(f"{message}\n")


def _readable(store: Path) -> Path | None:
    try:
        with read_catalogue(store):
            return store
    except StoreError as error:
        print(f"{error} The main pictures are of made-up runs.")
        return None


def _picture(browser: Browser, url: str, name: str) -> None:
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            page = browser.new_page(
                viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
            )
            page.goto(url)
            page.get_by_role("heading").first.wait_for()
            settle(page)
            _clicks(page, name)
            for _ in range(2):  # tables grow once they are in view
                height = page.evaluate("document.querySelector('[data-testid=stMain] > *').scrollHeight")
                page.set_viewport_size({"width": width, "height": max(600, height)})
                settle(page)
            page.screenshot(path=TARGET / f"{name}-{scheme}-{width}.png")
            page.close()


def _clicks(page: Page, name: str) -> None:
    """What a reader clicks before this picture; nothing where the store has no grids to click into."""
    if name == "seeding-run":
        # Not at a place of the screen, where another point may lie above it.
        page.locator('.st-key-violins path[aria-roledescription="point"]').nth(3).dispatch_event("click")
        page.locator(".st-key-run_panel svg.marks").nth(2).wait_for()
    seeds = page.locator(".st-key-all_seeds button").first
    if name == "generalisation-seeds" and seeds.is_enabled():
        seeds.click()
    if name == "generalisation-orbit" and page.locator(MAP).count():
        box = page.locator(MAP).bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.75 * box["height"])
        page.locator(".st-key-orbit_panel [role=graphics-document]").nth(1).wait_for()
    page.mouse.move(0, 0)
    settle(page)


if __name__ == "__main__":
    main()
