"""Output layers by name."""

from orbitsens.config.choices import OUTPUT_LAYERS
from orbitsens.outputs.spec import OutputLayer as OutputLayer
from orbitsens.registry import load_specs

REGISTRY: dict[str, OutputLayer] = load_specs(__name__, OUTPUT_LAYERS, OutputLayer)
