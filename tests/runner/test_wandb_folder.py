"""W&B's folder is tried before a sweep trains; one that fills up meanwhile ends the sweep in a sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest

from orbitsens.config import ConfigError
from runner.commands.sweep import sweep
from runner.paths import check_runs_dir
from store.errors import StoreError
from tests.store.test_crash_safety import small_disk as small_disk

WITHOUT: dict[str, tuple[Callable[[Path], object], str]] = {
    "a file": (lambda folder: folder.write_text("x"), "File exists"),
    "below a file": (lambda folder: folder.parent.write_text("x"), "Not a directory"),
}


@pytest.mark.parametrize("case", WITHOUT)
def test_a_folder_that_cannot_be_made_is_refused_before_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    make, reason = WITHOUT[case]
    folder = tmp_path / "place" / "wandb"
    if case == "a file":
        folder.parent.mkdir()
    make(folder)
    monkeypatch.setattr("runner.commands.sweep._train", lambda *_: pytest.fail("it trains"))
    with pytest.raises(ConfigError) as caught:
        sweep(wandb_dir=folder, store=tmp_path / "store", log_every=10)
    advice = "free space, or name another with --wandb-dir."
    assert str(caught.value) == f"W&B's folder {folder} cannot be written ({reason}): {advice}"


def test_a_good_folder_is_left_empty(tmp_path: Path) -> None:
    check_runs_dir(tmp_path / "a" / "wandb", 20)
    assert list((tmp_path / "a" / "wandb").iterdir()) == []


def test_a_disk_without_room_for_the_runs_is_refused(small_disk: Path) -> None:
    check_runs_dir(small_disk / "wandb", 4)
    with pytest.raises(ConfigError, match=r"has 1\.0 MB left, and 20 runs take about 4\.0 MB: free space"):
        check_runs_dir(small_disk / "wandb", 20)
    with pytest.raises(OSError, match="No space left"):
        (small_disk / "ballast").write_bytes(bytes(2**21))
    with pytest.raises(ConfigError, match=r"cannot be written \(No space left on device\): free space"):
        check_runs_dir(small_disk / "wandb", 1)
    (small_disk / "ballast").unlink()
    assert list((small_disk / "wandb").iterdir()) == []


def test_a_folder_that_fills_up_while_training_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise TimeoutError("W&B has not written the end of a run within 60 s; is the disk full?")

    monkeypatch.setattr("runner.sweep.prepared_programs", lambda runs, programs, *_: [(programs[0], None)])
    monkeypatch.setattr("runner.sweep.train_and_log", full)
    with pytest.raises(StoreError) as caught:
        sweep(wandb_dir=tmp_path, store=tmp_path / "store", log_every=10)
    assert "its runs can no longer be written to" in str(caught.value)
    assert "is the disk full?). What is finished is kept: see to that folder, and go on with --resume." in str(
        caught.value
    )
