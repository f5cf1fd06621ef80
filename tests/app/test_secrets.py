"""The app's secrets: what is not understood closes the door for everybody, with a sentence that says what to write."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit import config
from streamlit.runtime.secrets import Secrets
from streamlit.testing.v1 import AppTest

from pages.shared import secret_files
from tests.app.conftest import APP

AUTH = """
redirect_uri = "https://lab1.example.org/oauth2callback"
cookie_secret = "0123456789abcdef0123456789abcdef"
"""
CLIENT = """
client_id = "orbitsens"
client_secret = "known to the provider"
server_metadata_url = "https://login.example.org/.well-known/openid-configuration"
"""
GOOD = f"[auth]{AUTH}{CLIENT}"

UNDERSTOOD = {
    "auth alone": GOOD,
    "with people": f'{GOOD}[access]\neditors = ["ada@example.org"]\nviewers = ["@example.org"]',
    "one address as text": f'{GOOD}[access]\nviewers = "@example.org"',
    "nobody views": f"{GOOD}[access]\nviewers = []",
    "two providers": f"[auth]{AUTH}[auth.okta]{CLIENT}[auth.google]{CLIENT}",
    "more for the client": f'{GOOD}expose_tokens = "id"\n[auth.client_kwargs]\nprompt = "login"',
}

MISUNDERSTOOD: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "it is empty; write a section"),
    "a comment alone": ("# [auth]\n", "it is empty"),
    "access alone": ('[access]\nviewers = ["@example.org"]', r"section \[auth\] is missing"),
    "auth in capitals": (GOOD.replace("[auth]", "[Auth]"), r"section \[Auth\] is unknown \(did you mean 'auth'\?\)"),
    "oauth": (GOOD.replace("[auth]", "[oauth]"), r"section \[oauth\] is unknown \(did you mean 'auth'\?\)"),
    "auth empty": ("[auth]", r"auth has to be a section with keys"),
    "auth a list": ("auth = []", "auth has to be a section with keys"),
    "auth a list of sections": (GOOD.replace("[auth]", "[[auth]]"), "auth has to be a section with keys"),
    "auth a text": ('auth = "google"', "auth has to be a section with keys"),
    "auth switched off": ("auth = false", "auth has to be a section with keys"),
    "keys without a section": (AUTH + CLIENT, "section .redirect_uri. is unknown"),
    "a section of something else": (f'{GOOD}[database]\nurl = "x"', r"section \[database\] is unknown"),
    "a misspelt key of auth": (
        GOOD.replace("client_id", "clientid"),
        "key clientid is unknown .did you mean 'client_id'",
    ),
    "a key missing": (GOOD.replace("client_secret", "#"), r"in \[auth\], client_secret is missing"),
    "no client": (f"[auth]{AUTH}", r"in \[auth\], client_id is missing"),
    "no cookie secret": (GOOD.replace("cookie_secret", "#"), r"in \[auth\], cookie_secret is missing"),
    "the cookie secret of the documentation": (
        GOOD.replace("0123456789abcdef0123456789abcdef", "<python -c 'import secrets; ...'>"),
        r"in \[auth\], cookie_secret can be guessed",
    ),
    "a short cookie secret": (GOOD.replace("0123456789abcdef" * 2, "secret"), "cookie_secret can be guessed"),
    "a cookie secret of numbers": (
        GOOD.replace('"0123456789abcdef0123456789abcdef"', "12345678901234567"),
        "has to be a text",
    ),
    "another redirect": (GOOD.replace("/oauth2callback", "/callback"), "redirect_uri has to be the address of the app"),
    "no address of the provider": (GOOD.replace("https://login", "login"), "server_metadata_url has to be an address"),
    "a provider that lacks a key": (
        f'[auth]{AUTH}[auth.okta]\nclient_id = "a"',
        r"in \[auth\.okta\], client_secret is missing",
    ),
    "a provider with an underscore": (f"[auth]{AUTH}[auth.my_okta]{CLIENT}", "has an underscore; write it without"),
    "access in capitals": (
        f'{GOOD}[Access]\nviewers = ["@a.org"]',
        r"\[Access\] is unknown \(did you mean 'access'\?\)",
    ),
    "access empty": (f"{GOOD}[access]", r"access has to be a section, \[access\]"),
    "access a list": (f'access = ["ada@a.org"]\n{GOOD}', r"access has to be a section, \[access\]"),
    "access below auth": (f'{GOOD}[auth.access]\nviewers = ["@a.org"]', r"key viewers in \[auth\.access\] is unknown"),
    "Viewers": (
        f'{GOOD}[access]\nViewers = ["@a.org"]',
        r"key Viewers in \[access\] is unknown \(did you mean 'viewers'",
    ),
    "viewer": (f'{GOOD}[access]\nviewer = ["@a.org"]', r"key viewer in \[access\] is unknown \(did you mean 'viewers'"),
    "Editors": (
        f'{GOOD}[access]\nEditors = ["@a.org"]',
        r"key Editors in \[access\] is unknown \(did you mean 'editors'",
    ),
    "admins": (f'{GOOD}[access]\nadmins = ["@a.org"]', r"key admins in \[access\] is unknown"),
    "viewers a section": (f'{GOOD}[access.viewers]\nada = "ada@a.org"', r"in \[access\], viewers has to be a list"),
    "viewers a truth": (f"{GOOD}[access]\nviewers = true", r"in \[access\], viewers has to be a list"),
    "viewers a number": (f"{GOOD}[access]\nviewers = [1]", r"in \[access\], entry 1 of viewers is not an address"),
    "a domain without its @": (
        f'{GOOD}[access]\nviewers = ["a@a.org", "a.org"]',
        "entry 2 of viewers is not an address",
    ),
    "a pattern": (f'{GOOD}[access]\nviewers = ["*@a.org"]', "entry 1 of viewers is not an address"),
    "everybody's address": (f'{GOOD}[access]\neditors = ["@"]', "entry 1 of editors is not an address"),
    "two addresses in one text": (
        f'{GOOD}[access]\nviewers = "a@a.org, b@a.org"',
        "entry 1 of viewers is not an address",
    ),
    "not UTF-8": (GOOD.encode() + b"# gr\xfc\xdfe", "it is not text in UTF-8"),
    "UTF-16": (GOOD.encode("utf-16"), "it is not text in UTF-8"),
    "not TOML": ("[auth\n", "it is not TOML"),
    "JSON": ('{"auth": {}}', "it is not TOML"),
    "a section twice": (f"{GOOD}{GOOD}", "it is not TOML"),
}


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Let the app read these secrets files, as a server that has just started."""

    def use(*files: Path) -> None:
        config.set_option("secrets.files", [str(file) for file in files])
        monkeypatch.setattr(st, "secrets", Secrets())

    yield use
    config.get_config_options(force_reparse=True)


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "secrets.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("case", MISUNDERSTOOD)
def test_misunderstood_secrets_close_the_door(
    tmp_path: Path, reads: Callable[..., None], capsys: pytest.CaptureFixture[str], case: str
) -> None:
    content, words = MISUNDERSTOOD[case]
    path = written(tmp_path, content)
    reads(path)
    secret_files.take_over()
    why = secret_files.refusal()
    assert why.startswith(f"Nobody can be let in, because the secrets in {path} are not understood: ")
    assert capsys.readouterr().err == f"{why}\n"
    assert_that_it_says(why, words)
    assert set(st.secrets) == {"refusal"}, "Streamlit has none of the secrets"


