"""Pages on a store whose files are damaged: a sentence names the file, and what is whole stays shown."""

import shutil
from pathlib import Path

import pytest

from pages.shared.text import spoken
from store.connect import read_catalogue
from store.layout import catalogue_path, store_version
from tests.app.conftest import Open
from tests.factories import filled_store, run_record

RUNS = [run_record(seed, n_steps=60) for seed in range(3)]
NAMES = ",".join(record.run_id for record in RUNS)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    filled_store(tmp_path / "store", RUNS)
    return tmp_path / "store"


def curve_of(store: Path, run_id: str) -> Path:
    with read_catalogue(store) as con:
        files = dict(con.sql("SELECT run_id, curve_file FROM runs").fetchall())
    return store / "curves" / files[run_id]


def warnings_of(app) -> list[str]:  # type: ignore[no-untyped-def]
    return [spoken(found.value) for found in app.warning]


def test_the_other_runs_are_compared_beside_a_damaged_curve(store: Path, open_app: Open) -> None:
    path = curve_of(store, RUNS[1].run_id)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    app = open_app(store, "pages/compare.py", runs=NAMES)
    (warning,) = warnings_of(app)
    assert f"The curves of run mlds-lab/neuralODEs/{RUNS[1].run_id} are damaged" in warning
    assert str(path) in warning
    assert "doctor --repair" in warning
    assert len(app.get("vega_lite_chart")) > 0
    assert any("2 runs shown." in caption.value for caption in app.caption)
    path.write_bytes(whole)
    app.run()
    assert warnings_of(app) == []


def test_a_run_without_its_curves_shows_all_else(store: Path, open_app: Open) -> None:
    curve_of(store, RUNS[0].run_id).write_bytes(b"PAR1")
    app = open_app(store, "pages/runs.py", run=RUNS[0].run_id)
    assert any("are damaged: the checksum fails" in warning for warning in warnings_of(app))
    assert any("Measured with the kept model" in text.value for text in app.markdown)


@pytest.mark.parametrize("page", ["home", "runs", "seeding", "sensitivity", "compare", "generalisation", "jobs"])
def test_a_damaged_catalogue_is_a_sentence_on_every_page(
    store: Path, open_app: Open, page: str, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(store, broken)
    version = store_version(broken)
    assert version is not None
    path = catalogue_path(broken, version)
    content = bytearray(path.read_bytes())
    for place in range(12_288, len(content), 4096):
        content[place + 100] ^= 0xFF
    path.write_bytes(content)
    app = open_app(broken, f"pages/{page}.py")
    (error,) = app.error
    assert str(path) in spoken(error.value)
    assert "doctor --repair" in spoken(error.value)
