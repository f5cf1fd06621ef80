"""What each parameter means: the description of its key in the sweep file's definition."""

from collections.abc import Mapping

from orbitsens.config import Data, Parameters

MEANINGS: Mapping[str, str] = {
    name: field.description or "" for model in (Data, Parameters) for name, field in model.model_fields.items()
}
