"""A folder laid out like the MIT Interview dataset (Naim et al. 2015) as a `Dataset`.

Any of ``prosodic_features.csv`` (a row an answer, ``P<n>Q<k>``), ``transcripts.csv`` (no header; id, text with turns
separated by ``|``), ``facial_features.csv`` (no header; id and means) and ``ratings.csv`` (a row an interview, or a row
an interview and ``rater``).
``P<n>`` and ``PP<n>`` are two interviews of person ``<n>``; case differs between files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from interview_analysis.errors import LearningError
from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.pipeline.common.tables import composed, is_missing, numbers, read_rows
from interview_analysis.pipeline.content.model_file import load_content_model
from interview_analysis.pipeline.learning.delivery import DELIVERY_VERSION, delivery
from interview_analysis.pipeline.learning.questions import answers_of
from interview_analysis.pipeline.learning.ratings import RATINGS, ratings_of
from interview_analysis.scoring.content.described import NAME, VERSION
from interview_analysis.scoring.learning.answers import (
    embed,
    level_features,
    text_extractors,
    text_features,
    word_count,
)
from interview_analysis.scoring.learning.dataset import KEYS, Dataset, some

PROSODY, TRANSCRIPTS, FACES = "prosodic_features.csv", "transcripts.csv", "facial_features.csv"
LANGUAGE = "en"
PROSODY_VERSION = 1  # of the table's own measures, which no extractor of ours made
_ID = re.compile(r"(P{1,2}(\d+))(?:Q(\d+))?", re.IGNORECASE)
_UNITS = {"min_pitch": "hz", "max_pitch": "hz", "mean_pitch": "hz", "pitch_sd": "hz", "duration": "s"}


def looks_like_mit(folder: Path) -> bool:
    """Whether `folder` holds any of the files that features are read from."""
    return any((folder / name).is_file() for name in (PROSODY, TRANSCRIPTS, FACES))


def load_mit(folder: Path, encoder: SentenceEncoder | None = None) -> Dataset:
    """Read `folder`. Without an `encoder` there are no embeddings; without ``ratings.csv`` no ratings.

    Raises LearningError that names the file, the row and what was expected. What could be read but is odd is in the
    dataset's notes.
    """
    if not looks_like_mit(folder):
        raise LearningError(
            f"{folder} holds none of {PROSODY}, {TRANSCRIPTS} and {FACES}; give a folder laid out like the MIT "
            "Interview dataset, or the output folder of a batch"
        )
    notes: list[str] = []
    prosody = _prosody(folder / PROSODY, notes) if (folder / PROSODY).is_file() else None
    texts = _texts(folder / TRANSCRIPTS, notes) if (folder / TRANSCRIPTS).is_file() else None
    faces = _faces(folder / FACES, notes) if (folder / FACES).is_file() else None
    ratings, raters = _ratings(folder / RATINGS, notes) if (folder / RATINGS).is_file() else (None, None)
    ids = _agreed({PROSODY: prosody, TRANSCRIPTS: texts, FACES: faces, RATINGS: ratings}, notes)
    index = _answers(ids, prosody, texts)
    features = pd.DataFrame(index=index)
    versions: dict[str, int] = {}
    embeddings = pd.DataFrame(index=index)
    if texts is not None:
        said = texts["text"].reindex(index).fillna("")
        measured = text_features(said.tolist(), _durations(prosody, index), LANGUAGE)
        measured[(said.str.strip() == "").to_numpy()] = np.nan
        features = pd.concat([features, measured.set_axis(index)], axis=1)
        names = {str(name).split(".")[1] for name in measured.columns}
        versions |= {
            f"{e.channel}.{e.name}": e.version for e in text_extractors(timed=True) if e.name in names
        }
        if encoder is not None:
            read = level_features(said.tolist(), LANGUAGE, encoder, load_content_model(encoder.id))
            features = pd.concat([features, read.set_axis(index)], axis=1)
            versions[f"content.{NAME}"] = VERSION
            embeddings = pd.DataFrame(embed(said.tolist(), LANGUAGE, encoder), index=index).rename(
                columns=str
            )
    if prosody is not None:
        measured_voice = prosody.reindex(index)
        features = pd.concat([features, measured_voice, delivery(measured_voice, features)], axis=1)
        versions |= {"voice.prosody": PROSODY_VERSION, "voice.delivery": DELIVERY_VERSION}
    if faces is not None:
        means = faces.reindex(index.get_level_values("interview_id")).set_axis(index)
        features = pd.concat([features, means], axis=1)
        versions["face.means"] = PROSODY_VERSION
    empty = [str(name) for name in features.columns if features[name].isna().all()]
    if empty:
        notes.append(f"{len(empty)} features are empty everywhere and left out: {', '.join(empty[:5])}")
    return Dataset(
        features=features.drop(columns=empty),
        embeddings=embeddings,
        interviews=_interviews(ids, texts),
        ratings=None if ratings is None else ratings.reindex(ids),
        feature_versions=versions,
        notes=tuple(notes),
        encoder=encoder.id if encoder is not None and texts is not None else "",
        raters=raters,
    )


def _key(text: object, path: Path) -> tuple[str, int]:
    """Id of the interview, upper case, and number of the answer (0 for none)."""
    match = _ID.fullmatch(str(text).strip())
    if match is None:
        raise LearningError(f"{path}: '{text}' is no id; expected P<n> or PP<n>, for an answer P<n>Q<k>")
    return match[1].upper(), int(match[3] or 0)


def _read(path: Path, *, header: bool) -> tuple[pd.DataFrame, bool]:
    """The cells of a table as text, a blank one missing, and whether 3,1 may be a number in it."""
    rows, separator = read_rows(path, LearningError)
    rows = [[composed(cell.strip()) for cell in row] for row in rows]
    names = rows.pop(0) if header and rows else None
    width = len(names) if names else max(map(len, rows), default=0)
    if width < 2:
        raise LearningError(f"{path} has {width} columns, expected an id and at least one more")
    long = next((i for i, row in enumerate(rows, start=1) if any(row[width:])), None)
    if long is not None:
        raise LearningError(f"{path}: row {long} has more cells than the {width} columns; mend or drop it")
    cells = [[cell or None for cell in (row + [""] * width)[:width]] for row in rows]
    return pd.DataFrame(cells, columns=names, dtype="str"), separator != ","


def _numbers(cells: pd.DataFrame, path: Path, notes: list[str], *, decimal_comma: bool) -> pd.DataFrame:
    """Values as numbers; what is none becomes NaN, counted in a note."""
    found = numbers(cells, decimal_comma=decimal_comma)
    found = found.mask(~np.isfinite(found))
    lost = int((found.isna() & ~is_missing(cells)).to_numpy().sum())
    if lost:
        notes.append(f"{path.name}: {lost} values are no finite numbers and count as missing")
    return found


def _keyed(frame: pd.DataFrame, path: Path, *, answers: bool) -> pd.DataFrame:
    keys = [_key(text, path) for text in frame.iloc[:, 0]]
    index: pd.Index = pd.Index([key for key, _ in keys], name=KEYS[0])
    if answers:
        index = pd.MultiIndex.from_tuples(keys, names=KEYS)
    if index.has_duplicates:
        twice = index[index.duplicated()].unique()
        raise LearningError(f"{path}: {some(twice)} there more than once; keep one row each")
    return frame.iloc[:, 1:].set_axis(index)


def _prosody(path: Path, notes: list[str]) -> pd.DataFrame:
    cells, decimal_comma = _read(path, header=True)
    frame = _numbers(_keyed(cells, path, answers=True), path, notes, decimal_comma=decimal_comma)
    return frame.rename(columns=lambda name: f"voice.prosody.{_readable(str(name))}")


def _readable(name: str) -> str:
    plain = re.sub(r"[^0-9A-Za-z]+.*$", "", name) if ":" in name else name
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain).lower()
    return f"{snake}_{_UNITS[snake]}" if snake in _UNITS else snake


def _faces(path: Path, notes: list[str]) -> pd.DataFrame:
    cells, decimal_comma = _read(path, header=False)
    frame = _numbers(_keyed(cells, path, answers=False), path, notes, decimal_comma=decimal_comma)
    return frame.set_axis([f"face.means.value_{i + 1:02d}" for i in range(frame.shape[1])], axis=1)


def _ratings(path: Path, notes: list[str]) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    cells, decimal_comma = _read(path, header=True)
    index = pd.Index([_key(text, path)[0] for text in cells.iloc[:, 0]], name=KEYS[0])
    total = [name for name in cells.columns[1:] if str(name).casefold() == "total"]
    table = cells.iloc[:, 1:].set_axis(index).drop(columns=total)
    return ratings_of(table, path, notes, decimal_comma=decimal_comma)


def _texts(path: Path, notes: list[str]) -> pd.DataFrame:
    """Column text: what the candidate said, by interview and answer."""
    rows, separator = read_rows(path, LearningError)
    seen: dict[str, dict[int, str]] = {}
    whole = 0
    for row in rows:
        key, _ = _key(row[0], path)
        if key in seen:
            raise LearningError(f"{path}: interview '{key}' is there more than once; keep one row each")
        seen[key] = answers_of(separator.join(row[1:]))
        whole += list(seen[key]) == [0]
    if whole:
        notes.append(f"{path.name}: {whole} transcripts have no question that could be told")
    keys = [(key, answer) for key, answers in seen.items() for answer in answers]
    values = [text for answers in seen.values() for text in answers.values()]
    return pd.DataFrame({"text": values}, index=pd.MultiIndex.from_tuples(keys, names=KEYS))


def _agreed(frames: dict[str, pd.DataFrame | None], notes: list[str]) -> list[str]:
    """Ids of the interviews with any features, in order of person and time; a rating alone tells nothing."""
    ids = {
        name: set(frame.index.get_level_values(0).unique())
        for name, frame in frames.items()
        if frame is not None
    }
    kept = set().union(*(found for name, found in ids.items() if name != RATINGS))
    for name, found in ids.items():
        if kept - found:
            notes.append(f"{some(kept - found)} not in {name}, kept with what is there")
        if found - kept:
            notes.append(f"{some(found - kept)} in {name} alone, left out")
    if RATINGS in ids and not kept & ids[RATINGS]:
        raise LearningError(f"no interview is in all of {', '.join(ids)}; check that their ids match")
    return sorted(kept, key=lambda key: (int(key.lstrip("P")), key))


def _answers(ids: list[str], prosody: pd.DataFrame | None, texts: pd.DataFrame | None) -> pd.MultiIndex:
    known = {key for frame in (prosody, texts) if frame is not None for key in frame.index}
    by_id: dict[str, set[int]] = {}
    for key, answer in known:
        by_id.setdefault(key, set()).add(answer)
    # An interview known as a whole in one file and by answers in another is taken by its answers.
    rows = [(key, answer) for key in ids for answer in sorted(by_id.get(key, {0}) - {0}) or [0]]
    return pd.MultiIndex.from_tuples(rows, names=KEYS)


def _durations(prosody: pd.DataFrame | None, index: pd.MultiIndex) -> list[float]:
    name = "voice.prosody.duration_s"
    if prosody is None or name not in prosody:
        return [float("nan")] * len(index)
    return [float(value) for value in prosody[name].reindex(index)]


def _interviews(ids: Iterable[str], texts: pd.DataFrame | None) -> pd.DataFrame:
    index = pd.Index(list(ids), name=KEYS[0])
    words = pd.Series(float("nan"), index=index)
    if texts is not None:
        counts = texts["text"].map(lambda text: float(word_count(text, LANGUAGE)))
        words = counts.groupby(level=0).sum().reindex(index)
    return pd.DataFrame({"person": [key.lstrip("P") for key in index], "words": words}, index=index)
