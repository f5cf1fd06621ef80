"""What a parameter is called in sentences, in the names of settings and on axes."""

from collections.abc import Iterable, Mapping

from orbitsens.config import OTHER_KEYS, Data, Parameters

UNSET = "(unset)"
_OURS = {*Data.model_fields, *Parameters.model_fields, OTHER_KEYS}
_WORDS: Mapping[str, str] = {
    "atol": "absolute tolerance",
    "dataset_name": "training dataset",
    "epochs_strategy": "number of epochs",
    "l1_reg": "l1 penalty",
    "l2_reg": "l2 penalty",
    "loss_fcn": "loss",
    "lr_final_ratio": "final learning rate ratio",
    "lr_schedule": "learning rate schedule",
    "lr_strategy": "learning rate",
    "num_total_orbits": "orbits of the dataset",
    "num_total_segments": "training segments",
    "num_train_orbits": "training orbits",
    "num_trajs": "number of orbits",
    "optimizer": "optimiser",
    "rtol": "relative tolerance",
    "segment_length_strategy": "segment length",
    "segment_ratio_final": "segment ratio",
    "steps_strategy": "number of steps",
    "train_val_split": "training share",
}


def label(parameter: str) -> str:
    """The words for a parameter's key: "batch size" for batch_size; a key of another program stays as it is."""
    return _WORDS.get(parameter) or (parameter.replace("_", " ") if parameter in _OURS else parameter)


def dataset_label(dataset: object, split: str) -> str:
    """Where something was measured: the dataset, and the split where its name does not say it.

    A missing name, whatever stands for it in a table, is "(unset)".
    """
    name = dataset_text(dataset)
    return name if name.endswith(f"_{split}") else f"{name} ({split})"


def dataset_text(dataset: object) -> str:
    """What to call a dataset; a missing name is "(unset)"."""
    return dataset if isinstance(dataset, str) and dataset else UNSET


def labels(parameters: Iterable[str]) -> list[str]:
    """The words for several keys."""
    return [label(parameter) for parameter in parameters]
