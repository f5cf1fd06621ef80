"""A small OpenID Connect provider on this machine: real redirects, codes and signed tokens, made-up people."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlparse

CLIENT, SECRET = "orbitsens", "a secret between the app and its provider"
_KEY = b"the key that signs the tokens of this provider"


@contextmanager
def provider(people: Sequence[str]) -> Iterator[str]:
    """Run a provider at which one signs in as one of `people` (e-mail addresses) by a click; yields its URL."""
    server = _Provider(people)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def secrets_text(issuer: str, access: str) -> str:
    """The app's secrets that send people to this provider; `access` is what stands in `[access]`."""
    return f"""
[auth]
redirect_uri = "http://localhost:{{port}}/oauth2callback"
cookie_secret = "{secrets.token_hex(32)}"
client_id = "{CLIENT}"
client_secret = "{SECRET}"
server_metadata_url = "{issuer}/.well-known/openid-configuration"

[access]
{access}
"""


class _Provider(ThreadingHTTPServer):
    """The provider: whom it knows, and what was asked for with each code that it gave out."""

    def __init__(self, people: Sequence[str]) -> None:
        super().__init__(("localhost", 0), _Handler)
        self.people = people
        self.codes: dict[str, dict[str, str]] = {}


class _Handler(BaseHTTPRequestHandler):
    server: _Provider

    @property
    def issuer(self) -> str:
        return f"http://{self.headers['Host']}"

    def do_GET(self) -> None:
        asked = urlparse(self.path)
        query = {key: values[0] for key, values in parse_qs(asked.query).items()}
        if asked.path == "/.well-known/openid-configuration":
            self._json(_metadata(self.issuer))
        elif asked.path == "/keys":
            self._json({"keys": [{"kty": "oct", "kid": "1", "alg": "HS256", "k": _text(_KEY)}]})
        elif asked.path == "/authorize" and query["client_id"] == CLIENT:
            links = "".join(_link(query, person) for person in self.server.people)
            self._send(200, "text/html", f"<h1>Who are you?</h1>{links}".encode())
        elif asked.path == "/choose":
            code = secrets.token_hex(8)
            self.server.codes[code] = query
            self.send_response(302)
            back = urlencode({"code": code, "state": query["state"]})
            self.send_header("Location", f"{query['redirect_uri']}?{back}")
            self.end_headers()
        else:
            self._send(404, "text/plain", b"nothing here")

    def do_POST(self) -> None:
        given = f"Basic {base64.b64encode(f'{CLIENT}:{SECRET}'.encode()).decode()}"
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if self.path != "/token" or self.headers["Authorization"] != given:
            self._send(401, "text/plain", b"unknown client")
            return
        token = _signed(_claims(self.issuer, self.server.codes.pop(form["code"][0])))
        self._json({"access_token": "unused", "token_type": "Bearer", "expires_in": 60, "id_token": token})

    def _json(self, content: Mapping[str, Any]) -> None:
        self._send(200, "application/json", json.dumps(content).encode())

    def _send(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _metadata(issuer: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/keys",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["HS256"],
    }


def _link(query: Mapping[str, str], person: str) -> str:
    return f'<p><a href="/choose?{escape(urlencode({**query, "person": person}))}">{person}</a></p>'


def _claims(issuer: str, asked: Mapping[str, str]) -> dict[str, Any]:
    person, now = asked["person"], int(time.time())
    who = {"sub": hashlib.sha256(person.encode()).hexdigest(), "email": person, "email_verified": True}
    return who | {"iss": issuer, "aud": CLIENT, "iat": now, "exp": now + 600, "nonce": asked["nonce"]}


def _signed(claims: Mapping[str, Any]) -> str:
    parts = ({"alg": "HS256", "kid": "1", "typ": "JWT"}, claims)
    content = ".".join(_text(json.dumps(part).encode()) for part in parts)
    return f"{content}.{_text(hmac.digest(_KEY, content.encode(), 'sha256'))}"


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
