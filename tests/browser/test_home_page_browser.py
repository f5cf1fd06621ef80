"""The home page in a real browser: every shipped study with its answer and its pictures, and the way to its page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pages.shared.studies.known import STUDIES
from store.location import SHIPPED
from tests.browser.serving import served, settle

pytestmark = pytest.mark.browser

PICTURE = "[data-testid=stVegaLiteChart] .marks"


@pytest.fixture
def shipped_url(tmp_path: Path) -> Iterator[str]:
    """The app on the store that the repository ships."""
    with served(SHIPPED, tmp_path / "log") as url:
        yield url


def test_home_answers_every_study_and_leads_to_its_page(shipped_url: str, page: Page) -> None:
    page.goto(shipped_url)
    for study in STUDIES:
        card = page.locator(f".st-key-study_{study.group}").first
        expect(card.get_by_text(study.question)).to_be_visible()
        expect(card.locator(PICTURE).first).to_be_visible()
    settle(page)
    for study in (STUDIES[3], STUDIES[5]):
        page.locator(f".st-key-study_{study.group}").first.get_by_role("link", name=study.title).click()
        page.get_by_role("heading", name=study.page.replace("_", " ").capitalize(), exact=True).wait_for()
        page.locator(PICTURE).first.wait_for()
        settle(page)
        assert f"/{study.page}?" in page.url
        assert f"group={study.group}" in page.url
        page.get_by_role("link", name="Home", exact=True).click()
        expect(page.get_by_role("heading", name="orbitsens")).to_be_visible()
        settle(page)
