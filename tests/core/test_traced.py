"""Keys that are numbers of a program: each run of a program trains with its own, as it would alone."""

import numpy as np
import pytest

from orbitsens import programs, traced
from orbitsens.config import SEED_KEYS, Data, Parameters
from orbitsens.config.expand import RunConfig
from orbitsens.config.sweepfile import Wandb
from orbitsens.ensemble import train_program
from orbitsens.prepare import prepare_program
from orbitsens.programs import plan_programs
from orbitsens.traced import SWITCHES, TRACED, shape_key, shape_parameters

pytestmark = pytest.mark.mixed_dtypes  # optax mixes integers with floats

# All that can be traced is in force.
BASE = {
    "width": 4,
    "depth": 1,
    "steps_strategy": (12,),
    "lr_strategy": (0.05,),
    "segment_length_strategy": (12,),
    "eval_every": 12,
    "batch_size": 16,
    "rtol": 1e-6,
    "atol": 1e-8,
    "optimizer": "sgd",
    "momentum": 0.5,
    "lr_schedule": "cosine",
    "weight_decay": 0.1,
    "gradient_clip": 1.0,
    "augmentation": "state_noise",
    "noise_scale": 0.01,
}
CHANGES = {
    "lr_strategy": (0.02,),
    "rtol": 0.1,
    "atol": 0.1,
    "momentum": 0.9,
    "lr_final_ratio": 0.5,
    "weight_decay": 0.9,
    "gradient_clip": 0.1,
    "noise_scale": 0.1,
    "seed": 3,
    "init_seed": 3,
    "batch_seed": 3,
}
AVERAGES = {"average_decay": ("ema", 0.5), "average_share": ("tail_mean", 0.75)}
ELSEWHERE = {"epochs_strategy", "split_seed"}  # test_sensitivities.py, test_train.py


def run_config(**changes) -> RunConfig:
    return RunConfig(
        wandb=Wandb(group="test"),
        data=Data(dataset_name="complex_TBP_planar_3_train"),
        parameters=Parameters(**{**BASE, **changes}),
    )


def losses(runs: list[RunConfig]) -> np.ndarray:
    """The loss of every batch and of the model at the end, by run."""
    reports: list = []
    assert train_program(runs, reports.append) is not None
    (report,) = reports
    return np.column_stack([report.rows.batch.total, report.rows.training.total])


@pytest.fixture(scope="module")
def together():
    return losses([run_config(), *(run_config(**{key: value}) for key, value in CHANGES.items())])


def test_every_traced_key_is_tested() -> None:
    assert {*CHANGES, *AVERAGES} | ELSEWHERE == {*TRACED, *SEED_KEYS}


@pytest.mark.parametrize("key", CHANGES)
def test_each_run_of_a_program_trains_with_its_own_number(key, together) -> None:
    base, changed = together[0], together[1 + list(CHANGES).index(key)]
    assert np.all(np.isfinite(changed))
    assert not np.allclose(changed, base, rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("key", CHANGES)
def test_a_run_in_a_program_is_what_it_is_alone(key, together) -> None:
    changed = together[1 + list(CHANGES).index(key)]
    np.testing.assert_allclose(changed, losses([run_config(**{key: CHANGES[key]})])[0], rtol=2e-4)


@pytest.mark.slow
@pytest.mark.parametrize(("key", "kind", "changed"), [(key, *pair) for key, pair in AVERAGES.items()])
def test_averages_take_each_runs_own_number(key, kind, changed) -> None:
    runs = [run_config(parameter_average=kind), run_config(parameter_average=kind, **{key: changed})]
    assert len(plan_programs(runs)) == 1
    first, second = losses(runs)
    np.testing.assert_array_equal(first[:-1], second[:-1])
    assert first[-1] != second[-1]


def test_what_shapes_a_program_lacks_every_traced_key() -> None:
    shape = shape_parameters(Parameters(weight_decay=0.1, gradient_clip=2.0, lr_strategy=(0.1, 0.2)))
    for key in {*TRACED, *SEED_KEYS} - {"lr_strategy"}:
        with pytest.raises(AttributeError, match=key):
            getattr(shape, key)
    assert np.all(np.isnan(shape.lr_strategy)) and len(shape.stages) == 2
    off = shape_parameters(Parameters(weight_decay=0.0))
    assert [getattr(off, key) for key in SWITCHES] == [0.0, None]


def test_a_key_that_is_only_called_traced_is_an_error_and_trains_no_wrong_run(monkeypatch) -> None:
    runs = [run_config(loss_fcn="mse_with_reg", l1_reg=reg) for reg in (0.0, 10.0)]
    assert len(plan_programs(runs)) == 2
    monkeypatch.setattr(traced, "TRACED", {**TRACED, "l1_reg": lambda p, stage: p.l1_reg})
    assert len(programs.plan_programs(runs)) == 1
    with pytest.raises(AttributeError, match="l1_reg"):
        prepare_program(runs)


def test_the_quick_key_of_a_shape_is_equal_where_the_shape_is():
    changes = {
        "seed": 3, "split_seed": 1, "lr_strategy": (0.5, 0.2), "rtol": 1e-3, "momentum": 0.5, "noise_scale": 0.5,
        "width": 32, "depth": 2, "batch_size": 8, "activation": "elu", "steps_strategy": (5, 5),
        "planar_constraint": False,
        "weight_decay": 0.1, "gradient_clip": 2.0, "eval_every": 7, "segment_length_strategy": (18,),
    }  # fmt: skip
    variants = [Parameters(), Parameters(weight_decay=0.0), Parameters(weight_decay=0.3), Parameters(gradient_clip=1.0)]
    variants += [Parameters(lr_strategy=(0.1,), steps_strategy=(5,))]
    variants += [Parameters(**{key: value}) for key, value in changes.items()]

    def slow(parameters):
        return repr(sorted((key, repr(value)) for key, value in vars(shape_parameters(parameters)).items()))

    same = [(shape_key(a) == shape_key(b), slow(a) == slow(b)) for a in variants for b in variants]
    assert all(quick == whole for quick, whole in same)
    assert len({whole for _, whole in same}) == 2
