"""A finished run's file, and a W&B server on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runner.graphql_content import StubServer
from tests.runner.graphql_stub import KEY, serving
from tests.runner.runs import finished_runs


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a finished run of 200 rows."""
    (path,) = finished_runs(tmp_path_factory.mktemp("finished") / "wandb", 1, n_steps=200)
    return path


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[StubServer]:
    with serving() as server:
        monkeypatch.setenv("WANDB_BASE_URL", server.url)
        monkeypatch.setenv("WANDB_API_KEY", KEY)
        monkeypatch.setenv("WANDB_DIR", str(tmp_path))
        monkeypatch.setattr("runner.patience.WAITS", (0.1, 0.2))
        yield server
