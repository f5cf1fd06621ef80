"""The W&B server's address, and whether it is there."""

import os
import re
import socket
import urllib.request
from urllib.parse import urlsplit

from orbitsens.config import ConfigError

# A user and a password before the host: up to the last @ of an address's first part.
_CREDENTIALS = re.compile(r"(?<=://)[^\s/]*@")


def without_password(text: str) -> str:
    """Return a text without the users and passwords of the addresses in it."""
    return _CREDENTIALS.sub("", text)


def first_sentence(error: BaseException) -> str:
    """Return what an error says in its first line, without a full stop and without passwords."""
    lines = without_password(str(error)).strip().splitlines()
    return lines[0].rstrip(". ") if lines else type(error).__name__


def check_address() -> None:
    """Refuse a WANDB_BASE_URL that wandb could not use.

    Raises:
        ConfigError: it is not the address of a web server.
    """
    address = os.environ.get("WANDB_BASE_URL")
    if not address:
        return
    import wandb

    try:
        wandb.Settings(base_url=address)
    except (ValueError, wandb.errors.UsageError) as error:
        raise ConfigError(
            f"WANDB_BASE_URL is {without_password(address)!r}, which wandb does not take: write the address of a W&B "
            "server, such as https://wandb.example.org, or unset it. In a password, @ is written %40."
        ) from error


def server_answers(base_url: str) -> bool:
    """Say whether something answers at the server's address; behind a proxy that cannot be told, and it counts as so.

    wandb would wait 19 s for each run's model.
    """
    if urllib.request.getproxies():
        return True
    address = urlsplit(base_url)
    port = address.port or (443 if address.scheme == "https" else 80)
    try:
        with socket.create_connection((address.hostname, port), timeout=3):
            return True
    except OSError:
        return False
