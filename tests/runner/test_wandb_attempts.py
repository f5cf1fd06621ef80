"""What several files of one run id amount to: real runs by wandb, each attempt in a folder of its own."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import wandb

from orbitsens.config import ConfigError
from runner.sync import sync_local
from runner.wandb_files import LocalRun, local_listing
from runner.wandb_local import read_run
from store.connect import read_catalogue
from store.records import RunRecord
from tests.runner.foreign_runs import finish, foreign_run


def attempt(folder: Path, rows: Iterable[float], *, first: int | None = None, code: int = 0, **options: Any) -> Path:
    """One attempt of run "r": a loss a row, at steps from `first` on, else as wandb counts them; return its file."""
    summary = options.pop("summary", {})
    run = foreign_run(folder, options.pop("run_id", "r"), **options)
    for i, loss in enumerate(rows):
        run.log({"train_loss": loss}, step=None if first is None else first + i)
    run.summary.update(summary)
    return finish(run, code)


def records_in(*folders: Path) -> dict[str, RunRecord]:
    found = {}
    for run in local_listing(*(folder / "wandb" for folder in folders)):
        (record,) = read_run(run.paths, run.ancestors)
        assert isinstance(record, RunRecord), record
        found[record.run_id] = record
    return found


def losses(record: RunRecord) -> dict[int, float]:
    steps = record.history["step"].to_pylist()
    assert len(set(steps)) == len(steps)
    return dict(zip(steps, record.history["train_loss"].to_pylist(), strict=True))


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    return [tmp_path / name for name in ("first", "second", "third")]


@pytest.mark.parametrize("first", [5, None])
def test_a_rewound_run_is_its_new_branch(folders: list[Path], first: int | None) -> None:
    attempt(folders[0], range(100, 110), config={"seed": 1}, group="g", tags=["a"], summary={"acceleration_error": 99})
    attempt(folders[1], [6.0, 7.0, 8.0], run_id=None, first=first, resume_from="r?_step=4")
    record = records_in(*folders[:2])["r"]
    assert losses(record) == {0: 100, 1: 101, 2: 102, 3: 103, 4: 104, 5: 6, 6: 7, 7: 8}
    # What was put into the summary on the abandoned branch has gone with it; config, group and tags have not.
    assert record.summary == {"train_loss": 8}
    assert (record.config, record.group, record.tags) == ({"seed": 1}, "g", ("a",))
    assert (record.state, record.reason) == ("finished", None)


def test_a_run_rewound_twice_and_one_whose_beginning_is_elsewhere(folders: list[Path]) -> None:
    attempt(folders[0], range(10))
    attempt(folders[1], [50.0, 60.0, 70.0], run_id=None, resume_from="r?_step=4")
    attempt(folders[2], [600.0], run_id=None, resume_from="r?_step=5")
    assert losses(records_in(*folders)["r"]) == {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 50, 6: 600}
    alone = records_in(folders[2])["r"]
    assert losses(alone) == {6: 600}
    assert alone.reason == "The run was rewound, and the file with its steps before that is not here."


def test_the_model_of_an_abandoned_branch_is_not_the_runs(folders: list[Path]) -> None:
    run = foreign_run(folders[0], "r")
    for loss in range(5):
        run.log({"train_loss": loss})
    model = folders[0] / "r.eqx"
    model.write_bytes(b"abandoned")
    artifact = wandb.Artifact("r", type="model")
    artifact.add_file(str(model))
    run.log_artifact(artifact)
    finish(run)
    assert records_in(folders[0])["r"].model is not None
    attempt(folders[1], [1.0], run_id=None, resume_from="r?_step=2")
    assert records_in(*folders[:2])["r"].model is None
    # Whoever continues a run keeps its model.
    attempt(folders[2], [1.0], resume="must")
    assert records_in(folders[0], folders[2])["r"].model.path.read_bytes() == b"abandoned"


def test_a_fork_begins_with_its_parents_rows(folders: list[Path]) -> None:
    attempt(folders[0], range(100, 110))
    attempt(folders[1], [6.0, 7.0], run_id="child", fork_from="r?_step=4")
    attempt(folders[2], [0.5], run_id="grandchild", fork_from="child?_step=5")
    found = records_in(*folders)
    assert losses(found["r"])[9] == 109
    assert losses(found["child"]) == {0: 100, 1: 101, 2: 102, 3: 103, 4: 104, 5: 6, 6: 7}
    assert losses(found["grandchild"]) == {0: 100, 1: 101, 2: 102, 3: 103, 4: 104, 5: 6, 6: 0.5}
    assert found["child"].reason is None
    alone = records_in(folders[1])["child"]
    assert losses(alone) == {5: 6, 6: 7}
    assert alone.reason == "The run was forked from run r, which is not here: its steps up to 4 are missing."


def test_a_run_started_again_without_resume_overwrites(folders: list[Path]) -> None:
    dead = {"seed": 2, "dropout": 0.5}
    attempt(folders[0], range(100, 110), config=dead, summary={"acceleration_error": 99}, group="try", code=1)
    attempt(folders[1], [4.0, 3.0], config={"seed": 3}, group="final")
    record = records_in(*folders[:2])["r"]
    assert losses(record) == {0: 4, 1: 3}
    assert (record.config, record.summary, record.group) == ({"seed": 3}, {"train_loss": 3}, "final")
    assert record.state == "finished"


def test_what_overwrites_nothing_continues(folders: list[Path]) -> None:
    attempt(folders[0], [3.0, 2.0], config={"seed": 1})
    attempt(folders[1], [1.0], first=2)
    attempt(folders[2], [], code=1)
    record = records_in(*folders)["r"]
    assert losses(record) == {0: 3, 1: 2, 2: 1}
    assert (record.config, record.state) == ({"seed": 1}, "failed")


def test_of_a_requeued_run_the_later_attempt_wins_from_its_first_step_on(folders: list[Path]) -> None:
    attempt(folders[0], range(20, 8, -1), first=0, resume="allow", code=1, config={"seed": 1})
    attempt(folders[1], [0.5, 0.25], first=8, resume="allow", config={"attempt": 1})
    record = records_in(*folders[:2])["r"]
    # Steps 10 and 11 belong to the attempt that was given up at step 8.
    assert losses(record) == {**{i: 20 - i for i in range(8)}, 8: 0.5, 9: 0.25}
    assert record.config == {"seed": 1, "attempt": 1}


def test_a_resumed_run_whose_steps_wandb_counts_continues_after_its_end(folders: list[Path]) -> None:
    attempt(folders[0], [4.0, 3.0], resume="allow")
    attempt(folders[1], [2.0], resume="must")
    attempt(folders[2], [1.0], resume="must")
    assert losses(records_in(*folders)["r"]) == {0: 4, 1: 3, 2: 2, 3: 1}


def test_a_figure_added_later_at_an_earlier_step_costs_no_rows(folders: list[Path]) -> None:
    attempt(folders[0], range(10), first=0, resume="allow")
    run = foreign_run(folders[1], "r", resume="allow")
    run.log({"test_error": 7.0}, step=0)
    finish(run)
    record = records_in(*folders[:2])["r"]
    assert record.history["train_loss"].drop_null().to_pylist() == list(range(10))
    assert record.history["test_error"].drop_null().to_pylist() == [7]


def test_a_copy_whole_or_cut_short_counts_once(folders: list[Path]) -> None:
    path = attempt(folders[0], [3.0, 2.0, 1.0], resume="allow")
    shutil.copytree(path.parent, path.parent.with_name(f"{path.parent.name} (copy)"))
    cut = path.parent.with_name(f"{path.parent.name} (cut)")
    shutil.copytree(path.parent, cut)
    (cut / path.name).write_bytes(path.read_bytes()[:-300])
    record = records_in(folders[0])["r"]
    assert losses(record) == {0: 3, 1: 2, 2: 1}
    assert (record.state, record.reason) == ("finished", None)


def test_the_order_of_attempts_is_that_of_their_starts_whatever_their_folders_are_called(folders: list[Path]) -> None:
    old = attempt(folders[0], [9.0], config={"attempt": 0}).parent
    new = attempt(folders[1], [1.0], config={"attempt": 1}).parent
    old.rename(old.with_name("run-21000101_000000-r"))
    new.rename(new.with_name("run-20000101_000000-r"))
    assert records_in(*folders[:2])["r"].config == {"attempt": 1}


def moved_run(folders: list[Path]) -> list[LocalRun]:
    attempt(folders[0], range(10), first=0, group="try", resume="allow")
    attempt(folders[1], range(10), first=10, group="final", resume="allow")
    attempt(folders[2], [5.0], first=20, resume="allow")  # which names no group
    return local_listing(*(folder / "wandb" for folder in folders))


def test_a_run_is_in_its_latest_group_whole_however_it_is_synced(folders: list[Path], tmp_path: Path) -> None:
    (run,) = moved_run(folders)
    assert (run.group, run.groups, len(run.paths)) == ("final", ("try", "final"), 3)
    first, *more = [folder / "wandb" for folder in folders]
    store = tmp_path / "store"

    def synced(groups: list[str] | None) -> list[tuple[object, ...]]:
        sync_local(first, groups, store, pytest.fail, lambda done, total: None, more_dirs=more)
        with read_catalogue(store) as con:
            return con.sql('SELECT "group", n_history_rows FROM runs').fetchall()

    assert synced(["final"]) == synced(None) == synced(["final"]) == [("final", 21)]
    left = r"no W&B run of group 'try' .*: its runs have moved to other groups \(1 run in 'final'\); sync those\."
    with pytest.raises(ConfigError, match=left):
        synced(["try"])
