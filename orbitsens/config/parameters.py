"""Every key of a sweep file's `parameters` and `data`: type, range, default and meaning."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from orbitsens.config import choices
from orbitsens.config.dataset_name import SAMPLES_PER_ORBIT, parse_dataset_name, test_twin
from orbitsens.config.errors import closest


def _one_of(known: Mapping[str, str]) -> AfterValidator:
    def check(name: str) -> str:
        if name not in known:
            raise ValueError(f"unknown name{closest(name, known)}; known are {', '.join(known)}")
        return name

    return AfterValidator(check)


def _dataset(name: str) -> str:
    return str(parse_dataset_name(name))


def _window(window: tuple[float, float]) -> tuple[float, float]:
    start, end = window
    if not 0.0 <= start < end <= 1.0:
        raise ValueError("a window is [start, end] with 0 <= start < end <= 1")
    return window


Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Window = Annotated[tuple[float, float], AfterValidator(_window)]
Stages = Field(min_length=1)


def _contains_bool(value: object) -> bool:
    if isinstance(value, list | tuple):
        return any(_contains_bool(v) for v in value)
    return isinstance(value, bool)


class Frozen(BaseModel):
    """Immutable and closed to unknown keys; `true` and `false` are no numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _no_bool_for_number(cls, value: object, info: ValidationInfo) -> object:
        if info.field_name and cls.model_fields[info.field_name].annotation is not bool and _contains_bool(value):
            raise ValueError("true and false are not allowed here")
        return value


class Parameters(Frozen):
    """What one run is trained with. One field is one key of a sweep file's `parameters`."""

    length_strategy: Annotated[tuple[Window, ...], Stages] = Field(
        ((0.0, 1.0),), description="per stage, the window of each segment that is used, as fractions of its length"
    )
    lr_strategy: Annotated[tuple[Positive, ...], Stages] = Field(
        (0.001, 0.0001), description="per stage, the learning rate"
    )
    steps_strategy: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Stages] = Field(
        (1000, 500), description="per stage, the number of optimiser steps"
    )
    segment_length_strategy: Annotated[tuple[Annotated[int, Field(ge=2)], ...], Stages] = Field(
        (4,), description="per stage, the number of samples in a segment"
    )
    width: int = Field(64, ge=1, description="units of each hidden layer of the MLP")
    depth: int = Field(3, ge=0, description="hidden layers of the MLP")
    train_val_split: float = Field(
        1.0, gt=0, le=1, description="share of the orbits that train; 1 means no validation set"
    )
    batch_size: int = Field(64, ge=1, description="segments per step; more than there are means full batches")
    num_trajs: int = Field(-1, ge=-1, description="orbits taken from the dataset; -1 means all")
    seed: int = Field(0, ge=0, lt=2**32, description="drives initialisation and batch order")
    loss_fcn: Annotated[str, _one_of(choices.LOSSES)] = Field(
        "percent_error_plus_nmse", description="the loss, by name"
    )
    activation: Annotated[str, _one_of(choices.ACTIVATIONS)] = Field(
        "leaky_relu", description="activation of the hidden layers, by its jax.nn name"
    )
    feature_layer: Annotated[str, _one_of(choices.FEATURE_LAYERS)] = Field(
        "sph_4D_rinv_vel", description="what the MLP sees of the state"
    )
    output_layer: Annotated[str, _one_of(choices.OUTPUT_LAYERS)] = Field(
        "mlp_4D_unit_softplus", description="how the MLP's output becomes an acceleration"
    )
    planar_constraint: bool = Field(True, description="zero the z components of the dynamics")
    rtol: Positive = Field(1e-6, description="relative tolerance of the solver")
    atol: Positive = Field(1e-8, description="absolute tolerance of the solver, canonical units")
    optimizer: Annotated[str, _one_of(choices.OPTIMIZERS)] = Field(
        "adabelief", description="the optimiser, re-initialised at each stage"
    )
    normalization: Annotated[str, _one_of(choices.NORMALIZATIONS)] = Field(
        "canonical", description="units in which the model sees the state"
    )
    augmentation: Annotated[str, _one_of(choices.AUGMENTATIONS)] = Field(
        "none", description="random transformation of each batch"
    )
    solver_engine: Annotated[str, _one_of(choices.SOLVER_ENGINES)] = Field(
        "segment", description="the integrator of training segments"
    )
    eval_every: int = Field(
        50, ge=1, description="steps between two evaluations on all training and validation segments"
    )

    @property
    def stages(self) -> tuple["Stage", ...]:
        """The schedule, single-stage entries broadcast to the number of stages."""
        schedules = [getattr(self, key) for key in SCHEDULE_KEYS]
        n = max(len(s) for s in schedules)
        columns = [s * n if len(s) == 1 else s for s in schedules]
        return tuple(
            Stage(learning_rate=lr, steps=steps, segment_length=length, window=window)
            for window, lr, steps, length in zip(*columns, strict=True)
        )

    @model_validator(mode="after")
    def _consistent(self) -> "Parameters":
        lengths = {key: len(getattr(self, key)) for key in SCHEDULE_KEYS}
        if len(set(lengths.values()) - {1}) > 1:
            named = ", ".join(f"{key} has {n}" for key, n in lengths.items())
            raise ValueError(
                f"the schedules disagree on the number of stages: {named}; give each the same number of entries, or one"
            )
        if self.num_trajs == 0:
            raise ValueError("num_trajs: write -1 for all orbits, or a number from 1, got 0")
        for stage in self.stages:
            if stage.n_samples < 2:
                raise ValueError(
                    f"length_strategy: the window {list(stage.window)} of a segment of {stage.segment_length} "
                    "samples keeps fewer than 2 samples; widen the window or lengthen the segment"
                )
        return self


