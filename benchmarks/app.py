"""The app in a real Chromium: `python -m benchmarks.app [--runs 10000 100000] [--sessions 10]`.

On a synthetic store (`benchmarks.make_store`): the first page of a fresh server and of a new session, beside a page of
Streamlit's with nothing but a title; each page opened, then its filter changed in the sidebar until the last change on
screen; the server's memory per session; and many sessions, each with a filter of its own, that all change it at the
same moment: in as many browsers on this machine, and with browsers elsewhere. Nothing is cached for what is measured.
Browser and server share the machine; the processor time of both stands beside the seconds on the clock, so that a busy
machine can be told from a slow app.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, TimeoutError as OverdueError

from benchmarks.make_store import make_store
from benchmarks.processes import cpu_seconds, memory_mb, named
from benchmarks.sessions import Asked, all_at_once
from benchmarks.timing import write_result
from pages.shared.page_list import PAGES
from tests.browser.serving import chromium, served

UNFILTERED = ("jobs", "help")
SCOPES = {"first group": {}, "all runs": {"group": "*"}}
CROWDED = ("seeding", "architecture", "sensitivity", "runs")
MANY = 50_000  # runs from which on the lower targets hold
FIRST_PAGE, REDRAW, OF_MANY = 1.5, 1.0, 3.0  # s
PATIENCE = 60.0  # s; what takes longer is noted as this
WARM = 3.0  # s, in which a fresh server imports what its other pages need

# Notes when the last change on screen and the last key were, in ms since the page was asked for; `took` is the time
# between them once what was asked for is drawn, that is when nothing has changed for 300 ms. What lies within a canvas
# is for screen readers, which a table tells 200 ms after it is drawn.
WATCH = """
window.changed = window.asked = 0;
window.took = null;
const onScreen = ({target}) => !(target.closest ? target : target.parentElement)?.closest("canvas");
new MutationObserver(all => { if (all.some(onScreen)) window.changed = performance.now(); })
    .observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
document.addEventListener("keydown", () => { window.asked = performance.now(); }, true);
window.watchFrom = before => {
    window.took = null;
    const timer = setInterval(() => {
        if (!drawn(before)) return;
        clearInterval(timer);
        window.took = window.changed - window.asked;
    }, 20);
};
const drawn = before => {
    const app = document.querySelector("[data-testid=stApp]");
    const charts = [...document.querySelectorAll("[data-testid=stVegaLiteChart]")];
    const matching = document.querySelector("[data-testid=stSidebar] [data-testid=stMarkdown]");
    return app && app.dataset.testScriptState === "notRunning"
        && document.querySelector("h1")
        && !document.querySelector("[data-testid=stSkeleton]")
        && charts.every(chart => chart.querySelector(".marks"))
        && (before === null || matching && matching.innerText !== before)
        && performance.now() - window.changed > 300;
};
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, nargs="*", default=[10_000, 100_000], help="sizes of the stores")
    parser.add_argument("--sessions", type=int, default=10, help="at once")
    parser.add_argument("--pages", nargs="*", default=[page.name for page in PAGES], help="only these")
    chosen = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="orbitsens-bench-") as folder, chromium() as browser:
        print(line(empty := nothing(browser, Path(folder))))
        rows.append(empty)
        for runs in chosen.runs:
            store = Path(folder) / f"store-{runs}"
            n = make_store(store, runs)
            print(f"\n{n:,} runs, load {os.getloadavg()[0]:.1f}\n{'':47}   wall  target  server CPU  browser CPU")
            with served(store, Path(folder) / "log") as url:
                for row in measured(browser, url, n, chosen.pages, chosen.sessions):
                    rows.append({"runs": n, **row})
                    print(line(row), flush=True)
    print(write_result("app", rows))


def line(row: dict[str, Any]) -> str:
    """One measurement as a line of the table; s, and MB of memory."""
    if "seconds" not in row:
        return f"{row['what']:47} {row['megabytes']:6.1f} MB"
    late = "  late" if row["seconds"] > row.get("target", PATIENCE) else ""
    cpu = f"{row['server_cpu']:10.2f}  {row['browser_cpu']:11.2f}" if "server_cpu" in row else ""
    return f"{row['what']:47} {row['seconds']:6.2f}  {row.get('target', ''):>6}  {cpu}{late}"


def nothing(browser: Browser, folder: Path) -> dict[str, Any]:
    """A new session of the least app that Streamlit makes: what no page of ours can be quicker than."""
    script = folder / "nothing.py"
    script.write_text("import streamlit\n\nstreamlit.title('Nothing')\n")
    with served(folder / "none", folder / "log", script=str(script)) as url:
        for _ in range(2):  # the first session makes the server import
            page = fresh(browser)
            took = timed(partial(visit, page, url))
            page.context.close()
    return {"what": "a page with a title alone, new session", **took}