def assert_that_it_says(why: str, words: str) -> None:
    assert re.search(words, why), why
    assert "\n" not in why
    assert "known to the provider" not in why


@pytest.mark.parametrize("case", UNDERSTOOD)
def test_good_secrets_are_handed_on(
    tmp_path: Path, reads: Callable[..., None], capsys: pytest.CaptureFixture[str], case: str
) -> None:
    reads(written(tmp_path, UNDERSTOOD[case]))
    secret_files.take_over()
    assert secret_files.refusal() == ""
    assert st.secrets["auth"]["redirect_uri"] == "https://lab1.example.org/oauth2callback"
    assert capsys.readouterr().err == ""


def test_without_secrets_the_door_is_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "secrets", Secrets())
    monkeypatch.setattr(secret_files, "_files", lambda: [tmp_path / ".streamlit" / "secrets.toml"])
    secret_files.take_over()
    assert secret_files.refusal() == ""


def test_a_file_that_was_named_has_to_be_there(tmp_path: Path, reads: Callable[..., None]) -> None:
    reads(tmp_path / "secrets.toml")
    secret_files.take_over()
    assert "there is no such file" in secret_files.refusal()


ODD_PLACES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a folder": (lambda path: path.mkdir(), "is not a file whose name ends in .toml"),
    "a pipe": (os.mkfifo, "is not a file whose name ends in .toml"),
    "a link to nowhere": (lambda path: path.symlink_to("gone"), "there is no such file"),
    "a link to itself": (lambda path: path.symlink_to(path), "cannot be read"),
    "Secrets.toml": (lambda path: path.with_name("Secrets.toml").write_text(GOOD), "the app reads secrets.toml only"),
    "secret.toml": (lambda path: path.with_name("secret.toml").write_text(GOOD), "the app reads secrets.toml only"),
}


