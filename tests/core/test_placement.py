"""Runs shared out over devices: every run once, each the same as alone."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, strategies as st

from orbitsens.config import ConfigError, Data, Parameters, RunConfig
from orbitsens.config.sweepfile import Wandb
from orbitsens.device import choose_devices
from orbitsens.ensemble import blocks_of
from orbitsens.placement import ON_A_CORE, over_runs, place_runs, put_everywhere, put_runs
from orbitsens.prepare import prepare_program


@given(n=st.integers(1, 300), n_devices=st.integers(1, 2))
def test_every_run_has_a_place_and_few_places_are_left_over(n, n_devices):
    placement = place_runs(n, Parameters(), jax.devices()[:n_devices])
    used = placement.mesh.size
    assert used == min(n, n_devices)
    assert placement.n_padded >= n
    assert placement.n_padded % (used * placement.cohort) == 0
    assert placement.cohort <= ON_A_CORE
    # Less than a cohort a device too many.
    assert placement.n_padded - n < used * ON_A_CORE


@pytest.mark.parametrize("n", [1, 2, 5, 11])
def test_a_function_over_runs_is_the_function_of_each(n):
    def function(own, shared, key):
        noise = jax.random.normal(key, own.shape)
        return {"sum": jnp.sum(own * shared), "noisy": own + noise}

    placement = place_runs(n, Parameters())
    own, shared = jnp.arange(3.0 * n).reshape(n, 3), jnp.array([1.0, -2.0, 3.0])
    keys = jax.random.split(jax.random.key(0), n)
    everything = put_runs((own, keys), placement)
    found = over_runs(function, (0, None, 0), placement)(
        everything[0], put_everywhere(shared, placement), everything[1]
    )
    for i in range(n):
        alone = function(own[i], shared, keys[i])
        np.testing.assert_allclose(found["sum"][i], alone["sum"], rtol=1e-6)
        np.testing.assert_allclose(found["noisy"][i], alone["noisy"], rtol=1e-6)


def test_runs_are_spread_over_all_devices():
    placement = place_runs(6, Parameters())
    assert placement.mesh.size == len(jax.devices()) == 2
    x = put_runs(jnp.arange(6.0), placement)
    assert [shard.data.tolist() for shard in x.addressable_shards] == [[0, 1, 2], [3, 4, 5]]


def test_devices_by_name():
    assert choose_devices(None) == jax.devices()
    assert choose_devices("cpu") == jax.devices("cpu")
    assert choose_devices("cpu:1") == jax.devices("cpu")[1:]
    jax.config.update("jax_default_device", None)


@pytest.mark.parametrize("name", ["tpu3", "cpu:x", "cpu:7", "cuda"])
def test_a_device_that_is_not_there_is_refused_in_a_sentence(name):
    with pytest.raises(ConfigError, match=r"--device: .*" + name):
        choose_devices(name)


@pytest.mark.skipif(jax.default_backend() == "gpu", reason="needs a machine without a GPU")
def test_a_gpu_that_is_not_there_is_refused_in_a_sentence():
    with pytest.raises(ConfigError, match="--device: JAX finds no gpu here"):
        choose_devices("gpu")


@pytest.mark.mixed_dtypes  # optax mixes integers with floats
def test_devices_never_wait_for_one_another():
    """A collective in a program, or in what cuts its results, has stopped a sweep for good."""
    small = Parameters(width=4, depth=1, steps_strategy=(4,), lr_strategy=(0.001,), batch_size=4)
    data = Data(dataset_name="complex_TBP_planar_1_train")
    seeds = [small.model_copy(update={"seed": seed}) for seed in range(3)]
    runs = [RunConfig(wandb=Wandb(group="test"), data=data, parameters=each) for each in seeds]
    prepared = prepare_program(runs)
    for stage in prepared.stages:
        compiled = stage.advance.func.as_text()
        assert "fusion" in compiled
        assert not re.findall(r"all-gather|all-reduce|all-to-all|collective-permute|reduce-scatter", compiled)
    for _, report in blocks_of(prepared):
        assert {len(x) for x in jax.tree.leaves(report.rows)} == {4}