def measured(browser: Browser, url: str, n: int, pages: list[str], sessions: int) -> Iterator[dict[str, Any]]:
    """Open, filter and crowd the app."""
    first, redraw = (OF_MANY, OF_MANY) if n >= MANY else (FIRST_PAGE, REDRAW)
    for what in ("first page of a fresh server", "first page of a new session"):
        page = fresh(browser)
        yield {"what": what, "target": first, **timed(partial(visit, page, url))}
        page.context.close()
        time.sleep(WARM)
    for entry in PAGES:
        for scope, query in SCOPES.items():
            if entry.name not in pages or (query and entry.name in UNFILTERED):
                continue
            page, where = fresh(browser), f"{entry.title}, {scope}" if entry.name not in UNFILTERED else entry.title
            opened = timed(partial(visit, page, address(url, entry.name, query)))
            yield {"what": f"{where}: opened", **opened}
            if entry.name not in UNFILTERED:
                yield {"what": f"{where}: filtered", "target": redraw, **timed(partial(filtered, page))}
            page.context.close()
    if sessions:
        yield from crowded(browser, url, sessions)
        for name in CROWDED:
            if name in pages:
                yield from elsewhere(url, name, sessions)
        yield {"what": "memory of the server after this", "megabytes": memory_mb(named("streamlit"))}


def elsewhere(url: str, page: str, n: int) -> Iterator[dict[str, Any]]:
    """Let sessions whose browsers are on other machines change their filters at once, each of its own."""
    for scope, query in SCOPES.items():
        firsts: list[dict[str, str]] = [{**query, "p.seed": f"1..{19 - i}"} for i in range(n)]
        seconds = all_at_once(url, [Asked(page, first, {**first, "state": "finished"}) for first in firsts])
        what = f"{page}, {scope}: {n} at once, drawn elsewhere"
        yield {"what": f"{what}: slowest", "seconds": round(max(seconds), 2)}
        yield {"what": f"{what}: median", "seconds": round(statistics.median(seconds), 2)}


def crowded(browser: Browser, url: str, n: int) -> Iterator[dict[str, Any]]:
    """Open sessions one after the other, each with a filter of its own, then let all change it at once."""
    server = named("streamlit")
    before = memory_mb(server)
    yield {"what": "memory of the server after all pages", "megabytes": before}
    pages = [fresh(browser) for _ in range(n)]
    for i, page in enumerate(pages):
        visit(page, address(url, "seeding", {"p.seed": f"0..{19 - i}"}))
    yield {"what": f"more for each of {n} sessions", "megabytes": (memory_mb(server) - before) / n}
    for page in pages:
        about_to_filter(page)
    seconds: list[float] = []

    def at_once() -> float:
        for page in pages:
            page.keyboard.press("Enter")
        seconds.extend(map(drawn, pages))
        return max(seconds)

    what = f"seeding, first group: {n} at once, drawn here"
    yield {"what": f"{what}: slowest", **timed(at_once)}
    yield {"what": f"{what}: median", "seconds": round(statistics.median(seconds), 2)}
    for page in pages:
        page.context.close()


def fresh(browser: Browser) -> Page:
    """A browser session with nothing remembered, which watches what changes on screen."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(1000 * PATIENCE)
    context.add_init_script(WATCH)
    return context.new_page()


def address(url: str, page: str, query: dict[str, str]) -> str:
    path = "" if page == PAGES[0].name else page
    return f"{url}/{path}?{'&'.join(f'{key}={value}' for key, value in query.items())}"


def timed(act: Callable[[], float]) -> dict[str, float]:
    """What an act took: the seconds that it returns, and the processor time of the server and of the browser."""
    server, browser = named("streamlit"), named("chromium")
    before = cpu_seconds(server), cpu_seconds(browser)
    seconds = act()
    browser = sorted({*browser, *named("chromium")})
    return {
        "seconds": round(seconds, 2),
        "server_cpu": round(cpu_seconds(server) - before[0], 2),
        "browser_cpu": round(cpu_seconds(browser) - before[1], 2),
    }


def visit(page: Page, url: str) -> float:
    """Open a page; seconds until its last change on screen."""
    page.goto(url)
    page.evaluate("watchFrom(null)")
    return drawn(page)


def filtered(page: Page) -> float:
    """Restrict the filter to finished runs; seconds from the key that does it to the last change on screen."""
    about_to_filter(page)
    page.keyboard.press("Enter")
    return drawn(page)


def about_to_filter(page: Page) -> None:
    """Type the name of a state, so that Enter chooses it."""
    page.locator(".st-key-state input").focus()
    page.keyboard.type("finished")
    page.get_by_role("option", name="finished").wait_for()
    page.evaluate("watchFrom(document.querySelector('[data-testid=stSidebar] [data-testid=stMarkdown]').innerText)")


def drawn(page: Page) -> float:
    """Seconds from what was asked for until it was drawn."""
    try:
        took = page.wait_for_function("() => window.took", polling=20)
    except OverdueError:
        return PATIENCE
    return float(took.json_value()) / 1000


if __name__ == "__main__":
    main()
