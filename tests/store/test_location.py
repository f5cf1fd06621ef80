"""Which store is meant, and how the project's own begins."""

import errno
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from store import location
from store.errors import StoreError
from store.layout import store_version
from tests.factories import filled_store, run_record
from tests.store.looking import everything, rows


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a shipped store and no own one."""
    monkeypatch.setattr(location, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setattr(location, "DEFAULT", tmp_path / ".orbitsens" / "store")
    filled_store(tmp_path / "shipped", [run_record(0)])
    return tmp_path / "shipped"


def test_the_flag_goes_before_the_environment_and_that_before_the_default(
    shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for choose in (location.readable_store, location.writable_store):
        monkeypatch.setenv("ORBITSENS_STORE", str(tmp_path / "environment"))
        assert choose(tmp_path / "flag") == tmp_path / "flag"
        assert choose(None) == tmp_path / "environment"
        monkeypatch.setenv("ORBITSENS_STORE", "")
        assert choose(None) in (shipped, location.DEFAULT)


def test_until_the_own_store_exists_the_shipped_one_is_read(shipped: Path) -> None:
    assert location.readable_store(None) == shipped
    assert not location.DEFAULT.exists()


def test_the_own_store_begins_as_a_copy_of_the_shipped_one(shipped: Path) -> None:
    before = everything(shipped)
    own = location.writable_store(None)
    assert own == location.DEFAULT == location.readable_store(None)
    assert everything(own) == before
    filled_store(own, [run_record(1)])
    assert location.writable_store(None) == own
    assert len(rows(own)["runs"]) == 2
    assert everything(shipped) == before
    assert [path.name for path in own.parent.iterdir()] == ["store"]


def test_a_store_named_by_hand_begins_empty(shipped: Path, tmp_path: Path) -> None:
    assert store_version(location.writable_store(tmp_path / "mine")) is None


def test_a_second_process_that_copies_meanwhile_does_no_harm(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one's copy is in place, and already has a run more, when this one wants to put its own there."""

    def slow_copy(origin: Path, target: Path, **options: bool) -> None:
        shutil.copytree(origin, target, **options)
        shutil.copytree(origin, location.DEFAULT)
        filled_store(location.DEFAULT, [run_record(1)])

    monkeypatch.setattr(location, "shutil", SimpleNamespace(copytree=slow_copy, rmtree=shutil.rmtree))
    own = location.writable_store(None)
    assert len(rows(own)["runs"]) == 2
    assert [path.name for path in own.parent.iterdir()] == ["store"]


def test_a_copy_that_cannot_be_made_is_one_sentence(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(origin: Path, target: Path, **options: bool) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(location, "shutil", SimpleNamespace(copytree=full, rmtree=shutil.rmtree))
    with pytest.raises(StoreError, match=r"Cannot copy the shipped run store to .*: No space left on device; free"):
        location.writable_store(None)
    assert list(location.DEFAULT.parent.iterdir()) == []
    assert location.readable_store(None) == shipped


def test_without_any_store_the_default_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(location, "SHIPPED", tmp_path / "none")
    monkeypatch.setattr(location, "DEFAULT", tmp_path / "default")
    assert location.readable_store(None) == location.writable_store(None) == tmp_path / "default"
