"""Reading logged configs: ours come back as they were, old ones keep what they have."""

from pathlib import Path

from orbitsens.config import Data, Parameters, expand, load_sweep_file, read_logged


def test_a_logged_config_comes_back():
    run = expand(load_sweep_file(Path("runner/sweeps/sweep-seeds-v2.yaml")))[4]
    known, extra = read_logged(run.logged())
    assert extra == {}
    assert Parameters(**{k: v for k, v in known.items() if k in Parameters.model_fields}) == run.parameters
    assert Data(**{k: v for k, v in known.items() if k in Data.model_fields}).dataset_name == run.data.dataset_name


def test_flat_and_nested_configs_read_the_same():
    nested = {"data": {"dataset_name": "complex_TBP_planar_1"}, "parameters": {"width": 32}, "wandb": {"group": "g"}}
    flat = {"dataset_name": "complex_TBP_planar_1", "width": 32}
    assert read_logged(nested) == read_logged(flat)


def test_missing_keys_stay_missing_and_refused_values_are_kept():
    known, extra = read_logged({"parameters": {"width": -3, "hidden_layers": 4, "depth": 2}})
    assert known == {"depth": 2}
    assert extra == {"width": -3, "hidden_layers": 4}
