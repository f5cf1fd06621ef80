"""References to datasets that W&B keeps as artifacts: `wandb:[[entity/]project/]name:version[/file]`."""

import re
from dataclasses import dataclass, replace

from orbitsens.config.errors import ConfigError

PREFIX = "wandb:"
_PATTERN = re.compile(
    r"(?:(?:(?P<entity>[\w.-]+)/)?(?P<project>[\w.-]+)/)?(?P<name>[\w.-]+):(?P<version>[\w.-]+)(?:/(?P<file>.+))?"
)


@dataclass(frozen=True)
class ArtifactName:
    """A parsed reference; what it leaves out is None. `version` may be an alias, such as latest."""

    entity: str | None
    project: str | None
    name: str
    version: str
    file: str | None

    @property
    def path(self) -> str:
        """The artifact as W&B names it: `entity/project/name:version`."""
        return "/".join(part for part in (self.entity, self.project, f"{self.name}:{self.version}") if part)

    @property
    def label(self) -> str:
        """What its orbits are called where nothing else is said."""
        return f"{self.name}:{self.version}"

    @property
    def is_pinned(self) -> bool:
        """Whether it means the same content for ever: `v3` does, an alias does not."""
        return re.fullmatch(r"v\d+", self.version) is not None

    def within(self, entity: str, project: str) -> "ArtifactName":
        """The reference with these for what it leaves out."""
        return replace(self, entity=self.entity or entity, project=self.project or project)

    def __str__(self) -> str:
        return PREFIX + self.path + (f"/{self.file}" if self.file else "")


def is_artifact(text: str) -> bool:
    """Say whether a dataset file is named as an artifact of W&B."""
    return text.startswith(PREFIX)


def parse_artifact(text: str) -> ArtifactName:
    """Parse a reference.

    Raises:
        ConfigError: the text does not follow the pattern.
    """
    match = _PATTERN.fullmatch(text.removeprefix(PREFIX))
    if not is_artifact(text) or match is None:
        raise ConfigError(
            f"'{text}' is not a reference to an artifact: write wandb:entity/project/name:version, such as "
            "wandb:mlds-lab/neuralODEs/orbits:v3."
        )
    return ArtifactName(**match.groupdict())
