"""Units, time scale and frame of dataset files: what gives itself away, and true orbits that raise no doubt."""

import json
import warnings

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.integrate import solve_ivp

from orbitsens.config import Data, data_doubts, read_orbit_file
from orbitsens.config.kepler_steps import after
from orbitsens.config.orbit_doubts import orbit_doubts
from orbitsens.constants import EARTH_RADIUS_KM, EARTH_ROTATION_RAD_S, MU_KM3_S2, TIME_UNIT_S, VELOCITY_UNIT_KM_S
from orbitsens.datasets import load_dataset, make_dataset

FAMILIES = [
    f"{family}_TBP_{plane}_30" for family in ("single", "simple", "complex") for plane in ("planar", "nonplanar")
]
UNITS = {
    # of positions, velocities and times as they stand in the file, by those of km, km/s and s
    "are positions and velocities in metres and m/s (a factor of 1000)?": (1e3, 1e3, 1),
    "are the positions in metres (a factor of 1000)?": (1e3, 1, 1),
    "are the velocities in m/s (a factor of 1000)?": (1, 1e3, 1),
    "are the times in milliseconds (a factor of 1000)?": (1, 1, 1e3),
    "are the times in minutes (a factor of 60)?": (1, 1, 1 / 60),
    "are the times in hours (a factor of 3600)?": (1, 1, 1 / 3600),
    "are the times in days (a factor of 86400)?": (1, 1, 1 / 86400),
    "are the velocities in km/h (a factor of 3600)?": (1, 3600, 1),
    "are the velocities in km per day (a factor of 86400)?": (1, 86400, 1),
    "are the positions in Earth radii (a factor of 6378.137)?": (1 / EARTH_RADIUS_KM, 1, 1),
    "are these canonical units (Earth radii, mu = 1)?": (1 / EARTH_RADIUS_KM, 1 / VELOCITY_UNIT_KM_S, 1 / TIME_UNIT_S),
    "are the velocities reversed?": (1, -1, 1),
}


def doubts(t, y):
    return orbit_doubts([f"orbit_{k}" for k in range(len(t))], list(t), list(y))


def from_state(state, times):
    """The true orbit through a state at the first of the times."""
    state, times = np.asarray(state, dtype=float), np.asarray(times, dtype=float)
    r = np.broadcast_to(state[:3], (times.size, 3))
    v = np.broadcast_to(state[3:], (times.size, 3))
    return np.concatenate(after(r, v, times - times[0], MU_KM3_S2), axis=1)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_families_raise_no_doubt(name):
    dataset = make_dataset(name)
    assert doubts(dataset.t, dataset.y) == ()


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("question", UNITS)
def test_other_units_are_named(name, question):
    dataset = make_dataset(name)
    r, v, t = UNITS[question]
    (doubt,) = doubts(dataset.t * t, dataset.y * np.array([r, r, r, v, v, v]))
    assert doubt == (
        "orbit_0, orbit_1, orbit_2 and 27 more: positions, velocities and times disagree with a motion around the "
        f"Earth in km, km/s and s; {question}"
    )


def earth_fixed(t, y, *, relative):
    """Positions as seen from the turning Earth; velocities relative to it, or inertial ones along its axes."""
    cos, sin = np.cos(EARTH_ROTATION_RAD_S * t), np.sin(EARTH_ROTATION_RAD_S * t)

    def seen(x):
        return np.stack([cos * x[..., 0] + sin * x[..., 1], -sin * x[..., 0] + cos * x[..., 1], x[..., 2]], axis=-1)

    r, v = seen(y[..., :3]), seen(y[..., 3:])
    return np.concatenate([r, v - np.cross([0, 0, EARTH_ROTATION_RAD_S], r) if relative else v], axis=-1)


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("relative", [True, False])
def test_earth_fixed_axes_give_themselves_away(name, relative):
    dataset = make_dataset(name)
    (doubt,) = doubts(dataset.t, earth_fixed(dataset.t, dataset.y, relative=relative))
    assert "are the axes Earth-fixed" in doubt
    assert "and 27 more" in doubt


def test_what_stands_still_above_the_earth_is_earth_fixed():
    t = np.arange(0.0, 86400.0, 3600.0)
    (doubt,) = doubts([t], [np.tile([42164.169, 0, 0, 0, 0, 0], (t.size, 1))])
    assert doubt.endswith("are the axes Earth-fixed (turning with the Earth)?")


def test_each_orbit_has_its_own_doubt():
    dataset = make_dataset("simple_TBP_planar_4")
    y = dataset.y.copy()
    y[1, :, :3] *= 1000.0
    y[3] = np.random.default_rng(0).normal(size=y[3].shape) * 1000
    found = doubts(dataset.t, y)
    assert sorted(text.partition(":")[0] for text in found) == ["orbit_1", "orbit_3"]
    assert any("no other unit or frame explains it" in text for text in found)


