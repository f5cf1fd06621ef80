"""The app: `streamlit run app.py [-- --store DIR]`. Its pages are listed in pages/shared/page_list.py."""

import streamlit as st

from pages.shared import access
from pages.shared.page_list import pages
from pages.shared.text import plain
from pages.shared.warm import warm_up
from store.connect import StoreError

st.set_page_config(page_title="orbitsens", page_icon="pages/shared/icon.svg", layout="wide")
page = st.navigation(pages(), position="top" if access.role() != "nobody" else "hidden")
st.session_state["page"] = page.url_path
try:
    if access.let_in():
        page.run()
except StoreError as error:
    st.error(plain(str(error)), icon=":material/database_off:")
except Exception:
    st.error(
        "This page met something that it was not made for. Reload it; if that does not help, clear the filter, and "
        "tell whoever runs this app: its log says what happened."
    )
    raise
finally:
    warm_up()
