"""What an augmentation is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from jaxtyping import Array, Bool, Float, PRNGKeyArray


class Segments(NamedTuple):
    """Pieces of orbits in model units: times since each piece's first sample, states, and which samples are real."""

    t: Float[Array, "segment sample"]
    y: Float[Array, "segment sample 6"]
    mask: Bool[Array, "segment sample"]


@dataclass(frozen=True)
class Augmentation:
    """A random transformation of a batch of segments that keeps the two-body law."""

    name: str
    formula: str
    apply: Callable[[PRNGKeyArray, Segments], Segments]
