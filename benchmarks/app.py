"""The app in a real Chromium: `python -m benchmarks.app [--runs 10000 100000] [--sessions 10]`.

On a synthetic store (`benchmarks.make_store`): the first page of a fresh server and of a new session; each page
opened, then its filter changed in the sidebar until the last change on screen; the server's memory per session; and
many sessions that change their filter at the same moment. Browser and server share the machine.
"""

import argparse
import os
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks.make_store import make_store
from benchmarks.timing import write_result
from pages.shared.page_list import PAGES
from tests.browser.serving import chromium, served

UNFILTERED = ("jobs", "help")
SCOPES = {"newest group": "", "all runs": "?group=*"}

# Notes when the last change on screen and the last click were, in ms since the page was asked for.
WATCH = """
window.changed = window.clicked = 0;
new MutationObserver(() => { window.changed = performance.now(); })
    .observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
document.addEventListener("click", () => { window.clicked = performance.now(); }, true);
"""
# What was asked for is drawn: nothing has changed on screen for 300 ms.
DRAWN = """before => {
    const app = document.querySelector("[data-testid=stApp]");
    const charts = [...document.querySelectorAll("[data-testid=stVegaLiteChart]")];
    const matching = document.querySelector("[data-testid=stSidebar] [data-testid=stMarkdown]");
    return app && app.dataset.testScriptState === "notRunning"
        && document.querySelector("h1")
        && charts.every(chart => chart.querySelector(".marks"))
        && (before === null || matching.innerText !== before)
        && performance.now() - window.changed > 300;
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, nargs="*", default=[10_000, 100_000], help="sizes of the stores")
    parser.add_argument("--sessions", type=int, default=10, help="at once")
    chosen = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="orbitsens-bench-") as folder, chromium() as browser:
        for runs in chosen.runs:
            store = Path(folder) / f"store-{runs}"
            n = make_store(store, runs)
            with served(store, Path(folder) / "log") as url:
                for row in measured(browser, url, chosen.sessions):
                    rows.append({"runs": n, **row})
                    print(" · ".join(f"{key} {value}" for key, value in rows[-1].items()), flush=True)
    print(write_result("app", rows))


def measured(browser: Browser, url: str, sessions: int) -> Iterator[dict[str, Any]]:
    """Open, filter and crowd the app; seconds and megabytes."""
    yield {"what": "first page of a fresh server", "seconds": opened(browser, url)}
    yield {"what": "first page of a new session", "seconds": opened(browser, url)}
    for scope, query in SCOPES.items():
        for entry in PAGES:
            path = f"{url}/{'' if entry is PAGES[0] else entry.name.replace('_', '-')}{query}"
            page = fresh(browser)
            row = {"what": entry.title, "scope": scope, "open": visit(page, path)}
            if entry.name not in UNFILTERED:
                row["filter to redraw"] = filtered(page)
            page.context.close()
            yield row
    yield from crowded(browser, f"{url}/seeding", sessions)


def crowded(browser: Browser, url: str, n: int) -> Iterator[dict[str, Any]]:
    """Open sessions one after the other, then let all change their filter at once."""
    visit(first := fresh(browser), url)
    first.context.close()
    before = memory_mb()
    pages = [fresh(browser) for _ in range(n)]
    for page in pages:
        visit(page, url)
    yield {"what": "memory of the server", "before MB": before, "per session MB": round((memory_mb() - before) / n, 1)}
    texts = [matching(page) for page in pages]
    for page in pages:
        page.locator(".st-key-state input").click()
    for page in pages:
        page.get_by_role("option").first.click()
    seconds = [since_click(page, text) for page, text in zip(pages, texts, strict=True)]
    yield {
        "what": f"filter to redraw, {n} sessions at once",
        "median": round(statistics.median(seconds), 2),
        "worst": round(max(seconds), 2),
    }
    for page in pages:
        page.context.close()


def fresh(browser: Browser) -> Page:
    """A browser session with nothing remembered, which watches what changes on screen."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(120_000)
    context.add_init_script(WATCH)
    return context.new_page()


def opened(browser: Browser, url: str) -> float:
    page = fresh(browser)
    seconds = visit(page, url)
    page.context.close()
    return seconds


def visit(page: Page, url: str) -> float:
    """Open a page; seconds until its last change on screen."""
    page.goto(url)
    page.wait_for_function(DRAWN, arg=None, polling=20)
    return round(float(page.evaluate("window.changed")) / 1000, 2)


def filtered(page: Page) -> float:
    """Restrict the filter to finished runs by the sidebar; seconds from the click to the last change on screen."""
    before = matching(page)
    page.locator(".st-key-state input").click()
    page.get_by_role("option").first.click()
    return round(since_click(page, before), 2)


def since_click(page: Page, before: str) -> float:
    page.wait_for_function(DRAWN, arg=before, polling=20)
    return float(page.evaluate("window.changed - window.clicked")) / 1000


def matching(page: Page) -> str:
    return page.locator("[data-testid=stSidebar] [data-testid=stMarkdown]").first.inner_text()


def memory_mb() -> float:
    """Resident memory of the app's server, which this process started, in MB."""
    for entry in Path("/proc/self/task").iterdir():
        for child in (entry / "children").read_text().split():
            if b"streamlit" in Path(f"/proc/{child}/cmdline").read_bytes():
                pages = int(Path(f"/proc/{child}/statm").read_text().split()[1])
                return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)
    raise RuntimeError("The app's server is no child of this process.")


if __name__ == "__main__":
    main()
