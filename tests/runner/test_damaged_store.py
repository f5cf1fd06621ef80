"""Commands on a store whose files are damaged: one sentence that names the file, and exit code 2, not a traceback."""

import sys
from pathlib import Path

import pytest

from runner.__main__ import main
from store.layout import catalogue_path
from tests.factories import SEEDING, filled_store, run_record


@pytest.fixture
def store(tmp_path: Path) -> Path:
    filled_store(tmp_path / "store", [run_record(seed, model_dir=tmp_path, n_steps=60) for seed in range(3)])
    return tmp_path / "store"


def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Run a command; return its exit code and what it said on stderr."""
    monkeypatch.setattr(sys, "argv", ["runner", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    code = ended.value.code
    assert isinstance(code, int | None)
    return code or 0, capsys.readouterr().err


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.7])
@pytest.mark.parametrize("name", ["status", "report", "export", "evaluate"])
def test_a_damaged_catalogue(
    store: Path,
    tmp_path: Path,
    name: str,
    keep: float,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = catalogue_path(store, 1)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    arguments = {
        "status": [],
        "report": [SEEDING],
        "export": ["-g", SEEDING, "-o", str(tmp_path / "o.csv")],
        "evaluate": ["-g", SEEDING],
    }[name]
    code, said = command(monkeypatch, capsys, name, *arguments, "--store", str(store))
    assert code == 2
    assert str(path) in said
    assert "doctor --repair" in said
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) == 1


def test_a_damaged_curve(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, _ = sorted((store / "curves").iterdir())
    first.write_bytes(first.read_bytes()[:-9])
    output = str(tmp_path / "o.csv")
    code, said = command(
        monkeypatch, capsys, "export", "-g", SEEDING, "-o", output, "--table", "history", "--store", str(store)
    )
    assert code == 2
    assert f"are damaged: the checksum fails ({first}): run `python -m runner doctor --repair`" in said
    second.unlink()
    _, said = command(
        monkeypatch, capsys, "export", "-g", SEEDING, "-o", output, "--table", "history", "--store", str(store)
    )
    assert said.strip().endswith("So it is with 1 more run.")
    assert not (tmp_path / "o.csv").exists()
    # What does not need the curves goes on.
    monkeypatch.setattr(sys, "argv", ["runner", "export", "-g", SEEDING, "-o", output, "--store", str(store)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert len((tmp_path / "o.csv").read_text().splitlines()) == 4
