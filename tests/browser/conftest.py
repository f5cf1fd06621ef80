"""One Chromium and one running app for all browser tests of a session."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app.sample_runs import publish_runs, seed_study_runs, width_study_runs
from tests.browser.serving import chromium, served

# What Streamlit asks of a page's path before it falls back to the root.
EXPECTED_NOISE = "404 (Not Found)"


@pytest.fixture(scope="session")
def app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on a store with a seeding study and a width study."""
    folder = tmp_path_factory.mktemp("app")
    publish_runs(folder / "store", [*seed_study_runs(), *width_study_runs()])
    with served(folder / "store", folder / "log") as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    expect.set_options(timeout=60_000)  # a busy machine is slow, not wrong
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh browser session, with nothing remembered; the test fails if the page writes an error to its console."""
    context = browser.new_context(viewport={"width": 1440, "height": 1400})
    context.set_default_timeout(60_000)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert [problem for problem in problems if EXPECTED_NOISE not in problem] == []
