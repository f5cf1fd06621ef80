"""Signing in through OpenID Connect in a real browser, against a provider on this machine: who sees and may do what."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.app.sample_runs import publish_runs, seed_study_runs
from tests.browser.oidc_provider import provider, secrets_text
from tests.browser.serving import served, settle

pytestmark = pytest.mark.browser

ADA, GRACE, EVE = "ada@lab.example", "grace@lab.example", "eve@elsewhere.example"
ACCESS = f'editors = ["{ADA}"]\nviewers = ["@lab.example"]'


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app behind a sign-in."""
    folder = tmp_path_factory.mktemp("guarded")
    publish_runs(folder / "store", seed_study_runs())
    with provider([ADA, GRACE, EVE]) as issuer:
        secrets = folder / "secrets.toml"
        secrets.write_text(secrets_text(issuer, ACCESS))
        with served(folder / "store", folder / "log", f"--secrets.files={secrets}") as url:
            yield url


def sign_in(page: Page, url: str, person: str) -> None:
    page.goto(url)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=person).click()
    page.wait_for_url(f"{url}/**")
    page.locator("[data-testid=stApp]").wait_for()
    settle(page)


def test_nothing_is_seen_without_signing_in(page: Page, guarded: str) -> None:
    page.goto(f"{guarded}/seeding?group=sweep-seeds-v2")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    settle(page)
    assert page.get_by_text("sweep-seeds-v2").count() == 0
    assert page.get_by_role("link", name="Runs").count() == 0


def test_an_editor_sees_the_runs_and_may_write_notes(page: Page, guarded: str) -> None:
    sign_in(page, guarded, ADA)
    expect(page.get_by_role("link", name="sweep-seeds-v2")).to_be_visible()
    page.goto(f"{guarded}/help")
    expect(page.get_by_text(f"You are {ADA}, an editor.")).to_be_visible()
    page.reload()
    expect(page.get_by_text(f"You are {ADA}, an editor.")).to_be_visible()


def test_a_viewer_sees_the_runs_and_is_told_who_may_change_that(page: Page, guarded: str) -> None:
    sign_in(page, guarded, GRACE)
    expect(page.get_by_role("link", name="sweep-seeds-v2")).to_be_visible()
    page.goto(f"{guarded}/help")
    expect(page.get_by_text(f"You are {GRACE}, a viewer.")).to_be_visible()
    expect(page.get_by_text("can name you under")).to_be_visible()


def test_a_stranger_sees_nothing_and_can_sign_out_again(page: Page, guarded: str) -> None:
    sign_in(page, guarded, EVE)
    expect(page.get_by_text(f"{EVE} may not look at these runs.")).to_be_visible()
    assert page.get_by_text("sweep-seeds-v2").count() == 0
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_who_signs_out_sees_nothing_any_more(page: Page, guarded: str) -> None:
    sign_in(page, guarded, ADA)
    page.goto(f"{guarded}/help")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert page.get_by_text("sweep-seeds-v2").count() == 0
