"""The app on a free port, and Debian's Chromium: for the browser tests and for the screenshots."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHART = '.st-key-violins [role="graphics-document"]'
PANEL_CHARTS = ".st-key-run_panel [data-testid=stVegaLiteChart] svg.marks"


@contextmanager
def served(store: Path, log: Path, *options: str, script: str = "app.py", project: Path = ROOT) -> Iterator[str]:
    """Run the app on a store in a process of its own, with Streamlit's `options`; yields its URL; says all to `log`.

    `script`: another one than the app, to compare with. `project`: where the project is, or a copy of it.
    """
    for _ in range(5):
        port = _free_port()
        process = _start(project, script, store, log, port, options)
        if _answers(f"http://localhost:{port}/_stcore/health", process):
            break
        if "is not available" not in log.read_text():  # else another process took the port meanwhile
            raise RuntimeError(f"The app did not start:\n{log.read_text()}")
    try:
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(timeout=60)


def project_copy(folder: Path) -> Path:
    """Copy the program and the store that it ships, so that what it writes beside itself lands in `folder`."""
    for name in ("orbitsens", "pages", "runner", "store", ".streamlit"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", folder)
    return folder


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port: int = free.getsockname()[1]
        return port


def _start(
    project: Path, script: str, store: Path, log: Path, port: int, more: Sequence[str]
) -> "subprocess.Popen[bytes]":
    options = [f"--server.port={port}", "--server.headless=true", *more]
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", script, *options],
            cwd=project,
            env=os.environ | {"ORBITSENS_STORE": str(store)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def _answers(url: str, process: "subprocess.Popen[bytes]", seconds: float = 120.0) -> bool:
    """Wait until the app answers; False if its process ends before, or the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    process.kill()
    return False


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        raise RuntimeError("There is no Chromium here: `apt-get install chromium`, or run `make test`, which does.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


_ALL_DRAWN = """() => [...document.querySelectorAll("[data-testid=stVegaLiteChart]")]
    .every(chart => chart.querySelector("svg.marks"))"""


def said(page: Page) -> str:
    """All that a page says beside its sidebar: sentences, choices, the words in charts; without how long ago it was.

    What is in the cells of tables is on a canvas, and no part of it.
    """
    settle(page)
    page.wait_for_function(_ALL_DRAWN)
    main = page.locator("[data-testid=stMain]")
    values = main.locator("input").evaluate_all("inputs => inputs.map(i => i.value + i.checked)")
    return re.sub(r"(\d+ \w+ ago|just now)", "", "\n".join([main.inner_text(), *values]))


def settle(page: Page) -> None:
    """Wait until the page's script has run and what it draws is drawn."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.wait_for_timeout(400)
