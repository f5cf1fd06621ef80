"""What the fields of a sweep file's sections are made of: the base class and the checked types."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from orbitsens.config.errors import ConfigError, closest, one_sentence, shortened
from orbitsens.config.limits import MOST_STAGES, MOST_STEPS


def one_of(known: Mapping[str, str], synonyms: Mapping[str, str] = MappingProxyType({})) -> AfterValidator:
    """Accept the names of a registry alone; a synonym becomes the name that it stands for."""

    def check(given: str) -> str:
        name = synonyms.get(given, given)
        if name not in known:
            raise ValueError(
                f"unknown name '{shortened(given)}'{closest(given, [*known, *synonyms])}; known are {', '.join(known)}"
            )
        return name

    return AfterValidator(check)


def some_of(known: Mapping[str, str], alone: str) -> AfterValidator:
    """Accept names of a registry joined by `+`, each once, put into the registry's order; `alone` stands alone."""

    def check(text: str) -> str:
        names = [name.strip() for name in text.split("+")]
        for name in names:
            if name not in known:
                raise ValueError(
                    f"unknown name '{shortened(name)}'{closest(name, known)}; known are {', '.join(known)}"
                )
        if len(set(names)) < len(names) or (alone in names and len(names) > 1):
            raise ValueError(f"join different names by '+', and leave '{alone}' alone")
        return "+".join(sorted(names, key=list(known).index))

    return AfterValidator(check)


_WINDOW = "a window is [start, end] with 0 <= start < end <= 1"


def _two(window: object) -> object:
    if not isinstance(window, list | tuple) or len(window) != 2:
        raise ValueError(_WINDOW)
    return window


def _within_one(window: tuple[float, float]) -> tuple[float, float]:
    start, end = window
    if not 0.0 <= start < end <= 1.0:
        raise ValueError(_WINDOW)
    return window


Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Steps = Annotated[int, Field(ge=1, le=MOST_STEPS)]
Window = Annotated[tuple[float, float], BeforeValidator(_two), AfterValidator(_within_one)]
Stages = Field(min_length=1, max_length=MOST_STAGES)


_NEVER_TRUTHS = frozenset({int, float, str, type(None)})


def contains_bool(value: object) -> bool:
    """Say whether a value is `true` or `false`, or a list with one of them in it."""
    if isinstance(value, list | tuple):
        return any(contains_bool(v) for v in value)
    return isinstance(value, bool)


class Frozen(BaseModel):
    """Immutable and closed to unknown keys; `true` and `false` are no numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _no_bool_for_number(cls, value: object, info: ValidationInfo) -> object:
        if type(value) in _NEVER_TRUTHS:
            return value
        if info.field_name and cls.model_fields[info.field_name].annotation is not bool and contains_bool(value):
            raise ValueError("true and false are not allowed here")
        return value


Section = TypeVar("Section", bound=Frozen)


def checked(model: type[Section], section: str, values: Mapping[str, object]) -> Section:
    """Return the checked `values` of a section of a sweep file.

    Raises:
        ConfigError: a value that is not allowed; the message names its key.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise ConfigError(one_sentence(error, section, model.model_fields)) from error
