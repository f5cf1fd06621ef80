"""Every key of a sweep file's `parameters`: type, range, default and meaning."""

from functools import lru_cache
from typing import Annotated, Any

from pydantic import Field, model_validator

from orbitsens.config import choices
from orbitsens.config.fields import Frozen, NotNegative, Positive, Seed, Stages, Steps, Window, one_of, some_of
from orbitsens.config.limits import MOST_DEPTH, MOST_WEIGHTS, MOST_WIDTH
from orbitsens.config.stage import Stage

# The schedules that every stage takes an entry of.
STAGE_KEYS = ("length_strategy", "lr_strategy", "steps_strategy", "segment_length_strategy")
# The keys of which one alternative is itself a list with one entry per stage.
SCHEDULE_KEYS = (*STAGE_KEYS, "epochs_strategy")
# Runs of one setting differ by these alone.
SEED_KEYS: tuple[str, ...] = ("seed", "split_seed", "init_seed", "batch_seed")


class Parameters(Frozen):
    """What one run is trained with. One field is one key of a sweep file's `parameters`."""

    length_strategy: Annotated[tuple[Window, ...], Stages] = Field(
        ((0.0, 1.0),), description="per stage, the window of each segment that is used, as fractions of its length"
    )
    lr_strategy: Annotated[tuple[Positive, ...], Stages] = Field(
        (0.001, 0.0001), description="per stage, the learning rate"
    )
    steps_strategy: Annotated[tuple[Steps, ...], Stages] = Field(
        (1000, 500), description="per stage, the number of optimiser steps"
    )
    epochs_strategy: Annotated[tuple[Steps, ...], Stages] | None = Field(
        None, description="per stage, the number of passes over the training segments; instead of steps_strategy"
    )
    segment_length_strategy: Annotated[tuple[Annotated[int, Field(ge=2)], ...], Stages] = Field(
        (4,), description="per stage, the number of samples in a segment"
    )
    width: int = Field(64, ge=1, le=MOST_WIDTH, description="units of each hidden layer of the MLP")
    depth: int = Field(3, ge=0, le=MOST_DEPTH, description="hidden layers of the MLP")
    train_val_split: float = Field(
        1.0, gt=0, le=1, description="share of the orbits that train; 1 means no validation set"
    )
    batch_size: int = Field(64, ge=1, description="segments per step; more than there are means full batches")
    num_trajs: int = Field(-1, ge=-1, description="orbits taken from the dataset; -1 means all")
    seed: Seed = Field(0, description="drives initialisation, batch order and the split of the orbits")
    split_seed: Seed | None = Field(None, description="drives the split into training and validation; unset: seed")
    init_seed: Seed | None = Field(None, description="drives initialisation; unset: seed")
    batch_seed: Seed | None = Field(None, description="drives batch order and augmentation; unset: seed")
    loss_fcn: Annotated[str, one_of(choices.LOSSES)] = Field("percent_error_plus_nmse", description="the loss, by name")
    l1_reg: NotNegative = Field(1e-5, description="strength of the l1 penalty of the losses that end in _reg")
    l2_reg: NotNegative = Field(1e-5, description="strength of the l2 penalty of the losses that end in _reg")
    activation: Annotated[str, one_of(choices.ACTIVATIONS, choices.ACTIVATION_SYNONYMS)] = Field(
        "leaky_relu", description="activation of the hidden layers, by its jax.nn name"
    )
    feature_layer: Annotated[str, one_of(choices.FEATURE_LAYERS)] = Field(
        "sph_4D_rinv_vel", description="what the MLP sees of the state"
    )
    feature_transform: Annotated[str, one_of(choices.FEATURE_TRANSFORMS)] = Field(
        "identity", description="what becomes of the features before the MLP, fitted on the training orbits"
    )
    output_layer: Annotated[str, one_of(choices.OUTPUT_LAYERS, choices.OUTPUT_SYNONYMS)] = Field(
        "mlp_4D_unit_softplus", description="how the MLP's output becomes an acceleration"
    )
    scalar: Positive = Field(1.0, description="factor of the output layers whose meaning names it")
    planar_constraint: bool = Field(
        True, description="zero the z components of the dynamics; false where the data is not planar"
    )
    rtol: Positive = Field(1e-6, description="relative tolerance of the solver")
    atol: Positive = Field(1e-8, description="absolute tolerance of the solver, in the model's units")
    optimizer: Annotated[str, one_of(choices.OPTIMIZERS)] = Field(
        "adabelief", description="the optimiser by its optax name, re-initialised at each stage"
    )
    momentum: float = Field(0.9, ge=0, lt=1, description="momentum of sgd; other optimisers have their own")
    lr_schedule: Annotated[str, one_of(choices.LR_SCHEDULES)] = Field(
        "constant", description="the learning rate within a stage"
    )
    lr_final_ratio: float = Field(
        0.01, gt=0, le=1, description="cosine and exponential: learning rate at a stage's end by that at its start"
    )
    weight_decay: NotNegative | None = Field(
        None, description="decoupled weight decay; unset: the optimiser's own (adamw 0.0001, lion 0.001, others none)"
    )
    gradient_clip: Positive | None = Field(
        None, description="largest global norm of a gradient, longer ones are shortened to it; unset: any"
    )
    parameter_average: Annotated[str, one_of(choices.PARAMETER_AVERAGES)] = Field(
        "none", description="what is evaluated and kept: the weights themselves or their average over steps"
    )
    average_decay: float = Field(0.99, ge=0, lt=1, description="ema: what one step leaves of the average before it")
    average_share: float = Field(0.25, gt=0, le=1, description="tail_mean: the last share of each stage's steps")
    normalization: Annotated[str, one_of(choices.NORMALIZATIONS)] = Field(
        "canonical", description="units in which the model sees the state"
    )
    augmentation: Annotated[str, some_of(choices.AUGMENTATIONS, alone="none")] = Field(
        "none", description="random transformations of each batch, joined by '+'"
    )
    noise_scale: Positive = Field(
        0.001, description="state_noise: standard deviation as a share of the sample's distance and speed"
    )
    solver_engine: Annotated[str, one_of(choices.SOLVER_ENGINES)] = Field(
        "segment", description="the integrator of training segments"
    )
    eval_every: int = Field(
        50, ge=1, description="steps between two evaluations on all training and validation segments"
    )

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The schedule, single-stage entries broadcast to the number of stages."""
        return _stages(self.length_strategy, self.lr_strategy, self.steps_strategy, self.segment_length_strategy)

    @model_validator(mode="after")
    def _consistent(self) -> "Parameters":
        by_epochs = self.epochs_strategy is not None
        if by_epochs and "steps_strategy" not in self.model_fields_set:
            raise ValueError("epochs_strategy: how many steps these are depends on the data; expand a sweep with it")
        named_keys = ["epochs_strategy" if by_epochs and k == "steps_strategy" else k for k in STAGE_KEYS]
        lengths = {key: len(getattr(self, key)) for key in named_keys}
        if len(set(lengths.values()) - {1}) > 1:
            named = ", ".join(
                f"{key} has {n}{'' if key in self.model_fields_set else ' by default'}"
                for key, n in lengths.items()
                if n > 1
            )
            raise ValueError(
                f"the schedules disagree on the number of stages: {named}; give each the same number of entries, or one"
            )
        if self.num_trajs == 0:
            raise ValueError("num_trajs: write -1 for all orbits, or a number from 1, got 0")
        weights = self.width * self.width * self.depth
        if weights > MOST_WEIGHTS:
            raise ValueError(
                f"width: {self.depth} layers of {self.width} units have {weights:,} weights, and {MOST_WEIGHTS:,} are "
                "the most; write a smaller width or depth"
            )
        empty = _too_short(self.stages)
        if empty is not None:
            raise ValueError(
                f"length_strategy: the window {list(empty.window)} of a segment of {empty.segment_length} "
                "samples keeps fewer than 2 samples; widen the window or lengthen the segment"
            )
        return self


# The runs of a sweep have few schedules: each is broadcast and checked once.
@lru_cache(maxsize=1024)
def _stages(*schedules: tuple[Any, ...]) -> tuple[Stage, ...]:
    """The stages of the schedules of `STAGE_KEYS`."""
    n = max(len(s) for s in schedules)
    columns = [s * n if len(s) == 1 else s for s in schedules]
    return tuple(
        Stage(learning_rate=lr, steps=steps, segment_length=length, window=window)
        for window, lr, steps, length in zip(*columns, strict=True)
    )


@lru_cache(maxsize=1024)
def _too_short(stages: tuple[Stage, ...]) -> Stage | None:
    """The first stage of which fewer than two samples are used."""
    return next((stage for stage in stages if stage.n_samples < 2), None)
