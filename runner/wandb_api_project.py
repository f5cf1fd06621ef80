"""A project on the W&B server: the connection to it, through wandb's own client."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import wandb
from wandb.errors import AuthenticationError, CommError, UsageError

from orbitsens.config import ConfigError
from runner.patience import Patience, http_status
from runner.server import check_address, first_sentence, without_password
from runner.wandb_api_dataset import Datasets

TIMEOUT = 90  # s for one request, with the client's own tries and what a server says in Retry-After
TIMEOUT_OF_FIRST = 12  # s for the first one, which shows whether there is a server
REFUSED = (401, 403)


class Project(NamedTuple):
    """A project on a W&B server.

    `files` is a folder for what is fetched of its runs; `say` gets sentences about what the server does not give out.
    `lacking` has the queries that it turned out not to know, which are not asked again.
    """

    api: wandb.Api
    entity: str
    name: str
    files: Path
    patience: Patience
    datasets: Datasets
    say: Callable[[str], None]
    lacking: set[str]

    @property
    def path(self) -> str:
        """Return `entity/project`."""
        return f"{self.entity}/{self.name}"


def connect(
    entity: str,
    project: str,
    files: Path,
    store: Path,
    patience: Patience | None = None,
    say: Callable[[str], None] = lambda sentence: None,
) -> Project:
    """Connect to the server that `WANDB_BASE_URL`, or wandb's settings, name.

    What is fetched passes through `files`; the team's datasets are kept in `store`.

    Raises:
        ConfigError: not logged in, or the server does not answer.
    """
    check_address()
    try:
        wandb.Api(timeout=TIMEOUT_OF_FIRST)
        api = wandb.Api(timeout=TIMEOUT)
    except UsageError as error:
        raise ConfigError("W&B needs a key: run `wandb login`, or set WANDB_API_KEY.") from error
    except (AuthenticationError, CommError) as error:
        raise ConfigError(_no_connection(error)) from error
    datasets = Datasets(store, files / "datasets", threading.Lock())
    return Project(api, entity, project, files / "models", patience or Patience(), datasets, _once(say), set())


def _no_connection(error: AuthenticationError | CommError) -> str:
    if error.__cause__ is not None and http_status(error.__cause__) in REFUSED:
        return f"W&B does not let you in: {first_sentence(error)}. Check WANDB_BASE_URL and `wandb login`."
    address = os.environ.get("WANDB_BASE_URL") or str(wandb.setup().settings.base_url)
    return (
        f"The W&B server {without_password(address)} does not answer: check the network and WANDB_BASE_URL, and sync "
        "again later."
    )


def _once(say: Callable[[str], None]) -> Callable[[str], None]:
    """Pass each sentence on once, from several threads."""
    lock, said = threading.Lock(), set[str]()

    def say_once(sentence: str) -> None:
        with lock:
            if sentence not in said:
                said.add(sentence)
                say(sentence)

    return say_once