@pytest.mark.parametrize("case", ODD_PLACES)
def test_secrets_that_are_no_file_close_the_door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    make, words = ODD_PLACES[case]
    make(tmp_path / "secrets.toml")
    monkeypatch.setattr(st, "secrets", Secrets())
    monkeypatch.setattr(secret_files, "_files", lambda: [tmp_path / "secrets.toml"])
    secret_files.take_over()
    assert words in secret_files.refusal()


def test_unreadable_secrets_close_the_door(
    tmp_path: Path, reads: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    reads(written(tmp_path, GOOD))
    monkeypatch.setattr(Path, "read_bytes", refused)  # root may read all
    secret_files.take_over()
    assert "it cannot be read (Permission denied)" in secret_files.refusal()


def test_the_sections_of_several_files_belong_together(tmp_path: Path, reads: Callable[..., None]) -> None:
    home, project = tmp_path / "home", tmp_path / "project"
    home.mkdir(), project.mkdir()
    files = written(home, GOOD), written(project, '[access]\nviewer = ["@a.org"]')
    reads(*files)
    secret_files.take_over()
    assert f"the secrets in {files[0]} and {files[1]} are not understood: the key viewer" in secret_files.refusal()
    reads(files[0], written(project, ""))
    secret_files.take_over()
    assert f"the secrets in {files[1]} are not understood: it is empty" in secret_files.refusal()


@pytest.mark.parametrize(
    "content", ["", '[access]\nviewers = ["@a.org"]', GOOD.replace("[auth]", "[Auth]"), "[auth\n", 'auth = "x"']
)
def test_a_page_shows_the_sentence_and_no_runs(
    tmp_path: Path, sample_store: Path, reads: Callable[..., None], monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    reads(written(tmp_path, content))
    monkeypatch.setenv("ORBITSENS_STORE", str(sample_store))
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not app.exception
    assert app.error[0].value.startswith("Nobody can be let in, because the secrets in ")
    assert not app.get("page_link")
    assert not any("sweep" in element.value for element in (*app.markdown, *app.caption))


def answers(port: int, process: "subprocess.Popen[str]") -> bool:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=2) as answer:
                return bool(answer.read() == b"ok")
        except OSError:
            time.sleep(0.1)
    return False


SERVER_CASES = {
    "a folder": None,
    "not UTF-8": b"\xff",
    "auth a text": b'auth = "google"',
    "auth misspelt": b"[Auth]\na = 1",
}


@pytest.mark.parametrize(
    "case", ["not UTF-8", *(pytest.param(case, marks=pytest.mark.slow) for case in SERVER_CASES if case != "not UTF-8")]
)
def test_the_server_starts_and_says_it(tmp_path: Path, case: str) -> None:
    content = SERVER_CASES[case]
    home = tmp_path / ".streamlit"
    home.mkdir()
    if content is None:
        (home / "secrets.toml").mkdir()
    else:
        (home / "secrets.toml").write_bytes(content)
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(APP), f"--server.port={port}", "--server.headless=true"]
    environment = os.environ | {"HOME": str(tmp_path)}
    with subprocess.Popen(
        command, cwd=APP.parent, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        up = answers(port, process)
        process.terminate()
        said = process.communicate(timeout=60)[0]
    assert up, said
    assert f"the secrets in {home / 'secrets.toml'} are not understood" in said
    assert "Traceback" not in said
