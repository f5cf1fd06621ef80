"""What else the answer rests on, in words: divergence, shared seeds, and for which orbits it holds."""

from orbitsens.sensitivity.analysis import Analysis
from orbitsens.sensitivity.array import rows_of
from orbitsens.sensitivity.effects import Effects
from orbitsens.sensitivity.labels import label
from orbitsens.sensitivity.wording import change, figure, p_text

SHARED_P = 0.001


def divergence_sentences(answer: Analysis) -> list[str]:
    """How often training diverges, and which parameters decide it."""
    total = answer.divergence.iloc[-1]
    if total["n"] == 0:
        return ["No run has ended by itself, so nothing can be said of divergence."]
    said = [
        (
            f"{total['diverged']} of {total['n']} runs that ended diverged "
            f"({figure(100 * total['low'])} to {figure(100 * total['high'])} %, Wilson interval, by settings)."
        )
    ]
    tests = answer.divergence_tests
    for row in rows_of(tests[tests["p_holm"] < 1.0 - answer.level]):
        of = answer.diverged_by[answer.diverged_by["parameter"] == row.parameter]
        rates = ", ".join(f"{value} {gone} of {n}" for value, n, gone in of[["value", "n", "diverged"]].to_numpy())
        said.append(f"Whether training diverges depends on {label(row.parameter)} ({p_text(row.p_holm)}): {rates}.")
    return said


def seed_sentence(found: Effects | str) -> list[str]:
    """What runs of one seed have in common, where comparisons are made within seeds and that is beyond doubt."""
    seeds = None if isinstance(found, str) else found.model.cells.blocks
    if seeds is None or not seeds.p < SHARED_P:
        return []
    return [
        (
            f"Runs of one seed have {100 * seeds.share:.0f} % of the variance within settings in common "
            f"({p_text(seeds.p)}). "
            f"Settings are compared within seeds, which is worth {1.0 / max(1.0 - seeds.share, 0.01):.2g} times "
            "the seeds."
        )
    ]


def scope_sentences(answer: Analysis) -> list[str]:
    """For which test orbits and which training orbits the intervals hold."""
    said = []
    if isinstance(answer.orbits, str):
        said.append(f"Intervals hold for these test orbits: {answer.orbits[:1].lower()}{answer.orbits[1:]}")
    else:
        said.append(
            f"Intervals hold for these {answer.orbits.n} test orbits, and those for test orbits like these where "
            "that is "
            "written."
        )
    if isinstance(answer.draws, str):
        said.append(answer.draws)
    else:
        log = not isinstance(answer.response, str) and answer.response.log
        said.append(
            f"Intervals hold for training orbits like these: about {answer.draws.n} draws of them per setting are "
            "what is "
            f"replicated. The draw moves the metric by {change(answer.draws.sd_draw, log)}, the seed by "
            f"{change(answer.draws.sd_seed, log)} (one standard deviation each)."
        )
    return said
