"""Pointwise metrics: the model's acceleration at true states against the two-body law. Nothing is integrated."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from orbitsens.types import Dynamics
from orbitsens.vectors import dot, inverse_norm, safe_norm


@dataclass(frozen=True)
class Metric:
    """A metric's unit and meaning."""

    unit: str
    meaning: str


POINTWISE: Mapping[str, Metric] = MappingProxyType(
    {
        "acceleration_error": Metric("%", "100 |a_true - a_model| / |a_true|"),
        "accel_angle_deg": Metric("deg", "angle between true and predicted acceleration"),
        "radial_sign_violation_pct": Metric("%", "share of samples whose predicted acceleration points outward"),
        "accel_dir_flip_pct": Metric(
            "%", "share of consecutive samples whose predicted accelerations have a negative cosine"
        ),
    }
)


class SampleValues(NamedTuple):
    """A metric at each sample (or pair of consecutive samples), and which of them count."""

    values: Float[Array, "*orbit sample"]
    counts: Bool[Array, "*orbit sample"]


def pointwise(
    dynamics: Dynamics,
    y: Float[Array, "6 orbit sample"],
    mask: Bool[Array, "orbit sample"],
    mu: Float[Array, ""],
) -> tuple[dict[str, SampleValues], Float[Array, "3 orbit sample"]]:
    """The pointwise metrics at every sample, in model units where the gravitational parameter is `mu`.

    Also the accelerations they are of. A state's numbers come first, so that every sum over x, y and z runs along the
    samples, where a processor takes many at once: a grid takes two thirds of the time.
    """
    samples = y.reshape(6, -1)
    predicted = jax.vmap(dynamics, in_axes=-1, out_axes=-1)(samples)[3:]
    values = jax.vmap(_at_sample, in_axes=(-1, -1, None), out_axes=-1)(samples[:3], predicted, mu)
    predicted = predicted.reshape(3, *mask.shape)
    flips = dot(predicted[:, :, 1:], predicted[:, :, :-1]) < 0
    found = {name: SampleValues(v.reshape(mask.shape), mask) for name, v in values.items()}
    found["accel_dir_flip_pct"] = SampleValues(jnp.where(flips, 100.0, 0.0), mask[:, 1:] & mask[:, :-1])
    return found, predicted


def _at_sample(position: Float[Array, "3"], predicted: Float[Array, "3"], mu: Float[Array, ""]) -> dict[str, Array]:
    r_inverse = inverse_norm(position)
    true = -mu * r_inverse**3 * position
    # The arctangent keeps small angles exact where an arccosine would round them away.
    angle = jnp.arctan2(safe_norm(jnp.cross(true, predicted)), dot(true, predicted))
    return {
        "acceleration_error": 100.0 * safe_norm(true - predicted) * inverse_norm(true),
        "accel_angle_deg": jnp.degrees(angle),
        "radial_sign_violation_pct": jnp.where(dot(position, predicted) > 0, 100.0, 0.0),
    }


def mean_over_samples(sampled: SampleValues) -> Float[Array, ""]:
    """The mean over all samples that count."""
    return jnp.sum(jnp.where(sampled.counts, sampled.values, 0.0)) / jnp.sum(sampled.counts)
