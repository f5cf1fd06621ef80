"""An artifact on the W&B server, by its name."""

from dataclasses import replace

import wandb
from wandb.env import get_base_url
from wandb.errors import AuthenticationError, CommError, UsageError

from orbitsens.config import ArtifactName, ConfigError
from runner.patience import PROBLEMS
from runner.server import check_address, first_sentence, server_answers, without_password

TIMEOUT = 30  # s for one request


def find_artifact(name: ArtifactName) -> wandb.Artifact:
    """Ask the server for an artifact.

    Raises:
        ConfigError: not logged in, no server, no such artifact.
    """
    check_address()
    configured = wandb.setup().settings.base_url
    base_url = get_base_url(configured) or configured  # the environment counts at any time, as for wandb.Api
    shown = without_password(base_url)
    later = "" if name.is_pinned else " (a version such as :v3 is read from this machine once it was fetched)"
    if not server_answers(base_url):
        raise ConfigError(f"{name} has to be fetched from W&B, and {shown} does not answer{later}.")
    try:
        api = wandb.Api(timeout=TIMEOUT)
    except UsageError as error:
        raise ConfigError(
            f"{name} has to be fetched from W&B, which needs a key: run `wandb login`, or set WANDB_API_KEY."
        ) from error
    except (AuthenticationError, CommError) as error:
        raise ConfigError(
            f"{name} has to be fetched from W&B, which does not let you in: {first_sentence(error)}."
        ) from error
    try:
        artifact = api.artifact(name.path)
    except PROBLEMS as error:
        if isinstance(error, CommError) and isinstance(error.exc, ValueError):  # what the client makes of no answer
            raise ConfigError(f"There is no artifact {name.path} on {shown}, or you may not see it.") from error
        raise ConfigError(f"{name} cannot be fetched from {shown}: {first_sentence(error)}.") from error
    if artifact.state != "COMMITTED":
        raise ConfigError(f"{name} is {artifact.state.lower()} on {shown}; name another version.")
    return artifact


def pinned(name: ArtifactName, artifact: wandb.Artifact) -> ArtifactName:
    """Return the name with the version that an alias means now."""
    return replace(name, version=artifact.version)
