"""Training with every switch of the pipeline on, and on orbits of a file: one small program each."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from orbitsens.config import Data, Parameters, RunConfig, expand
from orbitsens.config.sweepfile import Wandb, parse_sweep
from orbitsens.datasets import load_dataset
from orbitsens.ensemble import train_program
from orbitsens.evaluate import evaluate_pointwise
from orbitsens.prepare import stage_data, training_data
from orbitsens.programs import plan_programs
from orbitsens.run_numbers import run_keys
from orbitsens.segments import cut_segments, in_units
from tests.config.test_dataset_files import write_orbits

pytestmark = pytest.mark.mixed_dtypes  # optax mixes integers with floats

EVERYTHING = {
    "width": 4,
    "depth": 1,
    "steps_strategy": (4,),
    "lr_strategy": (0.01,),
    "eval_every": 2,
    "batch_size": 16,
    "segment_length_strategy": (6,),
    "length_strategy": ((0.0, 0.5),),
    "train_val_split": 0.5,
    "planar_constraint": False,
    "optimizer": "lion",
    "weight_decay": 0.1,
    "gradient_clip": 1.0,
    "lr_schedule": "cosine",
    "parameter_average": "ema",
    "normalization": "standardise",
    "feature_transform": "standardise",
    "augmentation": "rotation+reflection+time_reversal+state_noise",
}


def run_config(**changes):
    data = Data(dataset_name="complex_TBP_nonplanar_4_train")
    return RunConfig(wandb=Wandb(group="test"), data=data, parameters=Parameters(**{**EVERYTHING, **changes}))


def train(runs):
    reports = []
    with jax.numpy_dtype_promotion("standard"):
        trained = train_program(runs, reports.append)
    return trained, reports


RUNS = {
    "plain": {},
    "again": {},
    "decay": {"weight_decay": 0.9},
    "noise": {"noise_scale": 0.3},
    "rate at the end": {"lr_final_ratio": 1.0},
    "init": {"init_seed": 5},
    "batch": {"batch_seed": 5},
    "split": {"split_seed": 5},
    "seed": {"seed": 5},
    "unsolvable": {"rtol": 1e-12, "atol": 1e-14},
}


@pytest.fixture(scope="module")
def everything():
    """Ten runs of one program, by what sets each apart: model, rows."""
    configs = [run_config(**change) for change in RUNS.values()]
    assert len(plan_programs(configs)) == 1
    trained, reports = train(configs)
    rows = {name: jax.tree.map(lambda x, i=i: x[i], [r.rows for r in reports]) for i, name in enumerate(RUNS)}
    return dict(zip(RUNS, trained, strict=True)), rows


def weights(trained):
    return np.concatenate([np.ravel(x) for x in jax.tree.leaves(trained.model.func.mlp) if hasattr(x, "shape")])


def test_everything_together_trains_in_three_dimensions(everything):
    trained, rows = everything
    for block in rows["plain"]:
        assert all(np.all(np.isfinite(x[:2])) for x in block.batch)
        assert np.isfinite(block.validation.total) and np.isfinite(block.training.total)
    derivative = trained["plain"].model.func(jnp.float32([1.0, 0.2, 0.3, 0.1, 1.0, 0.2]))
    assert np.all(np.isfinite(derivative)) and derivative[5] != 0


@pytest.mark.parametrize("name", ["decay", "noise", "rate at the end", "init", "batch", "split", "seed"])
def test_each_number_and_seed_makes_another_model(everything, name):
    trained, _ = everything
    np.testing.assert_array_equal(weights(trained["plain"]), weights(trained["again"]))
    assert not np.array_equal(weights(trained["plain"]), weights(trained[name]))


def test_seeds_act_on_what_they_are_named_for(everything):
    def bits(key):
        return np.asarray(jax.random.key_data(key))

    both, init, batch = run_keys(5), run_keys(0, init_seed=5), run_keys(0, batch_seed=5)
    np.testing.assert_array_equal(bits(init.init), bits(both.init))
    np.testing.assert_array_equal(bits(init.batch), bits(run_keys(0).batch))
    np.testing.assert_array_equal(bits(batch.batch), bits(both.batch))
    np.testing.assert_array_equal(bits(batch.init), bits(run_keys(0).init))
    orbits = {name: training_data(run_config(**RUNS[name])).training.y for name in ("plain", "split", "init", "seed")}
    np.testing.assert_array_equal(orbits["plain"], orbits["init"])
    np.testing.assert_array_equal(orbits["split"], orbits["seed"])
    assert not np.array_equal(orbits["plain"], orbits["split"])


def test_the_kept_model_is_the_average_and_has_its_runs_scaling(everything):
    trained, rows = everything
    config = run_config()
    data = training_data(config)
    np.testing.assert_allclose(trained["plain"].model.func.scaling.shift, data.scaling.shift, rtol=1e-6)
    kept = trained["plain"].best_step // 2 - 1
    (measured,) = evaluate_pointwise([trained["plain"].model], data.training, data.units)
    logged = rows["plain"][kept].metrics["acceleration_error"]
    assert measured.metrics["acceleration_error"].mean == pytest.approx(float(logged), rel=1e-4)


def test_where_the_solver_gives_up_is_counted(everything):
    _, rows = everything
    assert [int(block.gave_up) for block in rows["plain"]] == [0, 0]
    counts = [int(block.gave_up) for block in rows["unsolvable"]]
    assert counts[0] > 0 and counts[1] >= counts[0]


@pytest.fixture
def file_run(tmp_path):
    file = write_orbits(tmp_path / "flights.npz", lengths=(30, 22, 9))
    raw = {
        "wandb": {"group": "g"},
        "data": {"dataset_name": "flights", "dataset_file": str(file), "test_file": str(file)},
        "parameters": {
            "width": 4, "depth": 1, "epochs_strategy": 1, "lr_strategy": 0.01, "batch_size": 5,
            "segment_length_strategy": 4, "eval_every": 10, "augmentation": "time_reversal",
        },
    }  # fmt: skip
    (run,) = expand(parse_sweep(raw))
    return run


def test_orbits_of_different_lengths_are_cut_to_whole_segments(file_run):
    data = training_data(file_run)
    assert data.training.mask.sum(axis=1).tolist() == [30, 22, 9]
    orbits = in_units(data.training, data.units)
    (stage,) = file_run.parameters.stages
    cut = cut_segments(orbits, stage)
    assert len(cut.t) == 30 // 4 + 22 // 4 + 9 // 4
    assert cut.mask.all() and np.all(np.diff(cut.t, axis=1) > 0)
    starts = {tuple(np.round(y[0], 6)) for y in cut.y}
    real = {tuple(np.round(y, 6)) for y in orbits.y[orbits.mask]}
    assert len(starts) == len(cut.t) and starts <= real


def test_training_on_a_file_uses_and_measures_real_samples_alone(file_run):
    (trained,), reports = train([file_run])
    assert sum(r.block.n_steps for r in reports) == 14 // 5
    assert np.isfinite(reports[-1].rows.training.total)
    data = training_data(file_run)
    (measured,) = evaluate_pointwise([trained.model], data.training, data.units)
    assert measured.n_orbits == 3 and measured.n_failed == 0
    logged = reports[trained.best_step // 10 - 1].rows.metrics["acceleration_error"][0]
    assert measured.metrics["acceleration_error"].mean == pytest.approx(float(logged), rel=1e-4)
    # Padding does not count: nonsense there changes nothing.
    nonsense = np.where(data.training.mask[..., None], data.training.y, 1e9)
    (same,) = evaluate_pointwise([trained.model], data.training._replace(y=nonsense), data.units)
    np.testing.assert_array_equal(
        same.metrics["acceleration_error"].per_orbit, measured.metrics["acceleration_error"].per_orbit
    )
    # The shortest orbit alone has the error that it has among the others.
    whole = load_dataset("flights", file_run.data.dataset_file)
    alone = whole._replace(t=whole.t[2:, :9], y=whole.y[2:, :9], mask=whole.mask[2:, :9])
    (one,) = evaluate_pointwise([trained.model], alone, data.units)
    assert one.metrics["acceleration_error"].mean == pytest.approx(
        measured.metrics["acceleration_error"].per_orbit[2], rel=1e-5
    )


def test_planar_orbits_of_a_file_keep_the_plane(file_run):
    assert file_run.parameters.planar_constraint
    (stage,) = stage_data(file_run, training_data(file_run))
    assert not np.any(stage.training.y[..., jnp.array([2, 5])])
