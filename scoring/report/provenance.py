"""Where a report comes from: the recording, who speaks in it, and everything that the scores depend on."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from interview_analysis.scoring.edges import Model
from interview_analysis.types import Segment

Role = Literal["candidate", "other", "unknown"]  # of a voice; unknown where none is the candidate's


class AudioTrack(Model):
    """One of the audio tracks of a recording; `left_out` says why it was not heard, empty where it was."""

    number: int  # from 1
    name: str  # as the recorder called it
    left_out: Literal["", "silent", "undecodable"]


class Stretch(Model):
    start_s: float
    end_s: float


class Media(Model):
    name: str
    duration_s: float
    has_audio: bool
    has_video: bool
    container: str
    width_px: int
    height_px: int
    fps: float | None
    variable_frame_rate: bool
    rotation_deg: int
    mirrored: bool = False  # left and right were exchanged, as the file says that it is to be shown
    video_codec: str
    audio_codec: str
    audio_rate_hz: int
    loudness_lufs: float | None
    clipping_ratio: float | None
    snr_db: float | None
    luma_median: float | None
    bandwidth_hz: float | None = (
        None  # up to where the voice reaches, at most 8000; about 4000 on a telephone line
    )
    audio_tracks: tuple[AudioTrack, ...] = ()
    sound_holes: tuple[
        Stretch, ...
    ] = ()  # where the recording goes on without sound: neither pauses nor speaking time


class RecordingPart(Model):
    """A recording, or a part of it, in its place on the clock of the report."""

    name: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    start_s: float  # where it begins in the report
    duration_s: float
    clip_start_s: float = 0.0  # second of the file at which the part begins
    clip_end_s: float | None = None  # and ends; none is the end of the file
    question: str = ""  # what was asked
    written: bool = False  # an answer in writing, for as long as saying it would take


class Speaker(Model):
    """One of the voices that were heard."""

    voice: int  # as in transcript.json
    role: Role
    seconds: float  # that it speaks
    talk_share: float  # of the time that all voices speak
    channel: int | None = (
        None  # that it is on, from 1, where each voice has its own: of one audio track, or of several each
    )
    track: str = ""  # what the recorder called that track
    name: str = ""  # as the transcript that was handed in calls it


class Speakers(Model):
    """Who was heard, and whom the report is about.

    `candidate` is the candidate's voice, null where it cannot be told; `by` says how that was decided, and `doubt` what
    speaks against it, see `CandidateVoice`. `confidence` is 1 for what the user said, for "reference" the likeness of
    the voices, for "name" 1, for "face" that of a test of the mouth's movement, and for "talk_share" the share of the talk.
    """

    candidate: int | None
    by: Literal["only_voice", "name", "reference", "channel", "face", "talk_share"]
    confidence: float = Field(ge=0, le=1)
    guess: bool
    doubt: Literal["", "silent", "alike", "lips_apart", "face_of_other"]
    told_apart_by: Literal[
        "clusters", "channels", "transcript"
    ]  # how they sound, each by its own channel of the recording, or as the transcript that was handed in says
    voices: tuple[Speaker, ...]
    reference: Hashed | None = None  # the recording of the candidate's voice that was handed in

    def voice_of(self, segment: Segment) -> int | None:
        """Who says a segment of the transcript; with one voice, which needs no telling apart, that one."""
        return self.voices[0].voice if len(self.voices) == 1 else segment.voice

    def name_of(self, voice: int | None) -> str:
        """What the transcript that was handed in calls a voice, empty where none was or it names nobody."""
        return next((speaker.name for speaker in self.voices if speaker.voice == voice), "")

    def role_of(self, voice: int | None) -> Role:
        return next((speaker.role for speaker in self.voices if speaker.voice == voice), "unknown")


class Hashed(Model):
    id: str
    version: str = ""
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class JobDescription(Hashed):
    """The text that the job profile was parsed from; `version` names the parser."""

    model: str = ""  # the language model that added to the profile, empty where none did


class Lineage(Model):
    """Everything that the scores depend on. Two reports with equal lineage but `created_at` are equal."""

    created_at: str
    recording: Hashed  # of several, the hash of their hashes
    recordings: tuple[Hashed, ...] = ()  # each of them, where there are several
    transcripts: tuple[
        Hashed, ...
    ] = ()  # that were handed in; `version` is "given transcript" and the format
    profile: Hashed
    config: Hashed
    policy: Hashed
    norms: Hashed
    models: tuple[Hashed, ...]
    extractors: dict[str, int]
    versions: dict[str, str]  # package, python and the libraries that touch the numbers