class Stage(Frozen):
    """One training stage: its learning rate, optimiser steps, segment length and window."""

    learning_rate: float
    steps: int
    segment_length: int
    window: tuple[float, float]

    @property
    def sample_range(self) -> tuple[int, int]:
        """First and one-past-last sample of a segment: floor(L f0) .. ceil(L f1)."""
        start, end = self.window
        # The tiny shift keeps products such as 10 * 0.3 = 3.0000000000000004 from being rounded up.
        return int(self.segment_length * start + 1e-9), -int(-(self.segment_length * end - 1e-9) // 1)

    @property
    def n_samples(self) -> int:
        """Samples of a segment that are used, its first state included."""
        first, stop = self.sample_range
        return stop - first


SCHEDULE_KEYS = ("length_strategy", "lr_strategy", "steps_strategy", "segment_length_strategy")
SEED_KEYS: tuple[str, ...] = ("seed",)


class Data(Frozen):
    """What one run is trained and tested on. One field is one key of a sweep file's `data`."""

    dataset_name: Annotated[str, AfterValidator(_dataset)] = Field(description="the training dataset, by name")
    problem: Literal["2BP"] = Field("2BP", description="the dynamical problem; 2BP is the two-body problem")
    test_dataset: Annotated[str, AfterValidator(_dataset)] | None = Field(
        None, description="the test dataset; the _test twin of the training dataset unless given"
    )

    @property
    def test_name(self) -> str:
        """The test dataset in force."""
        return self.test_dataset or test_twin(self.dataset_name)


def check_fit(parameters: Parameters, data: Data) -> None:
    """Check what only parameters and data together can tell.

    Raises:
        ValueError: more orbits asked for than there are, no training orbit left, or a segment longer than an orbit.
    """
    n = parse_dataset_name(data.dataset_name).n
    if parameters.num_trajs > n:
        raise ValueError(f"num_trajs: {parameters.num_trajs} orbits asked for, but {data.dataset_name} has {n}")
    for stage in parameters.stages:
        if stage.segment_length > SAMPLES_PER_ORBIT:
            raise ValueError(
                f"segment_length_strategy: a segment of {stage.segment_length} samples is longer than an orbit "
                f"of {data.dataset_name}, which has {SAMPLES_PER_ORBIT}"
            )
    n_train, _ = split_sizes(n if parameters.num_trajs == -1 else parameters.num_trajs, parameters.train_val_split)
    if n_train == 0:
        raise ValueError(
            f"train_val_split: {parameters.train_val_split} of the orbits leaves none to train on; raise it"
        )


def split_sizes(n_orbits: int, train_val_split: float) -> tuple[int, int]:
    """Numbers of training and of validation orbits, the training share rounded to the nearest orbit."""
    n_train = round(n_orbits * train_val_split)
    return n_train, n_orbits - n_train
