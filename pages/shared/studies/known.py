"""The studies whose sweep files ship: what each asks, which W&B group has its runs, and which page answers."""

from dataclasses import dataclass

EFFECT, NOISE, BEST, AREA = "effect", "noise", "best", "area"


@dataclass(frozen=True)
class Study:
    """`note`: what the team's note says of it. `answer`: which sentence is its answer in short; `sweeps`: its files.

    `axes` are the parameters across, of lines or rows, and of panels, where its page has such.
    """

    title: str
    question: str
    note: str
    group: str
    page: str
    icon: str
    answer: str
    sweeps: tuple[str, ...]
    axes: tuple[str, str, str] = ("", "", "")


STUDIES = (
    Study(
        "Model size",
        "How do width, depth and batch size change the error?",
        "The note shows heatmaps of width by depth, a panel for each batch size.",
        "sweep-architecture-batch_size-v1",
        "architecture",
        ":material/grid_on:",
        EFFECT,
        ("sweep-architecture-batch_size-v1",),
        ("width", "depth", ""),
    ),
    Study(
        "Seeding",
        "How far does the random seed alone move the error?",
        'The note: "Performance generally has low variance due to seeding, but there are a couple notable outliers." '
        "Its 20 seeds, trained on 10 complex orbits, came to 6.4 to 11.7 % on 10 others, 7.9 % in the median. The "
        "other training orbits are ours.",
        "sweep-seeds-v2",
        "seeding",
        ":material/casino:",
        NOISE,
        ("sweep-seeds-v2", "sweep-seeds-v2-other-orbits"),
    ),
    Study(
        "Generalisation",
        "How does a model trained on 100 complex or on 10 simple orbits do on orbits of other shapes?",
        "The note applies each model to a grid of semi-major axes and eccentricities, 100 complex against 10 simple.",
        "generalisation",
        "generalisation",
        ":material/public:",
        AREA,
        ("generalisation",),
    ),
    Study(
        "Segment ratio",
        "How much of an orbit should a training segment cover, and with how many training orbits?",
        "The note shows the error against the segment ratio, a line for each number of training orbits.",
        "sweep-segment-ratio",
        "segment_ratio",
        ":material/timeline:",
        EFFECT,
        ("sweep-segment-ratio",),
        ("segment_ratio_final", "num_train_orbits", ""),
    ),
    Study(
        "Screening",
        "What is the model sensitive to? 14 parameters of model and pipeline at once.",
        "The note's opening question, which it answers for a few of them.",
        "sweep-screening",
        "sensitivity",
        ":material/tune:",
        EFFECT,
        ("sweep-screening",),
    ),
    Study(
        "The best setting found",
        "How far does the error fall from the note's config, one choice after the other?",
        "The settings follow one another, and each was chosen for its error on the same 100 test orbits. The screening "
        "shows what else was tried.",
        "sweep-best",
        "seeding",
        ":material/trophy:",
        BEST,
        ("sweep-best",),
    ),
)
