"""Pictures of every page, light and dark, at 1440 and 800 pixels: `python -m tests.browser.screenshots`.

The store in use (the shipped studies in a fresh clone) gives the main pictures; made-up runs give the cases that it
does not have: several settings with diverged runs, and an empty store.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from store.connect import StoreError, read_catalogue
from store.location import readable_store
from tests.app.sample_runs import publish_runs, seed_study_runs, width_study_runs
from tests.browser.serving import ROOT, chromium, served, settle

TARGET = ROOT / "screenshots"
WIDTHS = (1440, 800)
MAIN = {"home": "", "seeding": "seeding?group=sweep-seeds-v2"}
CLICK = {"seeding-run": "seeding?group=sweep-seeds-v2"}
SAMPLE = {"seeding-settings": "seeding?group=sweep-width"}
EMPTY = {"empty": "", "empty-seeding": "seeding"}


def main() -> None:
    """Start the app on each store and picture its pages."""
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        sample, log = Path(folder) / "sample", Path(folder) / "log"
        publish_runs(sample, [*seed_study_runs(), *width_study_runs()])
        main_store = _readable(readable_store(None)) or sample
        for store, pages, click in (
            (main_store, MAIN, False),
            (main_store, CLICK, True),
            (sample, SAMPLE, False),
            (Path(folder) / "none", EMPTY, False),
        ):
            with served(store, log) as url:
                for name, path in pages.items():
                    _picture(browser, f"{url}/{path}", name, click)
    print(f"{len(list(TARGET.glob('*.png')))} pictures in {TARGET}")


def _readable(store: Path) -> Path | None:
    try:
        with read_catalogue(store):
            return store
    except StoreError as error:
        print(f"{error} The main pictures are of made-up runs.")
        return None


def _picture(browser: Browser, url: str, name: str, click: bool) -> None:
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            page = browser.new_page(
                viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
            )
            page.goto(url)
            page.get_by_role("heading").first.wait_for()
            settle(page)
            if click:
                page.locator('.st-key-violins path[aria-roledescription="point"]').nth(3).click()
                page.locator(".st-key-run_panel svg.marks").nth(2).wait_for()
                page.mouse.move(0, 0)
            for _ in range(2):  # tables grow once they are in view
                height = page.evaluate("document.querySelector('[data-testid=stMain] > *').scrollHeight")
                page.set_viewport_size({"width": width, "height": max(600, height)})
                settle(page)
            page.screenshot(path=TARGET / f"{name}-{scheme}-{width}.png")
            page.close()


if __name__ == "__main__":
    main()
