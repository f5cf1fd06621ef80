"""How many numbers the team's layers take and give, for readers of model files that know no JAX.

A layer that is not listed is checked where its model is built.
"""

from collections.abc import Mapping
from types import MappingProxyType

N_FEATURES: Mapping[str, int] = MappingProxyType(
    {
        "sph_4D_rinv_vel": 7,
        "sph_4D_rinv_vinv": 7,
        "sph_4D_rinv_vel_logra": 9,
        "sph_4D_rinv_vel_loga_energy": 9,
        "sph_4D_rinv_vel_logr_logv": 9,
        "rhat_vhat_speed": 10,
        "rmag_v_and_direction": 7,
        "cartesian": 6,
    }
)
N_OUTPUTS: Mapping[str, int] = MappingProxyType(
    {
        "mlp_4D_signed": 4,
        "mlp_4D": 4,
        "mlp_4D_unit": 4,
        "mlp_4D_unit_softplus": 4,
        "mlp_4D_logmag_unit_exp": 4,
        "mlp_4D_logmag_exp": 4,
        "mlp_4D_logmag_unit_softplus": 4,
        "mlp_4D_logmag_unit_tanh_exp": 4,
        "mlp_4D_logmag_unit_tanh_softplus": 4,
        "mlp_4D_activation": 4,
        "mlp_4D_activation_sigmoid": 4,
        "mlp_4D_accsoftplus": 4,
        "mlp_4D_scaled": 4,
        "mlp_4D_unit_scaled": 4,
        "mlp_simple": 3,
        "std_output_6": 6,
    }
)
