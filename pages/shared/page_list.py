"""The pages of the app, in the order of the menu. A new page is a file in `pages/` and an entry here."""

from typing import NamedTuple

import streamlit as st
from streamlit.navigation.page import StreamlitPage


class Entry(NamedTuple):
    """A page: its file in `pages/`, its title and icon, and the question that it answers."""

    name: str
    title: str
    icon: str
    question: str

    @property
    def file(self) -> str:
        """Its file, from the project's root."""
        return f"pages/{self.name}.py"

    @property
    def material(self) -> str:
        """Its icon as Streamlit takes it."""
        return f":material/{self.icon}:"


PAGES = (
    Entry("home", "Home", "home", "What is in the store, and how fresh is it?"),
    Entry("runs", "Runs", "table_rows", "Which runs are there, with which parameters and errors?"),
    Entry("compare", "Compare", "compare_arrows", "In what do 2 to 50 runs differ, and how do their curves?"),
    Entry("seeding", "Seeding", "casino", "How far do the seeds alone spread an error, and which runs stand out?"),
    Entry("generalisation", "Generalisation", "grid_on", "How does a model do on orbits of other shapes?"),
    Entry("architecture", "Architecture", "account_tree", "Which model size is best, and which may as well be?"),
    Entry("segment_ratio", "Segment ratio", "timeline", "How long should segments be, and at what cost?"),
    Entry("sensitivity", "Sensitivity", "insights", "Is a difference real, or is it the seed?"),
    Entry("parallel", "Parallel", "line_axis", "What do the best runs have in common?"),
    Entry("scatter", "Scatter", "scatter_plot", "How do any two things of runs go together?"),
    Entry("jobs", "Jobs", "checklist", "What is being computed, what failed and why, and when were the syncs?"),
    Entry("help", "Help", "help", "What do the words mean, and who may do what?"),
)


def pages() -> list[StreamlitPage]:
    """The pages for `st.navigation`; the first is the one that the app opens with."""
    return [
        st.Page(
            page.file,
            title=page.title,
            # The file's name: a server's very first visit is found by it, see `pages.shared.start.inside_app`.
            url_path=page.name,
            default=page is PAGES[0],
        )
        for page in PAGES
    ]
