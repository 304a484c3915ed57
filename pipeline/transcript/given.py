"""A transcript file as the product's transcript, with who speaks when; see docs/transcripts.md."""

from __future__ import annotations

import math
import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from interview_analysis.errors import TranscriptError
from interview_analysis.features.core.turns import common, united
from interview_analysis.features.language.sentences import join_words
from interview_analysis.models.voice.speaker import DIMENSIONS
from interview_analysis.models.weights.hashes import file_sha256
from interview_analysis.pipeline.common.encodings import decode
from interview_analysis.pipeline.common.file_names import readable_name
from interview_analysis.pipeline.media.signal_facts import quality_flags
from interview_analysis.pipeline.transcript.cues import Cue, checked, with_ends
from interview_analysis.pipeline.transcript.docx import docx_lines
from interview_analysis.pipeline.transcript.speaker_lines import read_speaker_lines
from interview_analysis.pipeline.transcript.subtitles import ARROW, is_webvtt, read_subtitles
from interview_analysis.scoring.report.provenance import Hashed
from interview_analysis.types import (
    UNSPACED,
    MediaFacts,
    Observations,
    Segment,
    Transcript,
    Turn,
    Voices,
    Word,
    WordTimes,
)

ENGINE = "given transcript"
WRITTEN = "written answer"
ENDINGS = (".vtt", ".srt", ".txt", ".docx")
MAX_BYTES = 20_000_000  # a day of talk is about 1 MB of text
MAX_LENGTH_S = 12 * 3600.0  # as of recordings
MAX_BEYOND_S = 1.0  # that a passage may begin after the recording ends: times are rounded
MIN_FOREIGN_UNITS = 3  # words or characters of a passage in another language; "OK" among Chinese is none

_CJK = "㐀-䶿一-鿿豈-﫿"
_PIECE = re.compile(rf"[{_CJK}]|[^\s{_CJK}]+")
_LATIN = re.compile(r"[A-Za-z][A-Za-z'’-]*")
# The commonest words of English, which are a third and more of any English text.
_ENGLISH = frozenset(
    [
        "the",
        "a",
        "an",
        "and",
        "or",
        "but",
        "of",
        "to",
        "in",
        "on",
        "at",
        "for",
        "with",
        "from",
        "by",
        "is",
        "am",
        "are",
        "was",
        "were",
        "be",
        "been",
        "have",
        "has",
        "had",
        "do",
        "did",
        "it",
        "that",
        "this",
        "i",
        "you",
        "he",
        "she",
        "we",
        "they",
        "my",
        "your",
        "our",
        "their",
        "what",
        "how",
        "when",
        "which",
        "so",
        "as",
        "not",
        "if",
        "me",
        "can",
        "will",
        "would",
        "about",
        "because",
        "there",
        "one",
        "all",
    ]
)
_MIN_ENGLISH = 0.15  # share of them; other languages in Latin letters have less than a twentieth
_FEW_WORDS = 15  # with fewer it is not told
_OTHER_SCRIPTS = {"ja": "ぁ-ヿ", "ko": "가-힣", "ru": "Ѐ-ӿ", "ar": "؀-ۿ", "th": "฀-๿", "hi": "ऀ-ॿ"}


@dataclass(frozen=True, slots=True)
class GivenTranscript:
    """What a file says. `voices` None where it names no speakers; `file` has the name, the format and the hash."""

    transcript: Transcript
    voices: Voices | None
    file: Hashed

    @property
    def end_s(self) -> float:
        return max(segment.end_s for segment in self.transcript.segments)


def is_transcript(path: str | os.PathLike[str]) -> bool:
    """Whether a file is taken for a transcript, by its ending."""
    return os.fspath(path).casefold().endswith(ENDINGS)


def read_transcript(path: Path, language: str | None = None) -> GivenTranscript:
    """Read a transcript: vtt, srt, txt or docx, whose content counts and not its ending; `language` where it is known.

    Raises TranscriptError with the line where one is wrong.
    """
    name = readable_name(path)
    cues, kind = _cues(_bytes(path, name), name)
    cues = checked(cues, name)
    if cues[-1].start_s > MAX_LENGTH_S:
        raise TranscriptError(
            f"{name}, line {cues[-1].line}: {cues[-1].start_s:.0f} s from the start, expected {MAX_LENGTH_S:.0f} s at most; "
            "correct its times"
        )
    times: WordTimes = "estimated" if any(cue.end_s is None for cue in cues) else "interpolated"
    cues = with_ends(cues)
    voices = _voices(cues)
    transcript = _transcript(cues, voices.names if voices else (), language, kind, times)
    return GivenTranscript(
        transcript, voices, Hashed(id=name, version=f"{ENGINE}, {kind}", sha256=file_sha256(path))
    )


