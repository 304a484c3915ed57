"""What flows between the stages: observations made by models, and events found in them.

Conventions, written once:

- Time is seconds from the start of the recording; words, frames and features share that clock.
- Image points are ``(x, y)``, ``x`` to the right divided by the image width, ``y`` downwards divided by the
  height, as a viewer sees the image (not mirrored). "Left" and "right" of a *person* are anatomical, as in
  MediaPipe: a person who faces the camera has the left hand at larger ``x``.
- Head angles are degrees. Yaw is positive when the face turns towards larger ``x`` (the viewer's right), pitch
  is positive when it looks up, roll is positive when the head tilts clockwise as the viewer sees it.
- Missing is NaN, never 0; a channel that does not exist is ``None``.

What can be referred to weakly is what results are remembered for (features/core/memory.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from interview_analysis.tracks import FaceTrack, PoseTrack

UNSPACED = ("zh", "ja", "yue")  # languages written without spaces between words
FloatArray = NDArray[np.floating]
WordTimes = Literal["recognised", "interpolated", "estimated", "written"]
Channel = Literal["content", "voice", "face", "posture"]
CHANNELS: tuple[Channel, ...] = ("content", "voice", "face", "posture")


def clock(seconds: float) -> str:
    """A moment in the recording: 03:10, or 1:03:10 from an hour on."""
    whole = max(0, int(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of time, ``start_s <= end_s``."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s

    def overlap_s(self, other: Interval) -> float:
        """Seconds that both intervals share, 0 when they are apart."""
        return max(0.0, min(self.end_s, other.end_s) - max(self.start_s, other.start_s))


@dataclass(frozen=True, slots=True)
class AudioTrackFacts:
    """One of the audio tracks of a recording; all are heard but those that are left out, with the reason."""

    number: int  # from 1
    name: str  # as the recorder called it, empty where it did not
    left_out: Literal["", "silent", "undecodable"] = ""


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What is known of a recording without any model. Audio facts are NaN without audio, video facts without video."""

    duration_s: float
    has_audio: bool
    has_video: bool
    container: str = ""
    width_px: int = 0  # as displayed, after rotation
    height_px: int = 0
    fps: float = float("nan")  # average; a variable rate is flagged
    variable_frame_rate: bool = False
    rotation_deg: int = 0  # counter-clockwise, that brought the picture upright
    mirrored: bool = False  # and then left and right were exchanged, as the file says that it is to be shown
    video_codec: str = ""
    audio_codec: str = ""
    audio_rate_hz: int = 0
    loudness_lufs: float = float("nan")  # integrated, ITU-R BS.1770-4
    clipping_ratio: float = float("nan")  # share of samples at or above 0.999 of full scale
    snr_db: float = float("nan")  # estimate, see pipeline/media/decoding.py
    bandwidth_hz: float = float(
        "nan"
    )  # up to where the voice reaches, at most 8000, see pipeline/media/bandwidth.py
    luma_median: float = float("nan")  # median over frames of the mean luma, 0 black to 255 white
    audio_tracks: tuple[AudioTrackFacts, ...] = ()
    sound_holes: tuple[Interval, ...] = ()  # where the recording goes on without sound, in order and apart
    holes: tuple[Interval, ...] = ()  # those of them in which there is no picture either
    flags: tuple[str, ...] = ()  # quality flags, e.g. "low_snr", "clipped", "dark_video", "truncated"


@dataclass(frozen=True, slots=True)
class Frame:
    """One sampled video frame: upright RGB, uint8, shape (height, width, 3)."""

    time_s: float
    image: NDArray[np.uint8]


