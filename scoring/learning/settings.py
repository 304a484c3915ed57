"""What to learn and how it is proven. configs/train.yaml documents each key."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from interview_analysis.scoring.edges import Model
from interview_analysis.scoring.report.report import ChannelName

LearnerName = Literal[
    "constant",
    "length",
    "ridge",
    "components",
    "committee",
    "svr",
    "boosting",
    "gaussian_process",
    "stack",
    "attention",
]
CONTROLS: tuple[LearnerName, ...] = ("constant", "length")  # always in the comparison
LEARNERS: tuple[LearnerName, ...] = (
    *CONTROLS, "ridge", "components", "committee", "svr", "boosting", "gaussian_process", "stack", "attention",
)  # fmt: skip


class LearnSettings(Model):
    """Settings of a training. Equal settings, data and versions give equal models."""

    name: str = Field(default="overall", pattern=r"^[a-z0-9_-]+$")
    targets: tuple[str, ...] = ()  # what the model predicts; empty predicts every rating
    scale: tuple[float, float] = (1.0, 7.0)
    channels: tuple[ChannelName, ...] = ("content", "voice")
    features: tuple[str, ...] = ("*",)  # shell patterns of feature names
    meaning: bool = True  # sentence embeddings as part of the content channel
    learners: tuple[LearnerName, ...] = LEARNERS
    chosen: LearnerName = "committee"
    folds: int = Field(default=10, ge=2)
    repeats: int = Field(default=10, ge=1)
    slow_repeats: int = Field(default=2, ge=1)  # of learners whose fitting takes long
    inner_folds: int = Field(default=5, ge=2)
    coverage: float = Field(default=0.9, gt=0.5, lt=1.0)
    bootstrap_samples: int = Field(default=2000, ge=100)
    seed: int = Field(default=20150504, ge=0)

    @model_validator(mode="after")
    def _is_consistent(self) -> LearnSettings:
        if self.chosen not in self.learners:
            raise ValueError(
                f"chosen is '{self.chosen}', expected one of learners: {', '.join(self.learners)}"
            )
        if self.scale[0] >= self.scale[1]:
            raise ValueError(f"scale is {self.scale}, expected the lowest rating before the highest")
        if not self.channels:
            raise ValueError("channels is empty, expected at least one, such as voice")
        return self

    @property
    def compared(self) -> tuple[LearnerName, ...]:
        """The learners with the controls before them."""
        return (*CONTROLS, *(name for name in self.learners if name not in CONTROLS))
