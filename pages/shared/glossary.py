"""The words of the field and of this app: for the help page, and on hover where a page first uses one."""

import re
from collections.abc import Mapping, Sequence

from pages.shared.text import METRICS, STATES

Terms = Mapping[str, str]

ORBITS: Terms = {
    "neural ODE": "A differential equation whose right-hand side is a neural network: here it gives a satellite's "
    "acceleration from its position and velocity, and an integrator makes an orbit of it.",
    "two-body problem": "A satellite around the Earth, both points: its orbits are known in closed form, so errors are "
    "the model's alone.",
    "semi-major axis": "Half the long axis of an orbit's ellipse, in km. 42164 km is geostationary.",
    "eccentricity": "How far an orbit's ellipse is from a circle: 0 is a circle, near 1 long and thin.",
    "periapsis": "The point of an orbit nearest the Earth, where the satellite is fastest.",
    "infeasible": "An orbit that would hit the Earth: its periapsis is less than one Earth radius from the centre.",
    "dataset": "Orbits to train or to measure on, made from their name: simple orbits are near circles below 2200 km, "
    "complex ones reach geostationary height at any eccentricity; the number is how many orbits there are.",
    "test orbits": "Orbits that the model did not train on, drawn independently; what a model is judged by.",
    "training orbits": "The orbits that a model was trained on.",
}
TRAINING: Terms = {
    "run": "One training of one model, with all that it logged.",
    "group": "The runs of one sweep, under the name that they have in W&B.",
    "setting": "All of a run's parameters but its seeds. Runs of one setting differ by chance alone.",
    "seed": "The number that the random draws of a run begin with: the first weights and the order of the batches.",
    "segment": "A stretch of consecutive samples of an orbit, which is what a model learns to predict from its first.",
    "segment ratio": "How much of an orbit one segment covers, in percent: 100 x samples of a segment / samples of the "
    "orbit. 4 of 360 samples are 1.11 %.",
    "length strategy": "Which part of each segment is trained on, from a first to a last share of it, stage by stage.",
    "stage": "A part of the training with its own learning rate, number of steps and segment length.",
    "optimiser step": "One update of the weights from one batch of segments.",
    "batch size": "How many segments make one optimiser step.",
    "weights": "The numbers that training adjusts; their number is the size of a model.",
    "kept model": "The model of the step with the least validation loss, or training loss where nothing validates.",
}
MEASURES: Terms = {
    **{words.label: words.help for words in METRICS.values()},
    "pointwise": "At true states: the model's acceleration is compared with the true one, nothing is integrated.",
    "rollout": "The model is integrated from the first state of an orbit, for one revolution or more, and compared "
    "with the true orbit.",
    "residual grid": "The error on orbits of every semi-major axis and eccentricity of a grid, a cell each.",
}
STATISTICS: Terms = {
    "matched run": "A run that the filter in the sidebar means, whatever its state. What is used of those is said.",
    "seed noise": "How far runs of one setting lie apart. A difference within it may be chance.",
    "median": "The middle value: as many are smaller as are larger.",
    "quartiles": "The values between which the middle half lies.",
    "95 % interval": "If the study were done again many times, 95 of 100 such intervals would hold the true value.",
    "stands out": "Farther from the other seeds of its setting than noise would put any run of the study.",
    "modified z-score": "Distance from the median in units of 1.4826 times the median distance.",
    "indistinguishable": "Its difference to the best is within what seeds alone would give, at a level that is said.",
    "effect": "How much changing one parameter moves the error, the others averaged over.",
    "interaction": "The effect of one parameter depends on the value of another.",
    "importance": "How much worse the error is predicted when one parameter's values are shuffled between runs.",
    "rank correlation": "From -1 to 1: whether one quantity rises or falls with another, whatever the shape.",
}
SECTIONS: Mapping[str, Terms] = {
    "Orbits and models": ORBITS,
    "Training": TRAINING,
    "What is measured": MEASURES,
    "Statistics": STATISTICS,
    "States of runs": STATES,
}
_WORDS: Terms = {term: words for terms in (ORBITS, TRAINING, MEASURES, STATISTICS) for term, words in terms.items()}
# Longer terms first, so that "segment ratio" is not taken for "segment"; parts of names such as sweep-seeds are none.
_ANY = re.compile(
    rf"(?<![\w\\./-])({'|'.join(map(re.escape, sorted(_WORDS, key=len, reverse=True)))})(?=s?(?![\w\\/-]))"
)
_LEFT_ALONE = re.compile(r"(`[^`]*`|!?\[[^\]]*\]\([^)]*\))")  # code and links
COMMON = ("run", "group", "seed", "matched run", "weights")  # explained on Home; elsewhere they would only distract


def anchor(term: str) -> str:
    """The place of a term on the help page."""
    return re.sub(r"[^a-z0-9]+", "-", term.casefold()).strip("-")


def hover(text: str, known: Sequence[str] = ()) -> str:
    """Return Markdown in which each term, where it first appears, shows its meaning on hover and leads to the help.

    `known` are terms that the page has explained before.
    """
    told = set(known)

    def explained(match: re.Match[str]) -> str:
        term = match[1]
        if term in told:
            return term
        told.add(term)
        meaning = _WORDS[term].replace('"', "'")
        return f'[{term}](help#{anchor(term)} "{meaning}")'

    parts = _LEFT_ALONE.split(text)
    return "".join(part if i % 2 else _ANY.sub(explained, part) for i, part in enumerate(parts))


def explained_in(text: str) -> list[str]:
    """The terms that a Markdown text from `hover` explains."""
    return re.findall(r"\[([^\]]+)\]\(help#", text)
