"""Who is looking, and what they may do: viewers look, editors also start evaluations, write notes and save views.

With an `[auth]` section in Streamlit's secrets everybody signs in through OpenID Connect, and `[access]` says who may
what (docs/sharing.md). Secrets that are not understood let nobody in. Without secrets, those on this machine are
editors and those who come from elsewhere are viewers.
"""

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from pages.shared.own_machine import on_this_machine
from pages.shared.secret_files import refusal
from pages.shared.text import plain

Role = Literal["nobody", "viewer", "editor"]


def who() -> str:
    """Who is looking: the name they are signed in with, or else where from."""
    name = _name(st.user.to_dict()) if st.user.get("is_logged_in") else None
    return name or st.context.ip_address or "this machine"


def may_edit() -> bool:
    """Say whether this person may start and stop evaluations, write notes and tags, and save views."""
    return role() == "editor"


def why_not() -> str:
    """The tip of a control that only editors may use; empty for an editor."""
    if may_edit():
        return ""
    if "is_logged_in" in st.user:
        return "Only editors may do this. Whoever runs this app can name you under `editors` in its secrets."
    return (
        "Only people on the machine that runs this app, who open it as localhost there, may do this, as long as nobody "
        "has to sign in."
    )


def role() -> Role:
    """Return what the person who is looking may do."""
    if refusal():
        return "nobody"
    if "is_logged_in" not in st.user:
        return "editor" if on_this_machine() else "viewer"
    if st.user["is_logged_in"] is not True:
        return "nobody"
    return role_of(st.user.to_dict(), st.secrets.get("access", {}))


def role_of(user: Mapping[str, object], rules: Mapping[str, object]) -> Role:
    """Return what a signed-in person may do.

    `rules` has `editors` and `viewers`: lists of e-mail addresses, or "@lab.org" for all of a domain. Without
    `viewers` all whom the provider signs in may look; without `editors` nobody edits.
    """
    if _named(user, rules.get("editors", ())):
        return "editor"
    return "viewer" if "viewers" not in rules or _named(user, rules["viewers"]) else "nobody"


def let_in() -> bool:
    """Say whether this person may look; where not, show how to sign in, or why that does not help."""
    if why := refusal():
        st.error(plain(why), icon=":material/lock:")
        return False
    if role() != "nobody":
        _show_who()
        return True
    st.title("orbitsens")
    if st.user["is_logged_in"]:
        st.warning(
            f"{plain(who())} may not look at these runs. Ask whoever runs this app to name you under `viewers` in its "
            "secrets, or sign in as someone else."
        )
        st.button("Sign out", on_click=st.logout, icon=":material/logout:")
        return False
    st.markdown("The team's runs are behind a sign-in. If you followed a link, open it again after you have signed in.")
    for label, provider in _providers().items():
        st.button(label, on_click=st.login, args=(provider,), type="primary", icon=":material/login:")
    return False


def _show_who() -> None:
    """Say in the sidebar who is signed in, with the way out."""
    if "is_logged_in" in st.user:
        with st.sidebar.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"{plain(who())}, {role()}")
            st.button("Sign out", on_click=st.logout, type="tertiary", icon=":material/logout:")


def _providers() -> dict[str, str | None]:
    """The labels and names of the providers that can be chosen; None is the one without a name."""
    sections: Mapping[str, object] = st.secrets["auth"]
    named = [name for name, value in sections.items() if isinstance(value, Mapping) and "client_id" in value]
    return {f"Sign in with {name.capitalize()}": name for name in named} or {"Sign in": None}


def _named(user: Mapping[str, object], names: object) -> bool:
    entries = [names] if isinstance(names, str) else names
    email = _email(user)
    if not email or not isinstance(entries, (list, tuple)):
        return False
    return any(_is(email, _folded(str(entry))) for entry in entries)


def _is(email: str, entry: str) -> bool:
    return email.endswith(entry) if entry.startswith("@") else email == entry


def _email(user: Mapping[str, object]) -> str:
    """A person's address; empty where the provider does not say that it is verified, though it speaks of that."""
    verified = user.get("email_verified", True)
    if verified is not True and str(verified).casefold() != "true":
        return ""
    return _folded(str(user.get("email") or ""))


def _folded(address: str) -> str:
    """An address in small letters; other letters than ASCII's stay, of which some look like small ones when folded."""
    return address.lower() if address.isascii() else address


def _name(user: Mapping[str, object]) -> str:
    return str(next(filter(None, (user.get(key) for key in ("email", "preferred_username", "name", "sub"))), "someone"))
