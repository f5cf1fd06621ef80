"""Stores of made-up runs, and the app on top of one."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit import config
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from tests.app.sample_runs import publish_runs, seed_study_runs, width_study_runs

APP = Path(__file__).resolve().parents[2] / "app.py"

Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages see a browser on this machine: AppTest has no connection to tell where it comes from."""
    here = f"localhost:{config.get_option('server.port')}"
    monkeypatch.setattr(ContextProxy, "ip_address", None)
    monkeypatch.setattr(ContextProxy, "headers", {"Host": here, "Origin": f"http://{here}"})


@pytest.fixture(autouse=True)
def no_broken_page(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail the test if a page broke: readers see a sentence, and the log has the exception."""
    yield
    broken = [record for record in caplog.get_records("call") if record.name == "orbitsens.app"]
    assert not broken, broken[0].exc_text or broken[0].getMessage()


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the seeding study and the width study. Tests only read it."""
    store = tmp_path_factory.mktemp("sample") / "store"
    publish_runs(store, [*seed_study_runs(), *width_study_runs()])
    return store


@pytest.fixture
def open_app(monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open a page of the app on a store, as a link with these query parameters does; no exception is shown."""

    def opened(store: Path, page: str = "pages/home.py", **query: str) -> AppTest:
        monkeypatch.setenv("ORBITSENS_STORE", str(store))
        app = AppTest.from_file(str(APP), default_timeout=60)
        app.run()
        for key, value in query.items():
            app.query_params[key] = value
        app.switch_page(page).run()
        assert not app.exception
        return app

    return opened
