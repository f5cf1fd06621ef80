"""What the app's secrets may hold. Whoever wrote secrets meant to close the door: what is not understood closes it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Set as AbstractSet

from orbitsens.config import closest

_AUTH = {"redirect_uri", "cookie_secret", "expose_tokens"}
_CLIENT = {"client_id", "client_secret", "server_metadata_url"}  # of a provider, each needed
_CLIENT_MORE = {"client_kwargs", "expose_tokens"}
_ACCESS = {"editors", "viewers"}
_SHORTEST_COOKIE_SECRET = 16
_ADDRESS = re.compile(r"[^\s@]*@[^\s@]+")


def complaint(secrets: Mapping[str, object]) -> str:
    """Return the first thing in the secrets that is not understood, as the end of a sentence; empty where all is."""
    return next(iter(_complaints(secrets)), "")


def _complaints(secrets: Mapping[str, object]) -> Iterator[str]:
    if not secrets:
        yield "it is empty; write a section [auth], or delete it"
        return
    yield from _unknown(secrets, {"auth", "access"}, "section", "[{}]")
    if "auth" not in secrets:
        yield "the section [auth] is missing, without which nobody can sign in; write one"
        return
    auth = secrets["auth"]
    if not isinstance(auth, Mapping) or not auth:
        yield "auth has to be a section with keys, [auth], such as redirect_uri and client_id"
        return
    yield from _auth(auth)
    if "access" in secrets:
        yield from _access(secrets["access"])


def _auth(auth: Mapping[str, object]) -> Iterator[str]:
    providers = {key: value for key, value in auth.items() if isinstance(value, Mapping) and key != "client_kwargs"}
    yield from _unknown((key for key in auth if key not in providers), _AUTH | _CLIENT | _CLIENT_MORE, "key", "{}")
    yield from _texts(auth, {"redirect_uri", "cookie_secret"}, "[auth]")
    if not _is_url(auth["redirect_uri"]) or not str(auth["redirect_uri"]).endswith("/oauth2callback"):
        yield 'in [auth], redirect_uri has to be the address of the app, "https://<name>/oauth2callback"'
    if len(str(auth["cookie_secret"])) < _SHORTEST_COOKIE_SECRET or str(auth["cookie_secret"]).startswith("<"):
        yield (
            f"in [auth], cookie_secret can be guessed; write at least {_SHORTEST_COOKIE_SECRET} random letters, as "
            "`python -c 'import secrets; print(secrets.token_hex(32))'` prints"
        )
    if not providers or _CLIENT & auth.keys():
        yield from _provider(auth, "[auth]")
    for name, provider in providers.items():
        if "_" in name:
            yield f"the name of the provider [auth.{name}] has an underscore; write it without"
        yield from _unknown(provider, _CLIENT | _CLIENT_MORE, "key", "{}", f"[auth.{name}]")
        yield from _provider(provider, f"[auth.{name}]")


def _provider(keys: Mapping[str, object], section: str) -> Iterator[str]:
    yield from _texts(keys, _CLIENT, section)
    if not _is_url(keys["server_metadata_url"]):
        yield f"in {section}, server_metadata_url has to be an address that begins with https://"
    if not isinstance(keys.get("client_kwargs", {}), Mapping):
        yield f"in {section}, client_kwargs has to be a section of its own"


def _access(access: object) -> Iterator[str]:
    if not isinstance(access, Mapping) or not access:
        yield "access has to be a section, [access], with editors, viewers or both"
        return
    yield from _unknown(access, _ACCESS, "key", "{}", "[access]")
    for key, value in access.items():
        entries = [value] if isinstance(value, str) else value
        if not isinstance(entries, list | tuple):
            yield f'in [access], {key} has to be a list of addresses, such as ["ada@example.org", "@example.org"]'
            return
        for place, entry in enumerate(entries, start=1):
            if not isinstance(entry, str) or not _ADDRESS.fullmatch(entry) or "*" in entry:
                yield (
                    f'in [access], entry {place} of {key} is not an address; write "ada@example.org", or '
                    '"@example.org" for all of a domain'
                )


def _unknown(keys: Iterable[str], known: AbstractSet[str], kind: str, written: str, section: str = "") -> Iterator[str]:
    for key in keys:
        if key not in known:
            where = f" in {section}" if section else ""
            choices = " or ".join(written.format(name) for name in sorted(known))
            yield (f"the {kind} {written.format(key)}{where} is unknown{closest(key, known)}; write {choices}")


def _texts(keys: Mapping[str, object], needed: AbstractSet[str], section: str) -> Iterator[str]:
    for key in sorted(needed):
        if key not in keys:
            yield f"in {section}, {key} is missing"
        elif not isinstance(keys[key], str) or not str(keys[key]).strip():
            yield f"in {section}, {key} has to be a text that is not empty"


def _is_url(value: object) -> bool:
    return str(value).startswith(("https://", "http://"))
