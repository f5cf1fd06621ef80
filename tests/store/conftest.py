"""Stores for tests."""

from pathlib import Path

import pytest

from tests.factories import filled_store, mixed_group, seeding_group


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Where a store may come to be."""
    return tmp_path / "store"


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store to read: the seeding study with model files, and a group of runs in all states."""
    folder = tmp_path_factory.mktemp("shared")
    filled_store(folder / "store", [*seeding_group(model_dir=folder), *mixed_group()])
    return folder / "store"
