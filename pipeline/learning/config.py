"""configs/train.yaml as a model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from interview_analysis.errors import ConfigError
from interview_analysis.pipeline.common.config import BUILT_IN, layered
from interview_analysis.scoring.learning.settings import LearnSettings
from interview_analysis.scoring.profile import describe


class TrainConfig(LearnSettings):
    """Settings of a training, and where data and model lie."""

    data: Path | None = None
    ratings: Path | None = None
    out: Path = Path("models-trained/overall")

    @property
    def settings(self) -> LearnSettings:
        """What decides the model."""
        return LearnSettings(**{name: getattr(self, name) for name in LearnSettings.model_fields})


def load_train_config(path: Path | None = None, overrides: Sequence[str] = ()) -> TrainConfig:
    """The built-in configuration, updated by the file at `path` and ``key=value`` overrides.

    Raises ConfigError that names the wrong key.
    """
    data = layered(BUILT_IN / "train.yaml", path, overrides)
    try:
        return TrainConfig.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{path or 'configs/train.yaml'}: {describe(error, TrainConfig)}") from error
