"""Whether the person who is looking sits at the machine that runs the app: as far as their connection shows it."""

import os
from urllib.parse import urlsplit

import streamlit as st

# Names a proxy before the app, by address or name: people who come through it cannot be told from those here.
PROXY = "ORBITSENS_PROXY"
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_DEFAULT_PORTS = {"http": 80, "https": 443}
# What proxies add: they speak for someone elsewhere.
_FORWARDED = (
    "Forwarded",
    "Via",
    "X-Real-Ip",
    "X-Client-Ip",
    "X-Cluster-Client-Ip",
    "True-Client-Ip",
    "Cf-Connecting-Ip",
)


def on_this_machine() -> bool:
    """Say whether a browser on this machine opened the app under this machine's own name, with nobody in between.

    The name and port that the browser asked for, and the page that it came from, have to be those of the app here:
    another name that leads here may be anybody's page, another port is that of a proxy.
    """
    headers = st.context.headers
    return (
        not os.environ.get(PROXY)
        and st.context.ip_address is None  # what Streamlit makes of 127.0.0.1 and ::1
        and not any(_is_forwarding(name) for name in headers)
        and _is_own(f"//{headers.get('Host', '')}")
        and _is_own(headers.get("Origin", ""))
    )


def _is_forwarding(header: str) -> bool:
    return header.title() in _FORWARDED or header.title().startswith("X-Forwarded")


def _is_own(url: str) -> bool:
    try:
        address = urlsplit(url)
        name, port = address.hostname, address.port
    except ValueError:
        return False
    scheme = address.scheme or ("https" if st.get_option("server.sslCertFile") else "http")
    return name in _LOOPBACK and (port or _DEFAULT_PORTS.get(scheme)) == int(st.get_option("server.port"))
