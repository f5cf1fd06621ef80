"""The app: `streamlit run app.py [-- --store DIR]`. Its pages are listed in pages/shared/page_list.py."""

import logging
from datetime import UTC, datetime

import streamlit as st

from pages.shared import access, secret_files
from pages.shared.page_list import pages
from pages.shared.text import plain
from pages.shared.warm import warm_up
from store.connect import StoreError


def show() -> None:
    """Show the page that a session asks for."""
    st.set_page_config(page_title="orbitsens", page_icon="pages/shared/icon.svg", layout="wide")
    page = st.navigation(pages(), position="top" if access.role() != "nobody" else "hidden")
    st.session_state["page"] = page.url_path
    try:
        if access.let_in():
            page.run()
    except StoreError as error:
        st.error(plain(str(error)), icon=":material/database_off:")
    except Exception:
        when = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
        asked = st.query_params.to_dict()
        logging.getLogger("orbitsens.app").exception("%s: page %r of %s", when, page.url_path, asked)
        st.error(
            "This page could not be shown in full, because of a mistake in the app. Reload it; if that does not help, "
            f"clear the filter, and tell whoever runs this app the time: its log has the details under {when}.",
            icon=":material/error:",
        )
    finally:
        warm_up()


if __name__ == "__main__":
    show()
else:
    # `streamlit run` imports this file once, before it builds the server.
    secret_files.take_over()
    app = st.App(__file__)
