"""Two-body orbits in closed form. No integrator is needed for truth."""

from orbitsens.orbits.elements import (
    Elements as Elements,
    elements_to_state as elements_to_state,
    state_to_elements as state_to_elements,
)
from orbitsens.orbits.families import (
    FAMILIES as FAMILIES,
    OrbitFamily as OrbitFamily,
    draw_elements as draw_elements,
    is_feasible as is_feasible,
)
from orbitsens.orbits.kepler import (
    Revolution as Revolution,
    mean_anomaly as mean_anomaly,
    period as period,
    revolution as revolution,
)
