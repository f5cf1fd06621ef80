"""The files of the app's secrets: read once when the server starts, and handed to Streamlit only if understood."""

import stat
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit import config

from pages.shared.secret_rules import complaint

_REFUSAL = "refusal"  # the section that stands for secrets that are not understood
_TAKEN_FOR_SECRETS = {"secret", "secrets", "secret.toml", "secrets.tml", "secrets.toml"}


def take_over() -> None:
    """Read and check the secrets before Streamlit does, whose server fails on some that are broken.

    Says on the terminal what is wrong with them. Streamlit then has the checked secrets until the server ends, or
    nothing but the refusal.
    """
    secrets, why = _read(_files(), named=config.is_manually_set("secrets.files"))
    if why:
        print(why, file=sys.stderr)
        st.secrets.merge_programmatic_secrets({_REFUSAL: {"why": why}})
    elif secrets:
        st.secrets.merge_programmatic_secrets(secrets)


def refusal() -> str:
    """Return why nobody may be let in, as one sentence; empty if the secrets are understood, or there are none."""
    try:
        secrets = st.secrets.to_dict() if st.secrets.load_if_toml_exists() else None
    except (OSError, ValueError):
        secrets = None
    if secrets is None:
        secrets, why = _read(_files(), named=config.is_manually_set("secrets.files"))
        return why or (_sentence(_files(), "they have changed") if secrets else "")
    if isinstance(secrets.get(_REFUSAL), Mapping):
        return str(secrets[_REFUSAL]["why"])
    return _sentence(_files(), complaint(secrets))


def _files() -> list[Path]:
    return [Path(file) for file in st.get_option("secrets.files")]


def _read(files: Sequence[Path], *, named: bool) -> tuple[dict[str, Any], str]:
    """Return the secrets of all files, a later one's sections first, and what is wrong with them, if anything is.

    `named`: a person named these files, so each has to be there.
    """
    together: dict[str, Any] = {}
    there = []
    for file in files:
        try:
            kind = file.lstat().st_mode
            if stat.S_ISLNK(kind):
                kind = file.stat().st_mode
        except FileNotFoundError:
            if named or file.is_symlink():
                return {}, _sentence([file], "there is no such file; name one that exists")
            if alike := _alike(file):
                return {}, _sentence([alike], "the app reads secrets.toml only; give the file that name")
            continue
        except NotADirectoryError:
            continue
        except OSError as error:
            return {}, _sentence([file], f"it cannot be read ({error.strerror})")
        if not stat.S_ISREG(kind) or file.suffix != ".toml":
            return {}, _sentence([file], "it is not a file whose name ends in .toml; write one")
        content, wrong = _content(file)
        if wrong:
            return {}, _sentence([file], wrong)
        together |= content
        there.append(file)
    return together, _sentence(there, complaint(together)) if there else ""


def _content(file: Path) -> tuple[dict[str, Any], str]:
    """Return the sections of a file, and what is wrong with it; its content is shown to nobody."""
    try:
        content = tomllib.loads(file.read_bytes().decode("utf-8"))
    except UnicodeDecodeError:
        return {}, "it is not text in UTF-8; save it as such"
    except tomllib.TOMLDecodeError as error:
        return {}, f"it is not TOML: {str(error).rstrip('.')}"
    except OSError as error:
        return {}, f"it cannot be read ({error.strerror})"
    return content, "" if content else complaint({})


def _alike(file: Path) -> Path | None:
    """Return a file beside one that is missing whose name was probably meant to be its name."""
    try:
        beside = sorted(file.parent.iterdir())
    except OSError:
        return None
    return next((path for path in beside if path.name.casefold() in _TAKEN_FOR_SECRETS), None)


def _sentence(files: Sequence[Path], wrong: str) -> str:
    if not wrong:
        return ""
    names = " and ".join(str(file) for file in files if file.exists()) or " and ".join(map(str, files))
    return (
        f"Nobody can be let in, because the secrets in {names} are not understood: {wrong}; then start the app again "
        "(docs/sharing.md shows how to write them)."
    )
