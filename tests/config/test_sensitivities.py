"""The keys of the pipeline's sensitivities: what they accept, what follows from the data, and what hashes see."""

import pytest

from orbitsens.config import ConfigError, Parameters, RunConfig, expand
from orbitsens.config.sweepfile import parse_sweep
from orbitsens.programs import plan_programs


def runs_of(data=None, **parameters):
    raw = {
        "wandb": {"group": "g"},
        "data": {"dataset_name": "complex_TBP_planar_10_train", **(data or {})},
        "parameters": parameters,
    }
    return expand(parse_sweep(raw))


def run_of(data=None, **parameters) -> RunConfig:
    (run,) = runs_of(data, **parameters)
    return run


class TestSeeds:
    def test_runs_of_one_setting_differ_by_any_of_the_seeds(self):
        runs = [run_of(seed=1), run_of(seed=2), run_of(split_seed=3), run_of(init_seed=4), run_of(batch_seed=5)]
        assert len({run.setting for run in runs}) == 1
        assert len({run.hash for run in runs}) == 5
        assert len(plan_programs(runs)) == 1

    def test_keys_at_their_default_leave_the_hash_as_it_was(self):
        plain = run_of(seed=7, width=32)
        defaults = {name: field.default for name, field in Parameters.model_fields.items()}
        spelt = {k: v for k, v in defaults.items() if k not in ("steps_strategy", "epochs_strategy")}
        spelt = {k: list(map(list, v)) if k == "length_strategy" else v for k, v in spelt.items()}
        spelt = {k: [list(v)] if isinstance(v, tuple) else v for k, v in spelt.items()}
        assert run_of(**{**spelt, "seed": 7, "width": 32}).hash == plain.hash == "172fb659b97b33ab"


class TestEpochs:
    def test_epochs_become_steps(self):
        # 10 orbits of 90 segments of 4 samples: 14 whole batches of 64 a pass, and 40 segments of 9 samples less.
        run = run_of(epochs_strategy=[[2, 3]], segment_length_strategy=[[4, 9]])
        assert [stage.steps for stage in run.parameters.stages] == [2 * 14, 3 * 6]
        assert run.parameters.epochs_strategy == (2, 3)

    def test_one_entry_stands_for_all_stages(self):
        run = run_of(epochs_strategy=5, lr_strategy=[[1e-3, 1e-4, 1e-5]], batch_size=10_000)
        assert [stage.steps for stage in run.parameters.stages] == [5, 5, 5]

    def test_epochs_and_the_steps_they_come_to_are_the_same_run(self):
        assert run_of(epochs_strategy=[[2, 3]]).hash == run_of(steps_strategy=[[28, 42]]).hash

    def test_alternatives_of_epochs_nest_like_the_other_schedules(self):
        runs = runs_of(epochs_strategy=[[1, 2], [3]])
        assert [[s.steps // 14 for s in run.parameters.stages] for run in runs] == [[1, 2], [3, 3]]

    def test_epochs_count_the_orbits_that_train(self):
        run = run_of(epochs_strategy=1, train_val_split=0.5)
        assert run.parameters.stages[0].steps == 450 // 64


class TestPlane:
    def test_the_constraint_follows_the_data(self):
        assert run_of().parameters.planar_constraint
        nonplanar = {"dataset_name": "simple_TBP_nonplanar_3"}
        assert not run_of(nonplanar).parameters.planar_constraint
        assert not run_of(planar_constraint=False).parameters.planar_constraint

    def test_motion_along_z_is_not_suppressed_silently(self):
        with pytest.raises(ConfigError, match=r"planar_constraint: .* not planar.*write false"):
            runs_of({"dataset_name": "simple_TBP_nonplanar_3"}, planar_constraint=True)


@pytest.mark.parametrize("text", ["reflection+rotation", "rotation + reflection", "rotation+reflection"])
def test_augmentations_are_joined_in_any_order(text):
    assert run_of(augmentation=text).parameters.augmentation == "rotation+reflection"


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"augmentation": "rotaton"}, r"augmentation: unknown name 'rotaton' \(did you mean 'rotation'\?\)"),
        ({"augmentation": "rotation+rotation"}, "join different names"),
        ({"augmentation": "none+rotation"}, "leave 'none' alone"),
        ({"noise_scale": 0}, "noise_scale: has to be above 0, got 0"),
        ({"optimizer": "adamm"}, r"optimizer: unknown name 'adamm' \(did you mean 'adam'\?\)"),
        ({"lr_schedule": "linear"}, "lr_schedule: unknown name 'linear'"),
        ({"lr_final_ratio": 0}, "lr_final_ratio: has to be above 0, got 0"),
        ({"weight_decay": -1}, "weight_decay: has to be at least 0, got -1"),
        ({"gradient_clip": 0}, "gradient_clip: has to be above 0, got 0"),
        ({"momentum": 1}, "momentum: has to be below 1, got 1"),
        ({"parameter_average": "mean"}, "parameter_average: unknown name 'mean'"),
        ({"average_share": 2}, "average_share: has to be at most 1, got 2"),
        (
            {"normalization": "standardize"},
            r"unknown name 'standardize' \(did you mean 'standardise'\?\)",
        ),
        ({"feature_transform": "minmax"}, r"feature_transform: unknown name 'minmax' \(did you mean 'min_max'\?\)"),
        ({"split_seed": -1}, "split_seed: has to be at least 0, got -1"),
        ({"epochs_strategy": 3, "steps_strategy": 5}, "epochs_strategy: steps_strategy is given as well"),
        ({"epochs_strategy": [[1, 2, 3]]}, "lr_strategy has 2 by default, epochs_strategy has 3"),
        ({"epochs_strategy": 0}, "epochs_strategy, entry 1: has to be at least 1, got 0"),
    ],
)
def test_a_mistake_is_one_sentence(parameters, says):
    with pytest.raises(ConfigError, match=says) as caught:
        runs_of(**parameters)
    assert "\n" not in str(caught.value)


def test_epochs_alone_do_not_make_parameters():
    with pytest.raises(ValueError, match="depends on the data"):
        Parameters(epochs_strategy=(3,))


class TestPrograms:
    def test_numbers_share_a_program_and_switches_do_not(self):
        shared = [
            *runs_of(weight_decay=[0.1, 0.2], gradient_clip=[1.0, 2.0]),
            run_of(weight_decay=0.3, gradient_clip=5.0, noise_scale=0.5, momentum=0.5, lr_final_ratio=0.5),
        ]
        assert len(plan_programs(shared)) == 1
        kinds = [run_of(), run_of(weight_decay=0.1), run_of(gradient_clip=1.0), run_of(optimizer="adam")]
        assert len(plan_programs(kinds)) == 4
