"""What every page begins with: it runs inside app.py, there is a store to show, and the shared filter finds runs."""

import runpy
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from orbitsens.config import SEED_KEYS
from pages.shared import data, empty, fresh
from pages.shared.controls import choose
from pages.shared.filter import panel as filter_panel, saved_views, state as filter_state, team_words
from pages.shared.filter.beginning import Rule
from pages.shared.filter.url import Asked, to_query
from pages.shared.filter.words import groups_text, restrictions
from pages.shared.text import count, plain
from store.connect import StoreError
from store.filters import EVERYTHING, RunFilter

APP = Path(__file__).resolve().parents[2] / "app.py"


@dataclass(frozen=True)
class View:
    """What a page is to show: a version of a store, and the runs of it that the shared filter means.

    `n_matching` of the store's `n_runs` runs match. `but` are the parameters that make no settings of their own.
    """

    catalogue: data.Catalogue
    filter: RunFilter
    n_matching: int
    n_runs: int
    but: tuple[str, ...] = SEED_KEYS

    @property
    def name(self) -> str:
        """What to call the runs in titles and file names: their group, or how many groups they are of."""
        return groups_text(self.filter)

    def link(self, which: RunFilter | None = None, **more: str) -> dict[str, str | list[str]]:
        """The query of a link to another page with this filter, or another one; `more` are keys beside it."""
        asked = Asked(which or self.filter, self.but)
        return {**to_query(asked, data.kinds(self.catalogue)), **more}

    def setting_parameters(self) -> list[str]:
        """Name the parameters that make the settings of these runs: all that vary, but those of `but`."""
        return data.varying_parameters(self.catalogue, self.filter, self.but)


def start(
    title: str, words: str = "", *, begin: Rule | None = None, groups: bool = True, filtered: bool = True
) -> View:
    """Write the title, draw the filter in the sidebar; return what to show, or say what to do and end the page.

    `begin`: the page compares runs, so it begins with the group that this chooses where the URL names none. `groups`:
    the filter has a choice of groups; without, what the URL says of them is ignored, and the page itself lists them.
    `filtered`: the page is about runs at all.

    The page runs again by itself once there is a newer version.
    """
    inside_app()
    catalogue = _catalogue(title, words)
    n_runs = data.count_matching(catalogue, EVERYTHING)
    if n_runs == 0:
        empty.no_runs(Path(catalogue.path))
        st.stop()
    if not filtered:
        return View(catalogue, EVERYTHING, n_runs, n_runs)
    try:
        asked = filter_state.in_force(catalogue, begin if groups else None)
        asked = replace(asked, filter=team_words.with_said(catalogue, asked.filter))
        which = asked.filter if groups else replace(asked.filter, groups=())
        n_matching = data.count_matching(catalogue, which)
    except StoreError as error:
        empty.unknown_filter_stop(str(error))
    with st.sidebar:
        filter_panel.show(catalogue, replace(asked, filter=which), n_matching, n_runs, groups=groups)
        saved_views.show(Path(catalogue.path))
    if n_matching == 0:
        empty.nothing_matches_stop(which)
    asks = restrictions(which)
    if asks:
        st.caption(plain(f"{n_matching:,} of {count(n_runs, 'run')} match: {'; '.join(asks)}."))
    return View(catalogue, which, n_matching, n_runs, asked.but)


def inside_app() -> None:
    """Run app.py first where Streamlit missed it.

    It runs a file of `pages/` alone until `st.navigation` has been called once in a server's life, so the first visit
    of a fresh server through a link into a page would be without it.
    """
    if PagesManager.uses_pages_directory:
        runpy.run_path(str(APP), run_name="__main__")
        st.stop()


def _catalogue(title: str, words: str) -> data.Catalogue:
    stores = data.stores()
    if len(stores) > 1:
        left, right = st.columns([4, 1], vertical_alignment="bottom")
        left.title(title)
        with right:
            name = choose("Store", {name: name for name in stores}, "store", resets="run", remember=True)
    else:
        st.title(title)
        name = next(iter(stores))
    if words:
        st.markdown(words)
    catalogue = data.catalogue(name, stores[name])
    fresh.watch(stores[name], catalogue and catalogue.version)
    if catalogue is None:
        empty.no_store(stores[name])
        st.stop()
    return catalogue