class AudioSource(Protocol):
    """Mono audio that may still be growing in another thread. Positions are samples since the recording's start."""

    @property
    def sample_rate_hz(self) -> int: ...

    def wait(self, stop_sample: int) -> int:
        """Block until `stop_sample` samples are there or the audio is finished; returns how many are there.

        That may be more than asked for, and less only when the audio has ended. Raises what stopped the writer.
        """
        ...

    def read(self, start_sample: int, stop_sample: int) -> NDArray[np.float32]:
        """Samples in -1..1, shape (n,); fewer than asked for, or none, where the audio is not there (yet)."""
        ...


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    start_s: float
    end_s: float
    probability: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of transcript as the recogniser gave it, with its words; of one voice, where voices are told apart."""

    text: str
    start_s: float
    end_s: float
    words: tuple[Word, ...]
    voice: int | None = None  # who says it; None where that is not known
    ends_turn: bool = (
        False  # another voice takes the floor after it, or the speaker goes on in another language
    )
    language: str = ""  # ISO 639-1; empty where it is the transcript's


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Transcript:
    """`language` is an ISO 639-1 code, "und" where it is not known. `probability` of a word is the recogniser's own, 0 to 1,
    and NaN where a person or another program wrote it down.

    `word_times` are "recognised" in the sound, "interpolated" within passages of which the transcript that was handed in gives
    start and end, "estimated" where it gives the start alone, or made up of an answer that was "written" and never said.
    Where segments are in several languages, `language` is the main one: that of most of the time in which words are said.
    """

    language: str
    language_probability: float
    segments: tuple[Segment, ...]
    engine: str
    model: str
    word_times: WordTimes = "recognised"

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for segment in self.segments for word in segment.words)

    @property
    def text(self) -> str:
        text, before = "", ""
        for segment in self.segments:
            language = self.language_of(segment)
            spaced = text and not {before, language} <= set(UNSPACED)
            text += (" " if spaced else "") + segment.text.strip()
            before = language
        return text

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of its words, by how long they are spoken, longest first; `language` alone without words."""
        spoken_s: dict[str, float] = {}
        for segment in self.segments:
            if segment.words:
                seconds = sum(word.end_s - word.start_s for word in segment.words)
                language = self.language_of(segment)
                spoken_s[language] = spoken_s.get(language, 0.0) + seconds
        return tuple(sorted(spoken_s, key=lambda code: -spoken_s[code])) or (self.language,)

    def language_of(self, segment: Segment) -> str:
        """The language of one of its segments."""
        return segment.language or self.language

    def in_language(self, language: str) -> Transcript:
        """What is said in one language; itself where everything is."""
        own = [self.language_of(segment) == language for segment in self.segments]
        if all(own) and language == self.language:
            return self
        following = [*own[1:], True]
        segments = tuple(
            segment if goes_on else replace(segment, ends_turn=True)
            for segment, is_own, goes_on in zip(self.segments, own, following, strict=True)
            if is_own
        )
        return replace(self, language=language, segments=segments)

    def by_language(self) -> tuple[Transcript, ...]:
        """What is said in each of its `languages`."""
        return tuple(self.in_language(language) for language in self.languages)

    def led_by_its_main_language(self) -> Transcript:
        """The same words with `language` as it is after some were taken away or added."""
        main = self.languages[0]
        if main == self.language:
            return self
        told = tuple(replace(segment, language=self.language_of(segment)) for segment in self.segments)
        return replace(self, language=main, segments=told)


@dataclass(frozen=True, slots=True, weakref_slot=True)
class SpeechActivity:
    """Stretches with speech, in order and apart from each other, by a voice activity detector.

    `joints_s` are the moments at which one recording of an interview ends and the next begins, and those in the middle of
    a hole of the sound. `others_s` are moments between regions at which somebody else speaks, where the regions are those
    of one voice.
    """

    regions: tuple[Interval, ...]
    joints_s: tuple[float, ...] = ()
    others_s: tuple[float, ...] = ()

    @property
    def speech_s(self) -> float:
        return sum(region.duration_s for region in self.regions)


@dataclass(frozen=True, slots=True)
class Turn:
    """One voice speaking without a long break; turns of different voices overlap where they speak at once."""

    voice: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Voices:
    """Who spoke when. Voices are numbered from 0 in the order in which they first speak."""

    turns: tuple[Turn, ...]  # by start
    embeddings: FloatArray  # (voices, d), unit length; NaN for a voice with too little speech of its own
    method: Literal["clusters", "channels", "transcript"]
    channels: tuple[
        int, ...
    ] = ()  # which channel of the audio each voice is on, from 0; empty where several share one
    names: tuple[
        str, ...
    ] = ()  # what each voice is called, for "transcript", whose turns are as exact as its passages

    @property
    def count(self) -> int:
        return len(self.embeddings)

    def of(self, voice: int) -> tuple[Interval, ...]:
        """The turns of one voice."""
        return tuple(Interval(turn.start_s, turn.end_s) for turn in self.turns if turn.voice == voice)


