"""Without sign-in, in a real browser: only who opens the app under this machine's own name and port is an editor."""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.app.sample_runs import publish_runs, seed_study_runs
from tests.browser.serving import served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("open")
    publish_runs(folder / "store", seed_study_runs(n=2))
    with served(folder / "store", folder / "log") as url:
        yield url


@contextmanager
def silent_proxy(url: str) -> Iterator[str]:
    """Run a proxy that adds no header, but passes on every byte; yields its URL."""

    class PassOn(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(("localhost", urlsplit(url).port or 80)) as behind:
                back = threading.Thread(target=pump, args=(behind, self.request))
                back.start()
                pump(self.request, behind)
                back.join()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads, block_on_close = True, False

    with Server(("127.0.0.1", 0), PassOn) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def test_under_its_own_name_one_edits(page: Page, app: str) -> None:
    page.goto(f"{app}/help")
    expect(page.get_by_text("You are this machine, an editor.")).to_be_visible()


def test_under_another_name_that_leads_here_one_looks(page: Page, app: str) -> None:
    page.goto(f"{app.replace('localhost', 'rebound.localhost')}/help")
    expect(page.get_by_text("You are this machine, a viewer.")).to_be_visible()


def test_through_a_proxy_that_says_nothing_one_looks(page: Page, app: str) -> None:
    with silent_proxy(app) as url:
        page.goto(f"{url}/help")
        expect(page.get_by_text("You are this machine, a viewer.")).to_be_visible()


def test_misunderstood_secrets_show_one_sentence(page: Page, tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.toml"
    secrets.write_bytes(b"\xff")
    publish_runs(tmp_path / "store", seed_study_runs(n=2))
    with served(tmp_path / "store", tmp_path / "log", f"--secrets.files={secrets}") as url:
        page.goto(f"{url}/seeding?group=sweep-seeds-v2")
        expect(
            page.get_by_text(f"the secrets in {secrets} are not understood: it is not text in UTF-8")
        ).to_be_visible()
        assert page.get_by_text("sweep-seeds-v2").count() == 0
        assert page.get_by_role("link", name="Runs").count() == 0
