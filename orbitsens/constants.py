"""Physical constants of the Earth and the canonical units made of them.

Source: WGS 84 (radius, gravitational parameter); the geostationary radius follows from the sidereal day.
"""

from math import sqrt

EARTH_RADIUS_KM = 6378.137
MU_KM3_S2 = 398600.4418
GEO_RADIUS_KM = 42164.169
EARTH_ROTATION_RAD_S = 7.2921159e-5
LEO_RADIUS_KM = EARTH_RADIUS_KM + 200.0

# Canonical units: mu = 1 and the Earth's radius = 1.
LENGTH_UNIT_KM = EARTH_RADIUS_KM
TIME_UNIT_S = sqrt(LENGTH_UNIT_KM**3 / MU_KM3_S2)
VELOCITY_UNIT_KM_S = LENGTH_UNIT_KM / TIME_UNIT_S