def read_written(path: Path, language: str | None = None) -> GivenTranscript:
    """An answer that was typed. All of it is the candidate's own, "Result: ..." is no speaker, and no figure in it is a time.

    Its words get the time that saying them would take. Raises TranscriptError for one without words.
    """
    name = readable_name(path)
    answer = _text(_bytes(path, name))
    if answer is None:
        raise TranscriptError(f"{name} is no text; save the answer as txt in UTF-8")
    if not any(character.isalnum() for character in answer):
        raise TranscriptError(f"{name} holds no words; write the answer and save it again", "empty")
    cues: list[Cue] = []
    for line, text in enumerate(answer.splitlines(), 1):
        start_s = cues[-1].end_s or 0.0 if cues else 0.0
        cues += with_ends([Cue(start_s, None, "", text.strip(), line)]) if text.strip() else []
    transcript = _transcript(checked(cues, name), (), language, WRITTEN, "written")
    return GivenTranscript(
        replace(transcript, engine=WRITTEN), None, Hashed(id=name, version=WRITTEN, sha256=file_sha256(path))
    )


def _bytes(path: Path, name: str) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise TranscriptError(
                f"{name}: {size:,} bytes, expected {MAX_BYTES:,} at most of a transcript", "too_large"
            )
        data = path.read_bytes()
    except OSError as error:
        code = "not_found" if isinstance(error, FileNotFoundError) else "unreadable"
        raise TranscriptError(
            f"cannot read the transcript {path}: {error.strerror}; check the path", code
        ) from error
    if not data.strip():
        raise TranscriptError(f"{name} is empty; export the transcript again", "empty")
    return data


def _text(data: bytes) -> str | None:
    """What a file says, None where it is no text."""
    is_binary = b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return None if is_binary else decode(data)


def _cues(data: bytes, name: str) -> tuple[list[Cue], str]:
    """The cues, and the format that they are in."""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return read_speaker_lines(docx_lines(data, name), name), "docx"
    text = _text(data)
    if text is None:
        raise TranscriptError(f"{name} is no text; pass a transcript as vtt, srt, txt or docx")
    if not text.strip("\ufeff \t\r\n"):
        raise TranscriptError(f"{name} is empty; export the transcript again", "empty")
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    text = "\n".join(lines)
    if is_webvtt(text):
        return read_subtitles(text, name), "WebVTT"
    opening = [line for line in lines if line.strip()][:2]
    if opening and (ARROW in opening[-1] or ARROW in opening[0]) and not _names_follow(lines):
        return read_subtitles(text, name), "SRT"
    if name.casefold().endswith((".vtt", ".srt")):
        first = next(number for number, line in enumerate(lines, 1) if line.strip())
        raise TranscriptError(
            f"{name}, line {first}: expected WEBVTT, or a number and a time such as 00:00:01,000 --> 00:00:04,000; "
            f"got {opening[0].strip()[:60]!r}"
        )
    return read_speaker_lines(lines, name), "text"


def _names_follow(lines: Sequence[str]) -> bool:
    """Whether times stand without numbers and without a blank line before them, as in the lines of a Teams document."""
    arrows = [place for place, line in enumerate(lines) if ARROW in line]
    return (
        sum(
            place > 0 and not lines[place - 1].strip().isdigit() and bool(lines[place - 1].strip())
            for place in arrows
        )
        > 0
    )


def _voices(cues: Sequence[Cue]) -> Voices | None:
    """Who is named, in the order in which they first speak; None where nobody is. Passages of nobody are one voice more."""
    if not any(cue.speaker for cue in cues):
        return None
    names = tuple(dict.fromkeys(cue.speaker for cue in cues))
    turns = tuple(
        Turn(names.index(cue.speaker), round(cue.start_s, 3), round(cue.end_s or cue.start_s, 3))
        for cue in cues
    )
    return Voices(turns, np.full((len(names), DIMENSIONS), np.nan), "transcript", names=names)


def _transcript(
    cues: Sequence[Cue], names: Sequence[str], language: str | None, kind: str, times: WordTimes
) -> Transcript:
    languages = [language] * len(cues) if language else _languages([cue.text for cue in cues])
    segments = tuple(
        _segment(cue, names.index(cue.speaker) if names else None, code)
        for cue, code in zip(cues, languages, strict=True)
    )
    return Transcript(
        languages[0], math.nan, segments, ENGINE, kind, word_times=times
    ).led_by_its_main_language()


