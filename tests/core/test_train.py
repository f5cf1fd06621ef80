"""Training: batch order, the kept model, runs together against runs alone, and the two ways to drive a run."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from orbitsens.config import Data, Parameters
from orbitsens.config.expand import RunConfig
from orbitsens.config.sweepfile import Wandb
from orbitsens.ensemble import train_program
from orbitsens.evaluate import evaluate_pointwise
from orbitsens.prepare import stage_data, training_data
from orbitsens.programs import plan_programs
from orbitsens.shuffle import batch_indices
from orbitsens.train import make_train, run_keys
from tests.core import record

pytestmark = pytest.mark.mixed_dtypes  # optax mixes integers with floats

SMALL = {
    "width": 8,
    "depth": 2,
    "steps_strategy": (60, 30),
    "lr_strategy": (0.01, 0.001),
    "eval_every": 25,
    "batch_size": 32,
}


def run_config(dataset="simple_TBP_planar_3_train", **changes):
    return RunConfig(
        wandb=Wandb(group="test"), data=Data(dataset_name=dataset), parameters=Parameters(**{**SMALL, **changes})
    )


def train(runs):
    reports = []
    trained = train_program(runs, reports.append)
    assert trained is not None
    return trained, reports


@pytest.fixture(scope="module")
def twenty_seeds():
    with jax.numpy_dtype_promotion("standard"):
        return train([run_config(seed=seed) for seed in range(20)])


def assert_same_weights(a, b, **tolerance):
    for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
        if hasattr(x, "shape"):
            np.testing.assert_allclose(x, y, **tolerance)


def test_a_run_is_the_same_in_a_batch_and_alone(twenty_seeds):
    together, reports = twenty_seeds
    (alone,), own_reports = train([run_config(seed=1)])
    # Two evaluations may be equally good but for rounding: which one is kept may differ.
    assert alone.best_loss == pytest.approx(together[1].best_loss, rel=3e-3)
    for ours, theirs in zip(own_reports, reports, strict=True):
        np.testing.assert_allclose(ours.rows.batch.total[0], theirs.rows.batch.total[1], rtol=2e-3)
    if alone.best_step == together[1].best_step:
        assert_same_weights(alone.model, together[1].model, rtol=2e-3, atol=2e-4)


def test_the_pure_function_gives_the_same_run(twenty_seeds):
    together, reports = twenty_seeds
    run = run_config(seed=2)
    carry, rows = jax.jit(make_train(run.parameters, stage_data(run, training_data(run))))(run_keys(2))
    assert float(carry.best_loss) == pytest.approx(together[2].best_loss, rel=1e-3)
    first_stage = [r for r in reports if r.block.stage == 0]
    np.testing.assert_allclose(
        rows[0].metrics["acceleration_error"],
        [r.rows.metrics["acceleration_error"][2] for r in first_stage],
        rtol=1e-2,
    )


def test_seeds_differ_and_learn(twenty_seeds):
    together, reports = twenty_seeds
    errors = [r.rows.metrics["acceleration_error"] for r in reports]
    assert len({round(t.best_loss, 6) for t in together}) == 20
    ratio = errors[-1] / errors[0]
    # Some seeds begin near what so small a model can reach.
    assert np.all(ratio < 0.9) and np.median(ratio) < 0.6


def test_training_again_gives_the_same_numbers(twenty_seeds):
    together, _ = twenty_seeds
    again, _ = train([run_config(seed=seed) for seed in range(20)])
    for a, b in zip(together, again, strict=True):
        assert_same_weights(a.model, b.model, rtol=0, atol=0)


def test_the_kept_model_is_the_best_by_train_loss(twenty_seeds):
    together, reports = twenty_seeds
    losses = np.stack([r.rows.training.total for r in reports])
    for i, trained in enumerate(together):
        best = int(np.argmin(losses[:, i]))
        block = reports[best].block
        assert trained.best_loss == losses[best, i]
        assert trained.best_step == block.global_step + block.n_steps


def test_the_kept_model_is_the_one_that_was_measured(twenty_seeds):
    together, reports = twenty_seeds
    run = run_config(seed=0)
    data = training_data(run)
    measured = evaluate_pointwise([t.model for t in together], data.training, data.units)
    losses = np.stack([r.rows.training.total for r in reports])
    for i, evaluation in enumerate(measured):
        logged = reports[int(np.argmin(losses[:, i]))].rows.metrics["acceleration_error"][i]
        assert evaluation.metrics["acceleration_error"].mean == pytest.approx(logged, rel=1e-4)


def test_the_losses_of_the_first_steps_are_those_on_record(twenty_seeds):
    _, reports = twenty_seeds
    record.check("training", reports[0].rows.batch.total[:3, :10], 2e-3)


def test_with_validation_the_best_is_by_validation_loss():
    run = run_config("complex_TBP_planar_5_train", train_val_split=0.6, seed=4)
    data = training_data(run)
    assert len(data.training.t) == 3 and len(data.validation.t) == 2
    a = np.concatenate([data.training.elements.semi_major_axis, data.validation.elements.semi_major_axis])
    assert len(np.unique(a)) == 5  # split by orbit: none on both sides
    (trained,), reports = train([run])
    losses = np.stack([r.rows.validation.total[0] for r in reports])
    assert trained.best_loss == losses.min()


def test_a_new_segment_shape_starts_the_search_for_the_best_anew():
    # Longer segments have larger losses: without a new start the first stage's model would always be kept.
    (trained,), reports = train([run_config(segment_length_strategy=(4, 30))])
    last = [r for r in reports if r.block.stage == 1]
    assert trained.best_loss == min(r.rows.training.total[0] for r in last)
    assert trained.best_step > 60


def test_stopping_returns_nothing():
    assert train_program([run_config()], lambda report: None, stop=lambda: True) is None


def test_number_of_steps_and_rows():
    _, reports = train([run_config()])
    assert [(r.block.stage, r.block.first_step, r.block.n_steps) for r in reports] == [
        (0, 0, 25),
        (0, 25, 25),
        (0, 50, 10),
        (1, 0, 25),
        (1, 25, 5),
    ]
    for r in reports:
        assert np.sum(np.isfinite(r.rows.batch.total)) == r.block.n_steps


class TestBatchOrder:
    key = jax.random.key(5)

    def test_an_epoch_uses_every_segment_once(self):
        order = np.asarray(batch_indices(self.key, 0, 10, 90, 9))
        assert sorted(order.ravel()) == list(range(90))

    def test_a_step_does_not_depend_on_the_blocks(self):
        whole = np.asarray(batch_indices(self.key, 0, 40, 50, 8))
        parts = [np.asarray(batch_indices(self.key, first, 10, 50, 8)) for first in (0, 10, 20, 30)]
        np.testing.assert_array_equal(whole, np.concatenate(parts))

    def test_epochs_differ(self):
        order = np.asarray(batch_indices(self.key, 0, 20, 90, 9))
        assert not np.array_equal(order[:10], order[10:])

    def test_larger_than_the_data_means_full_batches(self):
        order = np.asarray(batch_indices(self.key, 3, 4, 7, 64))
        np.testing.assert_array_equal(order, np.tile(np.arange(7), (4, 1)))


class TestPrograms:
    def test_seeds_and_rates_share_a_program_and_shapes_do_not(self):
        runs = [
            run_config(seed=0),
            run_config(seed=1, lr_strategy=(0.02, 0.001)),
            run_config(seed=0, width=16),
            run_config(seed=2, rtol=1e-5),
        ]
        assert sorted(p.places for p in plan_programs(runs)) == [(0, 1, 3), (2,)]

    def test_many_runs_are_cut_into_even_programs(self):
        programs = plan_programs([run_config(seed=s) for s in range(50)], max_together=32)
        assert [len(p.places) for p in programs] == [25, 25]

    def test_a_program_with_different_tolerances_uses_each_runs_own(self):
        # On eccentric orbits the loose one takes single steps and the tight one refines.
        shape = {"dataset": "complex_TBP_planar_3_train", "segment_length_strategy": (12,)}
        loose, tight = run_config(rtol=1e-1, atol=1e-1, **shape), run_config(rtol=1e-6, atol=1e-8, **shape)
        _, reports = train([loose, tight])
        first, second = reports[0].rows.batch.total
        assert not np.array_equal(first, second)


def test_data_of_each_run_is_its_own_where_splits_differ():
    runs = [run_config("complex_TBP_planar_4_train", train_val_split=0.5, seed=s) for s in (0, 3)]
    first, second = (training_data(r).training.elements.semi_major_axis for r in runs)
    assert not np.array_equal(first, second)
    together, _ = train(runs)
    (alone,), _ = train(runs[1:])
    assert alone.best_loss == pytest.approx(together[1].best_loss, rel=1e-3)


def test_time_is_shared_among_the_runs(twenty_seeds):
    together, _ = twenty_seeds
    assert len({t.seconds for t in together}) == 1
    assert together[0].seconds > 0


def test_jnp_arrays_only():
    run = run_config()
    leaves = jax.tree.leaves(stage_data(run, training_data(run)))
    assert all(isinstance(x, jnp.ndarray) and x.dtype in (jnp.float32, jnp.bool_) for x in leaves)
