"""Augmentations: what they keep of the two-body law, of masks, and of the plane."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from orbitsens.augment import REGISTRY, Extent, Segments, make_augment
from orbitsens.augment.rotation import about_z, any_rotation, turned
from orbitsens.augment.time_reversal import backwards
from orbitsens.config import Parameters
from orbitsens.datasets import make_dataset
from orbitsens.normalization import CANONICAL
from orbitsens.orbits import Elements, revolution
from orbitsens.segments import HostSegments, cut_segments, in_units
from orbitsens.two_body import specific_energy

LAWFUL = [name for name in REGISTRY if name != "state_noise"]
LENGTH = 12
KEY = jax.random.key(11)


def segments(name="complex_TBP_planar_6_train"):
    stage = Parameters(segment_length_strategy=(LENGTH,)).stages[0]
    host = cut_segments(in_units(make_dataset(name), CANONICAL), stage)
    return Segments(jnp.float32(host.t), jnp.float32(host.y), jnp.asarray(host.mask))


def augmented(names, batch, planar=True, noise_scale=0.001, key=KEY):
    augment = jax.jit(make_augment(Parameters(augmentation=names, planar_constraint=planar)))
    return augment(key, batch, jnp.float32(noise_scale))


def law_residual(t, y):
    """How far samples are from a solution of the law, relative: each state carried to the next time by Kepler motion.

    float64 on the host, by a fine Runge-Kutta of the true law between neighbouring samples.
    """
    t, y = np.float64(t), np.float64(y)

    def f(y):
        r = y[..., :3]
        return np.concatenate([y[..., 3:], -r / np.linalg.norm(r, axis=-1, keepdims=True) ** 3], axis=-1)

    n = 40
    h = np.diff(t, axis=1)[..., None] / n
    now = y[:, :-1]
    for _ in range(n):
        k1 = f(now)
        k2 = f(now + h / 2 * k1)
        k3 = f(now + h / 2 * k2)
        now = now + h / 6 * (k1 + 2 * k2 + 2 * k3 + f(now + h * k3))
    return np.max(np.linalg.norm(now - y[:, 1:], axis=-1) / np.linalg.norm(y[:, 1:], axis=-1))


def test_none_returns_the_batch_untouched():
    batch = segments()
    assert all(a is b for a, b in zip(make_augment(Parameters())(KEY, batch, 0.0), batch, strict=True))


@pytest.mark.parametrize("planar", [True, False])
@pytest.mark.parametrize("names", [*LAWFUL, "rotation+reflection+time_reversal"])
def test_the_two_body_law_is_kept(names, planar):
    batch = segments("complex_TBP_planar_6_train" if planar else "complex_TBP_nonplanar_6_train")
    t, y, mask = augmented(names, batch, planar)
    assert law_residual(t, y) < 2e-5
    assert np.all(t[:, 0] == 0) and np.all(np.diff(t, axis=1) > 0) and np.all(mask)
    energy = jax.vmap(jax.vmap(lambda state: specific_energy(state, 1.0)))
    np.testing.assert_allclose(np.sort(energy(y), axis=1), np.sort(energy(batch.y), axis=1), rtol=2e-4, atol=2e-6)
    momentum = [np.linalg.norm(np.cross(x[..., :3], x[..., 3:]), axis=-1) for x in (y, batch.y)]
    np.testing.assert_allclose(momentum[0].mean(axis=1), momentum[1].mean(axis=1), rtol=1e-5)


@pytest.mark.parametrize("names", [*REGISTRY, "rotation+reflection+time_reversal+state_noise"])
def test_planar_orbits_stay_in_the_plane(names):
    _, y, _ = augmented(names, segments(), noise_scale=0.1)
    assert not np.any(y[..., jnp.array([2, 5])])


def test_without_the_constraint_rotations_and_noise_leave_the_plane():
    for names in ("rotation", "state_noise"):
        _, y, _ = augmented(names, segments(), planar=False)
        assert np.all(np.any(y[..., jnp.array([2, 5])] != 0, axis=(1, 2)))


def test_segments_are_transformed_one_by_one_and_anew_with_every_key():
    batch = segments()
    first, second = (augmented("rotation", batch, key=jax.random.key(k)).y for k in (0, 1))
    assert not np.allclose(first, second)
    angle = np.arctan2(first[:, 0, 1], first[:, 0, 0]) - np.arctan2(batch.y[:, 0, 1], batch.y[:, 0, 0])
    assert len(np.unique(np.round(angle % (2 * np.pi), 3))) > len(angle) // 2


def test_a_rotated_orbit_is_the_truth_of_the_rotated_elements():
    angle = 0.7
    elements = Elements(*(np.array([x]) for x in (2.0, 0.4, 0.6, 0.3, 0.2, 1.0)))
    orbit = revolution(elements, 90, 1.0).y[0]
    rotated = revolution(elements._replace(raan=elements.raan + angle), 90, 1.0).y[0]
    np.testing.assert_allclose(turned(jnp.float32(orbit), about_z(jnp.float32(angle))), rotated, rtol=0, atol=3e-6)


def test_rotations_of_space_are_rotations_and_go_everywhere():
    matrices = np.float64(jax.vmap(any_rotation)(jax.random.split(KEY, 400)))
    np.testing.assert_allclose(
        matrices @ np.swapaxes(matrices, 1, 2), np.broadcast_to(np.eye(3), (400, 3, 3)), atol=1e-6
    )
    np.testing.assert_allclose(np.linalg.det(matrices), 1.0, atol=1e-6)
    assert np.all(np.abs(matrices.mean(axis=0)) < 0.1)
    np.testing.assert_allclose((matrices**2).mean(axis=0), 1 / 3, atol=0.06)


def test_reflections_mirror_each_axis_half_of_the_time():
    batch = segments("complex_TBP_nonplanar_30_train")
    signs = np.asarray(augmented("reflection", batch, planar=False).y / batch.y)
    assert set(np.unique(signs)) == {-1.0, 1.0}
    np.testing.assert_array_equal(signs[..., :3], signs[..., 3:])
    np.testing.assert_allclose((signs[:, 0, :3] > 0).mean(axis=0), 0.5, atol=0.06)


def test_a_reversed_segment_flies_back_to_where_it_came_from():
    batch = segments()
    back = jax.vmap(backwards)(batch)
    np.testing.assert_array_equal(back.y[:, 0, :3], batch.y[:, -1, :3])
    np.testing.assert_array_equal(back.y[:, 0, 3:], -batch.y[:, -1, 3:])
    np.testing.assert_allclose(back.t, (batch.t[:, -1:] - batch.t)[:, ::-1], atol=1e-6)
    twice = jax.vmap(backwards)(back)
    np.testing.assert_array_equal(twice.y, batch.y)
    share = np.mean(np.any(augmented("time_reversal", batch).y != batch.y, axis=(1, 2)))
    assert 0.35 < share < 0.65


def test_padding_stays_behind_the_real_samples():
    t = np.array([0.0, 1.0, 3.0, 3.0, 3.0])
    y = np.arange(30.0).reshape(5, 6)
    mask = np.array([True, True, True, False, False])
    back = backwards(Segments(jnp.float32(t), jnp.float32(y), jnp.asarray(mask)))
    np.testing.assert_array_equal(back.t, [0.0, 2.0, 3.0, 3.0, 3.0])
    np.testing.assert_array_equal(back.mask, mask)
    np.testing.assert_array_equal(back.y[:3, :3], y[2::-1, :3])
    np.testing.assert_array_equal(back.y[:3, 3:], -y[2::-1, 3:])


def test_noise_has_the_size_that_was_asked_for():
    batch = segments("complex_TBP_nonplanar_30_train")
    error = np.asarray(augmented("state_noise", batch, planar=False, noise_scale=0.01).y - batch.y)
    for half in (slice(0, 3), slice(3, 6)):
        size = np.linalg.norm(batch.y[..., half], axis=-1, keepdims=True)
        assert np.std(error[..., half] / size) == pytest.approx(0.01, rel=0.02)


def test_every_augmentation_has_a_formula_and_keeps_shapes():
    one = jax.tree.map(lambda x: x[0], segments())
    for name, spec in REGISTRY.items():
        assert spec.name == name and len(spec.formula) > 5
        out = spec.apply(KEY, one, Extent(planar=True, noise_scale=0.1))
        assert jax.tree.map(jnp.shape, out) == jax.tree.map(jnp.shape, one)
        assert isinstance(out, Segments) and not isinstance(out, HostSegments)
