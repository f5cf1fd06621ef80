"""Every key of a sweep file's `data`."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PrivateAttr, ValidationInfo, field_validator

from orbitsens.config.artifact_name import is_artifact, parse_artifact
from orbitsens.config.dataset_name import parse_dataset_name, test_twin
from orbitsens.config.errors import ConfigError
from orbitsens.config.fields import Frozen

FILE_KINDS = (".npz", ".json")


def _canonical(name: str) -> str:
    try:
        return str(parse_dataset_name(name))
    except ConfigError:
        return name  # a label of a dataset file; names without a file are checked by `Data`


def _file(text: str) -> str:
    inside = parse_artifact(text).file if is_artifact(text) else text
    if inside is not None:
        _check_kind(inside)
    return text


def _check_kind(path: str) -> None:
    kind = Path(path).suffix.lower()
    if kind in (".pkl", ".pickle"):
        raise ValueError(
            "a pickle can run any code when it is read; save the orbits as .json or .npz instead (docs/datasets.md)"
        )
    if kind not in FILE_KINDS:
        raise ValueError(f"a dataset file is one of {', '.join(FILE_KINDS)}, or a W&B artifact (docs/datasets.md)")


Name = Annotated[str, Field(min_length=1), AfterValidator(_canonical)]
DatasetFile = Annotated[str, AfterValidator(_file)]
Checksum = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Data(Frozen):
    """What one run is trained and tested on. One field is one key of a sweep file's `data`."""

    dataset_file: DatasetFile | None = Field(
        None,
        description="the training dataset, as a file of orbits in km, km/s and s, or as a W&B artifact "
        "wandb:entity/project/name:version; dataset_name is then a label",
    )
    test_file: DatasetFile | None = Field(
        None,
        description="the test dataset, as a file or a W&B artifact; test_dataset is then a label (unset: its name)",
    )
    dataset_name: Name = Field(
        description="the training dataset: single, simple or complex, then _TBP_planar_N or _TBP_nonplanar_N for N "
        "orbits, then perhaps _train, _val or _test, which are independent draws"
    )
    problem: Literal["2BP"] = Field("2BP", description="the dynamical problem; 2BP is the two-body problem")
    test_dataset: Name | None = Field(
        None,
        description="the test dataset; unset: the _test twin of the training dataset, none where that is a file",
    )
    dataset_sha256: Checksum | None = Field(
        None, description="checksum of dataset_file; unset: noted when the file is read"
    )
    test_sha256: Checksum | None = Field(None, description="checksum of test_file; unset: noted when the file is read")

    # Where the files of artifacts lie on this machine: no part of what a run computes, and not logged.
    _fetched: dict[str, str] = PrivateAttr(default_factory=dict)

    def path_of(self, key: Literal["dataset_file", "test_file"]) -> str | None:
        """Where a file lies on this machine; for an artifact that is not fetched yet, its reference."""
        named: str | None = getattr(self, key)
        return None if named is None else self._fetched.get(named, named)

    def with_fetched(self, key: Literal["dataset_file", "test_file"], reference: str, path: str) -> "Data":
        """The same with an artifact for one of its files: by `reference`, lying at `path` on this machine."""
        copy = self.model_copy(update={key: reference})
        copy._fetched = {**self._fetched, reference: path}  # noqa: SLF001 - its own
        return copy

    @field_validator("dataset_name", "test_dataset")
    @classmethod
    def _a_name_unless_it_is_a_label(cls, name: str | None, info: ValidationInfo) -> str | None:
        file = info.data.get("dataset_file" if info.field_name == "dataset_name" else "test_file")
        if name is not None and file is None:
            parse_dataset_name(name)
        return name

    @property
    def test_name(self) -> str | None:
        """The test dataset in force, None where there is none."""
        if self.test_dataset is not None:
            return self.test_dataset
        if self.test_file is not None:
            return (
                Path(self.test_file).stem if not is_artifact(self.test_file) else parse_artifact(self.test_file).label
            )
        return None if self.dataset_file is not None else test_twin(self.dataset_name)
