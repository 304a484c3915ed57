"""Where a scorer is. A worker is sent this and fetches the scorer itself, after it has set its threads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from interview_analysis.scoring.learning.learned_score import NamedScorer

DEFAULT_URI = "sqlite:///mlflow.db"
REGISTERED = "models:/"


@dataclass(frozen=True, slots=True)
class ScorerSource:
    """A folder with the SHA-256 of its files, or ``models:/NAME/VERSION`` of an MLflow store."""

    model: str
    uri: str = DEFAULT_URI
    sha256: str = ""

    def load(self) -> NamedScorer:
        """Fetch and check the scorer. Raises ModelError where there is none or where recordings cannot be asked of it."""
        from interview_analysis.pipeline.learning.registry import opened
        from interview_analysis.scoring.learning.learned_score import NamedScorer, check_measurable

        with opened(self.model, self.uri) as (scorer, name, _):
            check_measurable(scorer)
            return NamedScorer(name, scorer)


def pinned(model: str, uri: str) -> ScorerSource:
    """The source of what `model` names now, so that an alias which moves under way changes nothing.

    Raises ModelError where there is no such model.
    """
    from interview_analysis.errors import ModelError
    from interview_analysis.models.weights.hashes import file_sha256, folder_sha256
    from interview_analysis.pipeline.learning.registry import Registry

    if model.startswith(REGISTERED):
        return ScorerSource(Registry(uri).find(model).reference, uri)
    folder = Path(model)
    if not folder.is_dir():
        raise ModelError(
            f"{model} is no folder of a model; pass one that `train` wrote, or models:/NAME@champion"
        )
    files = {
        path.relative_to(folder).as_posix(): file_sha256(path) for path in folder.rglob("*") if path.is_file()
    }
    return ScorerSource(str(folder.resolve()), uri, folder_sha256(files))