SPEED_LEO, SPEED_GEO = np.sqrt(MU_KM3_S2 / 7000.0), np.sqrt(MU_KM3_S2 / 42164.169)
TRUE = {
    "circle": ([7000, 0, 0, 0, SPEED_LEO, 0], np.linspace(0, 5800, 60)),
    "retrograde": ([7000, 0, 0, 0, -SPEED_LEO, 0], np.linspace(0, 5800, 60)),
    "GEO, one sample an hour": ([42164.169, 0, 0, 0, SPEED_GEO, 0], np.arange(0, 86400, 3600.0)),
    "e = 0.999": ([7000, 0, 0, 0, np.sqrt(MU_KM3_S2 * 1.999 / 7000), 0], np.geomspace(1, 4e6, 60)),
    "parabola": ([7000, 0, 0, 0, np.sqrt(2 * MU_KM3_S2 / 7000), 0], np.linspace(0, 1e5, 60)),
    "hyperbola": ([7000, 0, 0, 0, 1.3 * np.sqrt(2 * MU_KM3_S2 / 7000), 0], np.linspace(0, 1e5, 60)),
    "a fall": ([40000, 0, 0, 0, 0, 0], np.linspace(0, 12000, 60)),
    "a way up": ([7000, 0, 0, 9.0, 0, 0], np.linspace(0, 3000, 60)),
    "gap": ([7000, 0, 0, 0, SPEED_LEO, 0], np.r_[np.linspace(0, 3000, 30), 30000 + np.linspace(0, 3000, 30)]),
    "three days": ([7000, 0, 0, 0, SPEED_LEO, 0], np.linspace(0, 3 * 86400, 300)),
    "two samples": ([7000, 0, 0, 0, SPEED_LEO, 0], np.array([0.0, 60.0])),
    "seconds": ([7000, 0, 0, 0, SPEED_LEO, 0], np.linspace(0, 2, 40)),
    "unix time": ([7000, 0, 0, 0, SPEED_LEO, 0], 1.7e9 + np.linspace(0, 5800, 60)),
}


@pytest.mark.parametrize("name", TRUE)
def test_true_orbits_raise_no_doubt(name):
    state, times = TRUE[name]
    y = from_state(state, times)
    assert doubts([times], [y]) == ()
    noisy = y * (1 + 1e-3 * np.random.default_rng(0).normal(size=y.shape))
    assert doubts([times], [noisy]) == () or name in ("two samples", "seconds")


def _state(size, speed, angles):
    """A state at that distance, with a speed in escape velocities, in any direction."""
    a, b, c, d = angles
    r = size * np.array([np.cos(a) * np.cos(b), np.sin(a) * np.cos(b), np.sin(b)])
    v = speed * np.sqrt(2 * MU_KM3_S2 / size) * np.array([np.cos(c) * np.cos(d), np.sin(c) * np.cos(d), np.sin(d)])
    return np.concatenate([r, v])


states = st.builds(
    _state,
    st.floats(6600.0, 60000.0),
    st.floats(0.05, 1.6),
    st.tuples(*[st.floats(0.0, 6.28)] * 4),
)


@settings(deadline=None, max_examples=60)
@given(states, st.integers(2, 80), st.floats(1.0, 2e5), st.integers(0, 2**32 - 1))
def test_no_true_orbit_raises_a_doubt_however_it_is_sampled(state, n, span, seed):
    times = np.sort(np.random.default_rng(seed).uniform(0.0, span, n))
    times = times[np.r_[True, np.diff(times) > 1e-6 * span]]
    if times.size >= 2:
        assert doubts([times], [from_state(state, times)]) == ()


def test_an_oblate_earth_raises_no_doubt():
    j2 = 1.0826e-3

    def law(_, y):
        r = np.linalg.norm(y[:3])
        z = 5 * (y[2] / r) ** 2
        k = 1.5 * j2 * MU_KM3_S2 * EARTH_RADIUS_KM**2 / r**5
        return np.concatenate([y[3:], -MU_KM3_S2 * y[:3] / r**3 - k * y[:3] * np.array([1 - z, 1 - z, 3 - z])])

    for t in (np.linspace(0, 5800, 360), np.arange(0, 86400, 3600.0)):
        y = solve_ivp(law, (0, t[-1]), [7000, 0, 0, 0, 5.0, 5.6], t_eval=t, rtol=1e-9, atol=1e-9).y.T
        assert doubts([t], [y]) == ()


def test_huge_values_are_doubted_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (doubt,) = doubts([np.array([0.0, 1e30])], [np.full((2, 6), 1e30)])
    assert "no other unit or frame explains it" in doubt


@pytest.mark.parametrize("scale", [1.0, 1000.0])
def test_the_doubt_of_a_file_names_its_label(tmp_path, scale):
    t = np.linspace(0, 5800, 60)
    y = from_state([7000, 0, 0, 0, SPEED_LEO, 0], t) * np.array([scale] * 3 + [1.0] * 3)
    path = tmp_path / "o.json"
    path.write_text(json.dumps({"orbit_0": {"t": t.tolist(), "y": y.T.tolist()}}))
    data = Data(dataset_name="mine", dataset_file=str(path), test_file=str(path), test_dataset="theirs")
    found = data_doubts(data)
    assert len(read_orbit_file(str(path)).doubts) == (scale > 1)
    assert [text.partition(":")[0] for text in found] == (["mine, orbit_0", "theirs, orbit_0"] if scale > 1 else [])


@pytest.mark.parametrize("speed", [[0, 0, 0], [1.0, 0, 0], [0, float(np.sqrt(2 * MU_KM3_S2 / 7000)), 0]])
def test_elements_of_a_fall_and_of_a_parabola_come_without_a_warning(tmp_path, speed):
    t = np.linspace(0, 300, 20)
    y = from_state([7000, 0, 0, *speed], t)
    path = tmp_path / "o.json"
    path.write_text(json.dumps({"orbit_0": {"t": t.tolist(), "y": y.T.tolist()}}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        elements = load_dataset("mine", str(path)).elements
    assert elements.eccentricity[0] == pytest.approx(1.0)
    assert (elements.inclination[0], elements.raan[0]) == (0.0, 0.0)
    expected = np.inf if speed[1] else 1 / (2 / 7000 - speed[0] ** 2 / MU_KM3_S2)
    assert elements.semi_major_axis[0] == pytest.approx(expected) or elements.semi_major_axis[0] > 1e15
