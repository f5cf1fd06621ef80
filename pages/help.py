"""Help: what the words mean, what each page answers, and who may do what."""

import streamlit as st

from pages.shared import access
from pages.shared.glossary import SECTIONS, anchor
from pages.shared.meanings import MEANINGS
from pages.shared.page_list import PAGES
from pages.shared.start import inside_app
from pages.shared.text import plain

inside_app()
st.title("Help")
st.markdown(
    "Every number here comes from a run store that `python -m runner sync` fills. The filter in the sidebar says which "
    "runs are meant, on every page; whatever you choose is in the address, so a link shows others what you see."
)
st.subheader("Which page answers what", anchor="pages")
for page in PAGES:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(page.file, label=f"**{page.title}**", icon=page.material, width=190)
        st.markdown(page.question, width="stretch")
for section, terms in SECTIONS.items():
    st.subheader(section, anchor=f"section-{anchor(section)}")
    for term, words in terms.items():
        st.subheader(f":small[**{term}**]", anchor=anchor(term))
        st.markdown(plain(words))
st.subheader("Parameters of a sweep file", anchor="parameters")
rows = [{"key": key, "meaning": meaning} for key, meaning in MEANINGS.items()]
st.dataframe(rows, hide_index=True, column_config={"key": st.column_config.TextColumn(width="medium")})
st.subheader("Who may do what", anchor="access")
st.markdown(
    "Viewers look and download. Editors also start and stop evaluations, write notes and tags, and save views. "
    f"You are **{plain(access.who())}**, {'an editor' if access.may_edit() else 'a viewer'}. {plain(access.why_not())}"
)
