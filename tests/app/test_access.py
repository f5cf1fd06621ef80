"""Who may look and who may edit: as the secrets say, and with what Streamlit tells of the person."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.access import role_of
from tests.app.conftest import APP

RULES = {"editors": ["Ada@lab.example"], "viewers": ["@lab.example"]}


@pytest.mark.parametrize(
    ("user", "rules", "role"),
    [
        ({"email": "ada@lab.example"}, RULES, "editor"),
        ({"email": "grace@lab.example"}, RULES, "viewer"),
        ({"email": "eve@elsewhere.example"}, RULES, "nobody"),
        ({"email": "eve@notlab.example"}, {"viewers": ["lab.example"]}, "nobody"),
        ({"email": "ada@lab.example", "email_verified": False}, RULES, "nobody"),
        ({"email": "ada@lab.example", "email_verified": True}, RULES, "editor"),
        ({"name": "Ada"}, RULES, "nobody"),
        ({"email": "eve@elsewhere.example"}, {}, "viewer"),
        ({"email": "eve@elsewhere.example"}, {"viewers": []}, "nobody"),
        ({"email": ""}, {"editors": [""], "viewers": [""]}, "nobody"),
        ({"email": "grace@lab.example"}, {"editors": "@lab.example"}, "editor"),
    ],
)
def test_roles(user: Mapping[str, object], rules: Mapping[str, object], role: str) -> None:
    assert role_of(user, rules) == role


def opened(store: Path, monkeypatch: pytest.MonkeyPatch, user: dict[str, Any], access: object = RULES) -> AppTest:
    """The app as this person sees it."""
    monkeypatch.setenv("ORBITSENS_STORE", str(store))
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.user = user
    app.secrets["auth"] = {"client_id": "orbitsens"}
    app.secrets["access"] = access
    app.run()
    assert not app.exception
    return app


def test_who_is_not_signed_in_sees_nothing_but_how_to(sample_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(sample_store, monkeypatch, {"is_logged_in": False})
    assert [button.label for button in app.button] == ["Sign in"]
    assert not any("sweep" in element.value for element in (*app.markdown, *app.caption))


def test_a_stranger_is_told_whom_to_ask_and_sees_nothing(sample_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(sample_store, monkeypatch, {"is_logged_in": True, "email": "eve@elsewhere.example"})
    assert "may not look at these runs. Ask whoever runs this app" in app.warning[0].value
    assert [button.label for button in app.button] == ["Sign out"]
    assert not app.get("page_link")


def test_a_viewer_sees_the_runs(sample_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(sample_store, monkeypatch, {"is_logged_in": True, "email": "grace@lab.example"})
    assert r"**sweep\-seeds\-v2**" in [link.proto.label for link in app.get("page_link")]


def test_several_providers_can_be_chosen(sample_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORBITSENS_STORE", str(sample_store))
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.user = {"is_logged_in": False}
    app.secrets["auth"] = {"cookie_secret": "x", "okta": {"client_id": "a"}, "microsoft": {"client_id": "b"}}
    app.run()
    assert [button.label for button in app.button] == ["Sign in with Okta", "Sign in with Microsoft"]
