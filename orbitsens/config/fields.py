"""What the fields of a sweep file's sections are made of: the base class and the checked types."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from orbitsens.config.errors import closest


def one_of(known: Mapping[str, str]) -> AfterValidator:
    """Accept the names of a registry alone."""

    def check(name: str) -> str:
        if name not in known:
            raise ValueError(f"unknown name{closest(name, known)}; known are {', '.join(known)}")
        return name

    return AfterValidator(check)


def some_of(known: Mapping[str, str], alone: str) -> AfterValidator:
    """Accept names of a registry joined by `+`, each once, put into the registry's order; `alone` stands alone."""

    def check(text: str) -> str:
        names = [name.strip() for name in text.split("+")]
        for name in names:
            if name not in known:
                raise ValueError(f"unknown name '{name}'{closest(name, known)}; known are {', '.join(known)}")
        if len(set(names)) < len(names) or (alone in names and len(names) > 1):
            raise ValueError(f"join different names by '+', and leave '{alone}' alone")
        return "+".join(sorted(names, key=list(known).index))

    return AfterValidator(check)


def _window(window: tuple[float, float]) -> tuple[float, float]:
    start, end = window
    if not 0.0 <= start < end <= 1.0:
        raise ValueError("a window is [start, end] with 0 <= start < end <= 1")
    return window


Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Count = Annotated[int, Field(ge=1)]
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
