"""What runs of one compiled program differ in: their random keys, and the numbers that enter it."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray

from orbitsens.averaging import AverageNumbers
from orbitsens.config import Parameters, Stage
from orbitsens.learning_rate import REGISTRY as LR_SCHEDULES
from orbitsens.optimizers import OptimizerNumbers
from orbitsens.traced import TRACED
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
    number = {key: jnp.float32(value(parameters, stage)) for key, value in TRACED.items()}
    return Numbers(
        Tolerance(number["rtol"], number["atol"]),
        OptimizerNumbers(
            learning_rate=number["lr_strategy"],
            weight_decay=number["weight_decay"],
            gradient_clip=number["gradient_clip"],
            momentum=number["momentum"],
        ),
        AverageNumbers(decay=number["average_decay"], share=number["average_share"]),
        lr_final_ratio=number["lr_final_ratio"],
        noise_scale=number["noise_scale"],
        n_steps=number["epochs_strategy"],
    )


def scheduled(parameters: Parameters, numbers: Numbers, step: Int[Array, ""]) -> OptimizerNumbers:
    """The optimiser's numbers at a step of the stage, counted from 0."""
    if parameters.lr_schedule == "constant":
        return numbers.optimizer
    done = jnp.float32(step) / numbers.n_steps
    factor = LR_SCHEDULES[parameters.lr_schedule](done, numbers.lr_final_ratio)
    return numbers.optimizer._replace(learning_rate=numbers.optimizer.learning_rate * factor)
