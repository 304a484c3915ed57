"""Where the application keeps its data: one folder with the database, files, uploads and its secret key."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from interview_analysis.errors import ConfigError

FOLDER_VARIABLE = "INTERVIEW_ANALYSIS_HOME"


@dataclass(frozen=True, slots=True)
class Home:
    """The folder, readable by its owner alone."""

    folder: Path

    @classmethod
    def of_environment(cls) -> Home:
        """That of INTERVIEW_ANALYSIS_HOME, else the user's data folder. Raises ConfigError where it cannot be made."""
        named = os.environ.get(FOLDER_VARIABLE)
        data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
        home = cls(Path(named).resolve() if named else data / "interview-analysis")
        try:
            home.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise ConfigError(
                f"cannot use {home.folder} as the application's folder: {error.strerror}; "
                f"set {FOLDER_VARIABLE} to one that can be written"
            ) from error
        return home

    @property
    def database(self) -> Path:
        return self.folder / "web.sqlite3"

    @property
    def files(self) -> Path:
        """Recordings, résumés and reports, under names that tell nothing."""
        return self._made("files")

    @property
    def uploads(self) -> Path:
        """Chunks of uploads that are under way."""
        return self._made("uploads")

    @property
    def observations(self) -> Path:
        """The cache that all workers share."""
        return self._made("observations")

    @property
    def mail(self) -> Path:
        """Where messages go while no mail server is set."""
        return self._made("mail")

    def _made(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder

    def secret_key(self) -> str:
        """Made once and kept; SECRET_KEY in the environment goes first."""
        return os.environ.get("SECRET_KEY") or self._kept("secret-key")

    def salt(self) -> str:
        """Made once and kept: what pseudonyms of exports are made with."""
        return self._kept("pseudonym-key")

    def _kept(self, name: str) -> str:
        """A random text, made once and kept in a file that only its owner reads."""
        path = self.folder / name
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(64))
        except FileExistsError:
            pass
        return path.read_text(encoding="utf-8")