def _segment(cue: Cue, voice: int | None, language: str) -> Segment:
    """Words share the time of their cue by their number of characters; nobody says how sure they are."""
    pieces: list[str] = []
    for found in _PIECE.finditer(cue.text):
        if pieces and not any(c.isalnum() for c in found[0]):
            apart = language not in UNSPACED and cue.text[found.start() - 1].isspace()
            pieces[-1] += (" " if apart else "") + found[0]
        else:
            pieces.append(found[0])
    end_s = cue.end_s if cue.end_s is not None else cue.start_s
    edges = np.concatenate(([0.0], np.cumsum([len(piece) for piece in pieces])))
    at_s = cue.start_s + (end_s - cue.start_s) * edges / edges[-1]
    words = tuple(
        Word(piece, round(float(at_s[i]), 3), round(float(at_s[i + 1]), 3), math.nan)
        for i, piece in enumerate(pieces)
    )
    return Segment(
        join_words(words, language), words[0].start_s, words[-1].end_s, words, voice, language=language
    )


def _languages(texts: Sequence[str]) -> list[str]:
    """The language of each passage, by its script. What is short is in that of the passage before."""
    latin = _latin(texts)
    told = [_language(text, latin) for text in texts]
    spoken = Counter[str]()
    for code, units in told:
        spoken[code] += units
    usual = max(spoken, key=spoken.__getitem__)
    found: list[str] = []
    for code, units in told:
        before = found[-1] if found else usual
        found.append(code if units >= MIN_FOREIGN_UNITS or code == usual else before)
    return found


def _language(text: str, latin: str) -> tuple[str, int]:
    """The language of a text, and how many words or characters speak for it."""
    for code, letters in _OTHER_SCRIPTS.items():
        if (units := len(re.findall(f"[{letters}]", text))) >= MIN_FOREIGN_UNITS:
            return code, units
    characters, words = len(re.findall(f"[{_CJK}]", text)), len(_LATIN.findall(text))
    return ("zh", characters) if characters >= words and characters else (latin, words)


def _latin(texts: Sequence[str]) -> str:
    """What is written in Latin letters: English, or "und" where too few of its words are English."""
    words = [word.casefold() for text in texts for word in _LATIN.findall(text)]
    return (
        "en"
        if len(words) < _FEW_WORDS or sum(word in _ENGLISH for word in words) >= _MIN_ENGLISH * len(words)
        else "und"
    )


def nothing_but(given: GivenTranscript) -> Observations:
    """What is known of an interview from its transcript alone: no sound, no picture."""
    facts = MediaFacts(given.end_s, has_audio=False, has_video=False, container=given.transcript.model)
    return Observations(
        replace(facts, flags=quality_flags(facts)), transcript=given.transcript, voices=given.voices
    )


def in_place(seen: Observations, given: GivenTranscript) -> Observations:
    """What was observed of a recording with the given words, and with the given speakers where there are any.

    A speaker sounds as the voice does that was heard for most of its passages. Raises TranscriptError where a passage
    begins after the recording has ended.
    """
    last_s, end_s = given.transcript.segments[-1].start_s, seen.facts.duration_s
    if last_s > end_s + MAX_BEYOND_S:
        raise TranscriptError(
            f"{given.file.id} goes on at {last_s:.0f} s, and the recording ends at {end_s:.0f} s; "
            "pass the transcript of this recording"
        )
    voices = seen.voices
    if given.voices is not None:
        voices = given.voices if seen.voices is None else _sounding(given.voices, seen.voices)
    return replace(seen, transcript=given.transcript, voices=voices)


def _sounding(named: Voices, heard: Voices) -> Voices:
    if not heard.count:
        return named
    shared_s = np.zeros((named.count, heard.count))
    for voice in range(named.count):
        for other in range(heard.count):
            pieces = common(
                united(sorted(named.of(voice), key=lambda piece: piece.start_s)), united(heard.of(other))
            )
            shared_s[voice, other] = sum(piece.duration_s for piece in pieces)
    nearest = shared_s.argmax(axis=1)
    embeddings = np.where((shared_s.max(axis=1) > 0)[:, None], heard.embeddings[nearest], np.nan)
    channels = tuple(heard.channels[other] for other in nearest) if heard.channels else ()
    return replace(named, embeddings=embeddings, channels=channels)
