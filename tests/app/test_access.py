"""Who may look and who may edit: as the secrets say, and with what Streamlit tells of the person."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from pages.shared.access import role_of
from tests.app.conftest import APP, Open
from tests.runner.stored_models import model_store

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


@pytest.mark.parametrize(
    ("address", "headers", "role"),
    [
        (None, {}, "an editor"),
        ("203.0.113.7", {}, "a viewer"),
        (None, {"X-Forwarded-For": "203.0.113.7"}, "a viewer"),
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
    assert ("Only people on the machine that runs this app may do this" in app.markdown[-1].value) == (
        role == "a viewer"
    )


def test_a_viewer_can_not_start_evaluations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_app: Open) -> None:
    monkeypatch.setattr(ContextProxy, "ip_address", "203.0.113.7")
    app = open_app(model_store(tmp_path), "pages/generalisation.py")
    buttons = [button for button in app.button if button.label.startswith("Evaluate")]
    assert buttons
    assert all(button.disabled for button in buttons)


def test_a_broken_secrets_file_lets_nobody_in(
    sample_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = tmp_path / "secrets.toml"
    secrets.write_text("[auth\n")
    monkeypatch.setenv("ORBITSENS_STORE", str(sample_store))
    monkeypatch.setattr("streamlit.secrets.load_if_toml_exists", lambda: False)
    monkeypatch.setattr("streamlit.get_option", lambda name: [str(secrets)])
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert app.error[0].value.endswith("mend secrets.toml, and start again.")
    assert not app.get("page_link")
