"""Which group a page begins with where nobody has named one: of those with most to tell about its question, the newest.

A rule gives a group a score; the highest wins.
"""

from collections.abc import Callable

from store.queries import GroupVariation

Rule = Callable[[GroupVariation], float]


def newest(_: GroupVariation) -> float:
    """No group has more to tell than another."""
    return 0.0


def most_seeds(group: GroupVariation) -> float:
    """How many runs a setting has: what a page about seeds wants."""
    return group.n_runs / group.n_settings


def most_parameters(group: GroupVariation) -> float:
    """How many parameters vary, where settings have repeated seeds to tell them from noise."""
    return float(len(group.varying)) if group.n_runs > group.n_settings else 0.0


def varying(*parameters: str) -> Rule:
    """Whether these vary and nothing else does; at least whether they vary."""

    def score(group: GroupVariation) -> float:
        others = set(group.varying) - set(parameters)
        return sum(name in group.all_varying for name in parameters) + 1.0 / (1.0 + len(others))

    return score