@dataclass(frozen=True, slots=True)
class CandidateVoice:
    """Which voice is the candidate's, and how that is known; `voice` None where it cannot be told.

    `doubt` is what speaks against it, or why it cannot be told:

    - "silent": the voice that was named is not heard, or the mouth in the picture rests while the only voice speaks;
    - "alike": two voices fit equally well;
    - "lips_apart": the mouth in the picture moves with no voice;
    - "face_of_other": the face in the picture is that of another voice.
    """

    voice: int | None
    by: Literal["only_voice", "name", "reference", "channel", "face", "talk_share"]
    confidence: float  # 0..1
    guess: bool = False
    doubt: Literal["", "silent", "alike", "lips_apart", "face_of_other"] = ""


@dataclass(frozen=True, slots=True)
class CandidateFace:
    """Which of several faces in view is the candidate's: the one whose mouth goes with the candidate's voice.

    `face` is 0 for the most persistent large one, then counts `FaceTrack.others`; None where it cannot be told.
    """

    face: int | None
    confidence: float  # 0..1


@dataclass(frozen=True, slots=True)
class Conversation:
    """What the candidate's view of a recording keeps of the others."""

    candidate: CandidateVoice
    own: tuple[Interval, ...]  # the candidate's turns, by start
    others: tuple[Turn, ...]  # everybody else's, by start
    other_words: Transcript | None  # what the others said; None without a transcript


@dataclass(frozen=True, slots=True)
class AcousticTrack:
    """Praat's view of the voice. Frame arrays have shape (n,), one value every 10 ms; NaN where undefined.

    The perturbation arrays have one value a voiced segment of three periods or more, shape (m,).
    """

    time_s: FloatArray
    f0_hz: FloatArray  # NaN where unvoiced
    intensity_db: FloatArray  # dB relative to full scale squared pressure of 2e-5 as Praat defines it
    hnr_db: FloatArray
    segment_start_s: FloatArray
    segment_end_s: FloatArray
    jitter_ratio: FloatArray  # local jitter: mean absolute difference of consecutive periods / mean period
    shimmer_ratio: FloatArray  # local shimmer: the same of amplitudes
    nucleus_s: FloatArray = field(
        default_factory=lambda: np.empty(0)
    )  # (k,) when syllables are at their loudest


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Observations:
    """All that the models saw and heard. Features and scores depend on nothing else."""

    facts: MediaFacts
    speech: SpeechActivity | None = None
    transcript: Transcript | None = None
    acoustics: AcousticTrack | None = None
    faces: FaceTrack | None = None
    poses: PoseTrack | None = None
    voices: Voices | None = None
    conversation: Conversation | None = None  # given where this is the candidate's view
    candidate_face: CandidateFace | None = None  # given in that view where several faces were seen


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a moment: a pause, a nod, a hand-to-face contact, a filler.

    `baseline` is the speaker's own usual `value`, and `confidence`, 0 to 1, is given where an event stands out from it
    (features/moments/moments.py).
    """

    kind: str
    start_s: float
    end_s: float
    value: float = float("nan")  # its size in the unit of its kind
    label: str = ""
    confidence: float = float("nan")
    baseline: float = float("nan")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence or clause of the transcript, built from words; `words` are those of the transcript."""

    text: str
    start_s: float
    end_s: float
    words: tuple[Word, ...] = field(default_factory=tuple)

    @property
    def probability(self) -> float:
        """Mean word probability, NaN without words."""
        return float(np.mean([w.probability for w in self.words])) if self.words else float("nan")


def intervals(pairs: Sequence[tuple[float, float]]) -> tuple[Interval, ...]:
    """Intervals from pairs of seconds."""
    return tuple(Interval(start, end) for start, end in pairs)
