"""What `interview-analysis sound` draws: a stretch of a recording with its acoustics, and its words from a saved report."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import replace
from pathlib import Path

from interview_analysis.errors import MediaError, OutputError
from interview_analysis.models.voice.praat import acoustics
from interview_analysis.pipeline.common.progress import Progress
from interview_analysis.pipeline.media.audio_spool import AudioSpool
from interview_analysis.pipeline.media.decoding import Decoder
from interview_analysis.pipeline.observation.recording import RecordingFile
from interview_analysis.pipeline.outputs import load_saved
from interview_analysis.pipeline.report.sound_page import Stretch
from interview_analysis.types import Word


def stretch_of(
    recording: Path, at_s: float, length_s: float, words: tuple[Word, ...], on_progress: Progress
) -> Stretch:
    """From `at_s` of a recording on, shorter where it ends before.

    The pitch is sought in the range of the whole recording, as for a report. Raises MediaError for what cannot be read, has no
    sound, or ends before `at_s`.
    """

    def decoded(time_s: float) -> None:
        on_progress("decode", time_s, max(total_s, time_s))

    with Decoder(recording, on_progress=decoded, with_video=False) as decoder, AudioSpool() as spool:
        if not decoder.has_audio:
            raise MediaError(f"{recording}: no audio track, so there is no sound to draw", "no_tracks")
        total_s = 0.0 if math.isnan(decoder.declared_duration_s) else decoder.declared_duration_s
        deque(decoder.frames(spool), maxlen=0)
        first, last = (round(time_s * spool.sample_rate_hz) for time_s in (at_s, at_s + length_s))
        if first >= spool.samples:
            raise MediaError(
                f"{recording.name} has {spool.duration_s:.1f} s of sound, and {at_s:g} s lies behind its end; name an earlier time",
                "nothing_there",
            )
        samples = spool.read(first, min(last, spool.samples))
        length_s = spool.duration_s
        on_progress("decode", length_s, length_s)
        voice = acoustics(spool, lambda done_s: on_progress("voice", done_s, length_s))
        return Stretch(recording.name, at_s, samples, spool.sample_rate_hz, voice, words)


def words_of(folder: Path, recording: Path) -> tuple[Word, ...]:
    """The words of a recording from a folder that `score` made, on the recording's own clock.

    Raises OutputError where the folder holds no report, or that of another recording.
    """
    report, transcript = load_saved(folder)
    sha256 = RecordingFile.at(recording).sha256
    places = [
        (part.start_s, part.start_s + part.duration_s, part.clip_start_s)
        for part in report.recordings
        if part.sha256 == sha256
    ]
    if not report.recordings and report.lineage.recording.sha256 == sha256:
        places = [(0.0, float("inf"), 0.0)]
    if not places:
        raise OutputError(f"{folder} is the report of another recording than {recording.name}; name its own")
    words = transcript.words if transcript is not None else ()
    return tuple(
        replace(word, start_s=word.start_s - begins_s + clip_s, end_s=word.end_s - begins_s + clip_s)
        for begins_s, ends_s, clip_s in places
        for word in words
        if begins_s <= word.start_s < ends_s
    )
