"""Which store is meant."""

from pathlib import Path

import pytest

from store import location
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


def test_own_sweeps_go_into_a_store_of_their_own(shipped: Path) -> None:
    before = everything(shipped)
    own = location.writable_store(None)
    assert own == location.DEFAULT
    assert location.own_and_shipped() == {"shipped studies": shipped}
    filled_store(own, [run_record(1)])
    assert location.readable_store(None) == own
    assert len(rows(own)["runs"]) == 1
    assert everything(shipped) == before
    assert location.own_and_shipped() == {"own runs": own, "shipped studies": shipped}


def test_a_store_named_by_hand_begins_empty(shipped: Path, tmp_path: Path) -> None:
    assert store_version(location.writable_store(tmp_path / "mine")) is None


def test_without_any_store_the_default_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(location, "SHIPPED", tmp_path / "none")
    monkeypatch.setattr(location, "DEFAULT", tmp_path / "default")
    assert location.readable_store(None) == location.writable_store(None) == tmp_path / "default"
