"""The portable functions against the processor's."""

import numpy as np
from hypothesis import given, strategies as st

from orbitsens.orbits.portable_math import arctan2, sin_cos


@given(st.floats(-100.0, 100.0))
def test_sine_and_cosine(x):
    s, c = sin_cos(np.array(x))
    assert abs(s - np.sin(x)) < 3e-16 + 1e-17 * abs(x)
    assert abs(c - np.cos(x)) < 3e-16 + 1e-17 * abs(x)


@given(st.floats(-np.pi, np.pi), st.floats(1e-3, 1e3))
def test_arctangent(angle, radius):
    y, x = radius * np.sin(angle), radius * np.cos(angle)
    assert abs(arctan2(np.array(y), np.array(x)) - np.arctan2(y, x)) < 1e-15


def test_values_that_must_be_exact():
    s, c = sin_cos(np.array([0.0]))
    assert (s[0], c[0]) == (0.0, 1.0)
    assert arctan2(np.array([0.0]), np.array([1.0]))[0] == 0.0
