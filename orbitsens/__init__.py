"""The JAX core of orbitsens: orbits, layers, batched training, evaluation and statistics."""
