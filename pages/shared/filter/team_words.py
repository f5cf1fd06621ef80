"""The team's own tags and notes in the filter: they are beside the catalogue, so the runs that have them are named."""

from dataclasses import replace

from pages.shared import data
from pages.shared.runs import data as run_data
from store.filters import RunFilter


def tags(catalogue: data.Catalogue) -> list[str]:
    """The tags that the team put on runs."""
    return sorted({tag for annotation in run_data.said(catalogue).values() for tag in annotation.tags})


def with_said(catalogue: data.Catalogue, which: RunFilter) -> RunFilter:
    """The filter with the keys of the runs of which the team says what it looks for."""
    if not which.tags and not which.text:
        return which
    said, text = run_data.said(catalogue), which.text.lower()
    noted = [
        key
        for key, about in said.items()
        if text and any(text in words.lower() for words in (*about.tags, *(note.text for note in about.notes)))
    ]
    tagged = [key for key, about in said.items() if set(about.tags) & set(which.tags)]
    return replace(which, tagged=tuple(tagged), noted=tuple(noted))
