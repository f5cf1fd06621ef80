"""W&B's own process, wandb-core, and what the environment tells it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import wandb
from wandb.sdk.mailbox import HandleAbandonedError, MailboxClosedError

from orbitsens.config import ConfigError

# What wandb raises when its own process has gone.
GONE = (ConnectionError, HandleAbandonedError, MailboxClosedError)
# What sweep agents and launchers leave in the environment, and its absence: with these, wandb takes neither our ids nor
# our projects.
OF_AGENTS = {"sweep_id": None, "sweep_param_path": None, "launch": False}


@contextmanager
def service() -> Iterator[None]:
    """Say in a sentence that W&B's own process has gone, and let the next run start another one.

    Raises:
        ConfigError: it has gone.
    """
    try:
        yield
    except GONE as error:
        with suppress(*GONE):
            wandb.teardown()  # else it would try to reach the process when Python ends
        raise ConfigError(
            "W&B's own process, wandb-core, has ended: perhaps it was killed. What was logged until then is here: "
            "`python -m runner sync` brings it in, `python -m runner sweep FILE --resume` trains the rest."
        ) from error


@contextmanager
def one_of_our_own() -> Iterator[None]:
    """Open runs that belong to no W&B sweep or launch, even in the environment of an agent."""
    settings = wandb.setup().settings
    before = {name: getattr(settings, name) for name in OF_AGENTS}
    try:
        for name, value in OF_AGENTS.items():
            setattr(settings, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(settings, name, value)
