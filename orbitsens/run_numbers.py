"""What runs of one compiled program differ in: their random keys, and the numbers that enter it."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray

from orbitsens.averaging import AverageNumbers
from orbitsens.config import Parameters, Stage
from orbitsens.learning_rate import REGISTRY as LR_SCHEDULES
from orbitsens.optimizers import OptimizerNumbers, weight_decay
from orbitsens.tsit5 import Tolerance


class RunKeys(NamedTuple):
    """The sources of randomness of a run."""

    init: PRNGKeyArray
    batch: PRNGKeyArray


class Numbers(NamedTuple):
    """What may differ between runs that share one compiled program, in one stage of `n_steps`."""

    tolerance: Tolerance
    optimizer: OptimizerNumbers
    average: AverageNumbers
    lr_final_ratio: Float[Array, ""]
    noise_scale: Float[Array, ""]
    n_steps: Float[Array, ""]


def run_keys(seed: int, init_seed: int | None = None, batch_seed: int | None = None) -> RunKeys:
    """The keys of a run's `seed`, or of the seeds that are set apart from it."""
    init, _ = jax.random.split(jax.random.key(seed if init_seed is None else init_seed))
    _, batch = jax.random.split(jax.random.key(seed if batch_seed is None else batch_seed))
    return RunKeys(init, batch)


def run_numbers(parameters: Parameters, stage: Stage) -> Numbers:
    """The numbers of a run in one of its stages."""
    p, number = parameters, jnp.float32
    return Numbers(
        Tolerance(number(p.rtol), number(p.atol)),
        OptimizerNumbers(
            learning_rate=number(stage.learning_rate),
            weight_decay=number(weight_decay(p)),
            gradient_clip=number(p.gradient_clip or 0.0),
            momentum=number(p.momentum),
        ),
        AverageNumbers(decay=number(p.average_decay), share=number(p.average_share)),
        lr_final_ratio=number(p.lr_final_ratio),
        noise_scale=number(p.noise_scale),
        n_steps=number(stage.steps),
    )


def scheduled(parameters: Parameters, numbers: Numbers, step: Int[Array, ""]) -> OptimizerNumbers:
    """The optimiser's numbers at a step of the stage, counted from 0."""
    if parameters.lr_schedule == "constant":
        return numbers.optimizer
    done = jnp.float32(step) / numbers.n_steps
    factor = LR_SCHEDULES[parameters.lr_schedule](done, numbers.lr_final_ratio)
    return numbers.optimizer._replace(learning_rate=numbers.optimizer.learning_rate * factor)
