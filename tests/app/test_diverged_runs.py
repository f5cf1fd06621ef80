"""Long segments of very eccentric orbits: they train, and a run that diverges or asks too much of the solver shows it.

One real sweep of four runs, from the sweep file to the pages.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from orbitsens.constants import EARTH_RADIUS_KM, MU_KM3_S2
from orbitsens.orbits import Elements, revolution
from runner.table import n_diverged, summary_table
from store import queries
from store.connect import read_catalogue
from store.filters import of_group
from tests.app.conftest import Open

SWEEP = """
wandb: {group: long}
data: {dataset_name: eccentric, dataset_file: orbits.npz}
parameters:
  width: 4
  depth: 1
  steps_strategy: 6
  eval_every: 3
  segment_length_strategy: 360
  lr_strategy: [[0.001], [1e30]]
  rtol: [1e-6, 1e-14]
  atol: 1e-12
"""
TRAINS = (0.001, 1e-6)


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    """The store of the sweep, and its four runs by learning rate and tolerance."""
    folder = tmp_path_factory.mktemp("long")
    e, zero = np.array([0.8, 0.97]), np.zeros(2)
    elements = Elements(1.3 * EARTH_RADIUS_KM / (1.0 - e), e, zero, zero, np.array([0.3, 1.0]), np.array([0.5, 3.0]))
    orbits = revolution(elements, 360, MU_KM3_S2)
    arrays = {f"orbit_{k}/{key}": x for k in range(2) for key, x in (("t", orbits.t[k]), ("y", orbits.y[k].T))}
    np.savez(folder / "orbits.npz", **arrays)
    (folder / "sweep.yaml").write_text(SWEEP.replace("orbits.npz", str(folder / "orbits.npz")))
    out = subprocess.run(
        [sys.executable, "-m", "runner", "sweep", str(folder / "sweep.yaml"), "--log-every", "1"],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"WANDB_DIR": str(folder), "ORBITSENS_STORE": str(folder / "store")},
        timeout=280,
    )
    assert out.returncode == 0, out.stderr
    with read_catalogue(folder / "store") as con:
        runs = queries.run_metric(con, of_group("long"), "acceleration_error", "eccentric", "train")
    rate = runs["lr_strategy"].str.strip("[]").astype(float)
    return folder / "store", runs.set_index(pd.MultiIndex.from_arrays([rate, runs["rtol"]]))


def test_no_run_is_lost_and_those_that_diverge_say_why(swept: tuple[Path, pd.DataFrame]) -> None:
    _, runs = swept
    assert len(runs) == len(set(runs.index)) == 4
    assert runs.loc[TRAINS, "state"] == "finished" and pd.isna(runs.loc[TRAINS, "reason"])
    rest = runs.drop(index=[TRAINS])
    assert rest["state"].tolist() == ["diverged"] * 3
    assert rest["reason"].str.contains("acceleration_error is not a finite number at the end of training").all()
    # With a tolerance below what float32 can meet, the bound on the solver's steps ends the segments.
    assert runs.loc[(0.001, 1e-14), "reason"].endswith(
        "The solver gave up on 2 segments during training: too many steps between two samples."
    )


def test_a_segment_of_a_whole_eccentric_orbit_trains(swept: tuple[Path, pd.DataFrame]) -> None:
    store, runs = swept
    with read_catalogue(store) as con:
        history = queries.history(con, store, [runs.loc[TRAINS, "run_key"]], None)
    assert history["step"].tolist() == list(range(1, 7))
    assert np.isfinite(history["train_loss"]).all()
    evaluated = history.dropna(subset=["full_train_loss"])
    assert evaluated["solver_gave_up"].tolist() == [0, 0]
    assert evaluated["full_train_loss"].is_monotonic_decreasing


def test_the_sweeps_table_keeps_diverged_runs_apart(swept: tuple[Path, pd.DataFrame]) -> None:
    store, runs = swept
    table = summary_table(store, "long", runs["run_id"].tolist())
    cells = {column.header: list(column.cells) for column in table.columns}
    assert sorted(zip(cells["runs"], cells["diverged"], strict=True)) == [("0", "1")] * 3 + [("1", "0")]
    assert [cell for cell in cells["median"] if cell] == [f"{runs.loc[TRAINS, 'value']:.2f}"]
    assert n_diverged(store, "long", runs["run_id"].tolist()) == 3
    assert n_diverged(store, "long", [runs.loc[TRAINS, "run_id"]]) == 0


def test_the_app_counts_them_and_gives_the_reason(swept: tuple[Path, pd.DataFrame], open_app: Open) -> None:
    store, runs = swept
    assert any("1 finished, 3 diverged" in caption.value for caption in open_app(store).caption)
    app = open_app(store, "pages/seeding.py", group="long")
    assert "1 of 4 matched runs used (not used: 3 diverged)." in "\n".join(caption.value for caption in app.caption)
    unused = app.dataframe[-1].value
    assert unused["why not"].tolist() == ["diverged"] * 3
    assert unused["what the run says"].str.contains("The solver gave up on").any()
    one = open_app(store, "pages/seeding.py", group="long", run=runs.loc[(0.001, 1e-14), "run_id"])
    assert any(c.value.startswith("diverged: ") and "The solver gave up on 2" in c.value for c in one.caption)
