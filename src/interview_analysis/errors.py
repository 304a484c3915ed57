"""The one exception root. A message says what was received, what was expected and what to do."""


class InterviewAnalysisError(Exception):
    """Root of every error that this package raises on purpose. The CLI prints it in one line, exit code 2."""


class MediaError(InterviewAnalysisError):
    """A recording that cannot be read: no media, truncated, empty, or without any audio or video track.

    `code` names the kind of fault for tables and for texts in other languages ("failure_reasons" in messages.yaml).
    """

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class TranscriptError(MediaError):
    """A transcript that was handed in and is none, holds no times, or does not fit its recording."""


class ProfileError(InterviewAnalysisError):
    """A job profile that is missing, unreadable or wrong, or a job description that none can be made of.

    `code` names the kind of fault where there is one, for texts in other languages.
    """

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class ConfigError(InterviewAnalysisError):
    """A run configuration or norms file that is missing, unreadable or wrong."""


class WeightsError(InterviewAnalysisError):
    """Model weights that are missing or whose SHA-256 differs from the registry."""


class SystemLibraryError(InterviewAnalysisError):
    """A system library that wheels do not carry (libEGL, libGLESv2, libGL, glib) is missing."""


class OutputError(InterviewAnalysisError):
    """A result that cannot be written where the user asked for it."""


class StorageFullError(OutputError):
    """No space is left where something is written: a full disk or a used-up quota."""


class ManifestError(InterviewAnalysisError):
    """A manifest of interviews that is missing, unreadable or wrong. Its message has one line a mistake."""


class WorkerError(InterviewAnalysisError):
    """The workers of a batch cannot start, or none of them is left."""


class LearningError(InterviewAnalysisError):
    """Data that nothing can be learned from: too few persons, ratings out of range, ids that do not match."""


class SecondRaterError(InterviewAnalysisError):
    """A language model that cannot be asked for a second rating, or answers with none."""


class ModelError(InterviewAnalysisError):
    """A trained model that is missing, unreadable, or does not fit the data it is asked about."""
