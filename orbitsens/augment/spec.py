"""What an augmentation is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from jaxtyping import Array, Bool, Float, PRNGKeyArray


class Segments(NamedTuple):
    """Pieces of orbits in model units: times since each piece's first sample, states, and which samples are real.

    The real samples of a piece come first.
    """

    t: Float[Array, "*segment sample"]
    y: Float[Array, "*segment sample 6"]
    mask: Bool[Array, "*segment sample"]


class Extent(NamedTuple):
    """How far an augmentation may go: whether it has to keep the plane z = 0, and the size of noise (may be traced)."""

    planar: bool
    noise_scale: Float[Array, ""] | float


@dataclass(frozen=True)
class Augmentation:
    """A random transformation of one segment: t [sample], y [sample, 6], mask [sample].

    All but noise turn a solution of the two-body problem into another one.
    """

    name: str
    formula: str
    apply: Callable[[PRNGKeyArray, Segments, Extent], Segments]
