"""The app: `streamlit run app.py [-- --store DIR]`."""

import streamlit as st

from pages.shared import access
from store.connect import StoreError

PAGES = [
    st.Page("pages/home.py", title="Home", icon=":material/home:", default=True),
    st.Page("pages/runs.py", title="Runs", icon=":material/table_rows:", url_path="runs"),
    st.Page("pages/compare.py", title="Compare", icon=":material/compare_arrows:", url_path="compare"),
    st.Page("pages/seeding.py", title="Seeding", icon=":material/casino:", url_path="seeding"),
    st.Page(
        "pages/generalisation.py",
        title="Generalisation",
        icon=":material/grid_on:",
        url_path="generalisation",
    ),
    st.Page("pages/architecture.py", title="Architecture", icon=":material/account_tree:", url_path="architecture"),
    st.Page("pages/segment_ratio.py", title="Segment ratio", icon=":material/timeline:", url_path="segment-ratio"),
    st.Page("pages/sensitivity.py", title="Sensitivity", icon=":material/insights:", url_path="sensitivity"),
    st.Page("pages/parallel.py", title="Parallel", icon=":material/line_axis:", url_path="parallel"),
    st.Page("pages/scatter.py", title="Scatter", icon=":material/scatter_plot:", url_path="scatter"),
    st.Page("pages/jobs.py", title="Jobs", icon=":material/checklist:", url_path="jobs"),
]

st.set_page_config(page_title="orbitsens", page_icon="pages/shared/icon.svg", layout="wide")
page = st.navigation(PAGES, position="top" if access.role() != "nobody" else "hidden")
try:
    if access.let_in():
        page.run()
except StoreError as error:
    st.error(str(error), icon=":material/database_off:")
