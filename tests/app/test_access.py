"""Who may look and who may edit: as the secrets say, and with what Streamlit tells of the person."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from pages.shared.access import role_of
from pages.shared.own_machine import PROXY
from tests.app.conftest import APP, Open
from tests.runner.stored_models import model_store

APP_KEYS = {"redirect_uri": "https://lab1.example.org/oauth2callback", "cookie_secret": 64 * "0"}
PROVIDER_KEYS = {"client_id": "a", "client_secret": "b", "server_metadata_url": "https://login.example.org/openid"}
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
        ({"email": "ada@lab.example", "email_verified": "true"}, RULES, "editor"),
        ({"email": "ada@lab.example", "email_verified": "false"}, RULES, "nobody"),
        ({"email": "ada@lab.example", "email_verified": "no"}, RULES, "nobody"),
        ({"email": "ada@lab.example", "email_verified": 0}, RULES, "nobody"),
        ({"email": "ada@lab.example", "email_verified": None}, RULES, "nobody"),
        ({"email": "ADA@LAB.EXAMPLE"}, RULES, "editor"),
        ({"email": "k@lab.example"}, {"viewers": ["\u212a@lab.example"]}, "nobody"),  # the sign of kelvin
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
    app.secrets["auth"] = APP_KEYS | PROVIDER_KEYS
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
    app.secrets["auth"] = APP_KEYS | {"okta": PROVIDER_KEYS, "microsoft": PROVIDER_KEYS}
    app.run()
    assert [button.label for button in app.button] == ["Sign in with Okta", "Sign in with Microsoft"]


HERE = {"Host": "localhost:8501", "Origin": "http://localhost:8501"}


@pytest.mark.parametrize(
    ("address", "headers", "role"),
    [
        (None, HERE, "an editor"),
        (None, {"Host": "127.0.0.1:8501", "Origin": "http://127.0.0.1:8501"}, "an editor"),
        (None, {"Host": "[::1]:8501", "Origin": "http://[::1]:8501"}, "an editor"),
        ("203.0.113.7", HERE, "a viewer"),
        # Through a proxy on this machine, which says for whom it speaks,
        (None, HERE | {"X-Forwarded-For": "203.0.113.7"}, "a viewer"),
        (None, HERE | {"x-forwarded-host": "lab1.example.org"}, "a viewer"),
        (None, HERE | {"Via": "1.1 proxy"}, "a viewer"),
        # or passes on the name alone, or the page's alone, or neither, but listens at a port of its own.
        (None, HERE | {"Host": "lab1.example.org"}, "a viewer"),
        (None, HERE | {"Origin": "https://lab1.example.org"}, "a viewer"),
        (None, {"Host": "localhost:9000", "Origin": "http://localhost:9000"}, "a viewer"),
        # Another name that leads here: the page under it may be anybody's.
        (None, {"Host": "evil.example:8501", "Origin": "http://evil.example:8501"}, "a viewer"),
        (None, {"Host": "localhost.evil.example:8501", "Origin": "http://localhost:8501"}, "a viewer"),
        (None, {"Host": "localhost:8501"}, "a viewer"),
        (None, {"Host": "localhost:x", "Origin": "null"}, "a viewer"),
        (None, {"Host": "[", "Origin": "http://["}, "a viewer"),
        (None, {}, "a viewer"),
    ],
)
def test_without_sign_in_only_this_machine_edits(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    open_app: Open,
    address: str | None,
    headers: dict[str, str],
    role: str,
) -> None:
    monkeypatch.setattr(ContextProxy, "ip_address", address)
    monkeypatch.setattr(ContextProxy, "headers", headers)
    app = open_app(tmp_path, "pages/help.py")
    assert f", {role}." in app.markdown[-1].value
    assert ("Only people on the machine that runs this app, who open it as localhost" in app.markdown[-1].value) == (
        role == "a viewer"
    )


def test_behind_a_proxy_that_is_named_nobody_edits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_app: Open
) -> None:
    monkeypatch.setenv(PROXY, "127.0.0.1")
    assert ", a viewer." in open_app(tmp_path, "pages/help.py").markdown[-1].value


def test_a_viewer_can_not_start_evaluations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_app: Open) -> None:
    monkeypatch.setattr(ContextProxy, "ip_address", "203.0.113.7")
    app = open_app(model_store(tmp_path), "pages/generalisation.py")
    buttons = [button for button in app.button if button.label.startswith("Evaluate")]
    assert buttons
    assert all(button.disabled for button in buttons)


def test_rules_that_are_not_understood_let_nobody_in(sample_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = {"is_logged_in": True, "email": "ada@lab.example"}
    app = opened(sample_store, monkeypatch, user, {"Viewers": ["@lab.example"]})
    assert "key Viewers in" in app.error[0].value
    assert not app.get("page_link")
