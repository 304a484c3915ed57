"""Speech to words with times: voice activity finds the speech, an engine recognises it chunk by chunk.

Work begins as soon as the first chunk of speech is certain, while the rest of the recording is still being
decoded, and takes constant memory. Everything is greedy or beam search at temperature 0, so the same audio gives
the same words, however many chunks are recognised side by side. Whisper leaves most "um" and "uh" out of its text: fillers in a transcript are a lower bound.
"""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import accumulate, pairwise
from typing import Any, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.asr.chunks import Chunk, halves, pack
from interview_analysis.models.asr.decoding import RecognisedSegment
from interview_analysis.models.asr.eight_bits import eight_bit_copy
from interview_analysis.models.asr.languages import LanguageTracker, Part, Probabilities
from interview_analysis.models.voice.vad import SpeechDetector, VadSettings, speech_activity
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.types import (
    UNSPACED,
    AudioSource,
    Interval,
    Segment,
    SpeechActivity,
    Transcript,
    Word,
)

# Above this, text repeats itself; below that, it is hardly more than a guess (Radford et al. 2022, sect. 4.5).
MAX_COMPRESSION_RATIO = 2.4
MIN_MEAN_LOG_PROBABILITY = -1.0
MAX_NO_SPEECH_PROBABILITY = 0.6
_MAX_DEPTH = 3
_MIN_SPLIT_S = 4.0
_MIN_REST_S = 1.0  # of speech after the last word, from which on it is heard again
_MIN_HOLE_S = 3.0  # of speech before or between words
_MAX_WORD_S = 3.0  # a longer word was stretched over speech that the text leaves out
_USUAL_WORD_S = 0.7  # what is believed of such a one; Whisper's own limit of the usual length of words
_REACH_S = 0.2  # a word this near to detected speech is believed
_MIN_WORD_S = 0.02  # Whisper's time resolution
_FULL_WIDTH = {",": "，", "?": "？", "!": "！", ":": "：", ";": "；"}
_In = TypeVar("_In")
_Out = TypeVar("_Out")
_HALF_WIDTH = re.compile(r"(?<=[\u3400-\u9fff])[,?!:;]")


class SpeechEar(Protocol):
    """What finds the speech, see `SpeechDetector.regions`."""

    def regions(self, audio: AudioSource) -> Iterator[Interval]: ...


class AsrEngine(Protocol):
    """A recogniser of single chunks, 16 kHz mono of at most 30 s. Deterministic."""

    @property
    def name(self) -> str: ...

    @property
    def model(self) -> str: ...

    @property
    def at_once(self) -> int:
        """How many chunks it recognises side by side, from as many threads."""
        ...

    def languages(self, samples: NDArray[np.float32], spans: Sequence[Interval]) -> list[Probabilities]:
        """See `LanguageEar.languages`."""
        ...

    def recognise(self, samples: NDArray[np.float32], language: str) -> tuple[RecognisedSegment, ...]:
        """Text with word times, in order."""
        ...


@dataclass(frozen=True, slots=True)
class AsrSettings:
    """How speech is recognised.

    `model` is an id of the registry or a path to a CTranslate2 folder. `compute_type` is for faster-whisper
    alone, and so is `chunks_at_once`, which share the `cpu_threads`. `beam_size` 1 is greedy. `language` is an ISO 639-1 code; None detects it.
    """

    engine: Literal["faster-whisper", "openai-whisper"] = "faster-whisper"
    model: str = "whisper-base"
    compute_type: str = "int8"
    cpu_threads: int = 1
    chunks_at_once: int = 1
    beam_size: int = 1
    language: str | None = None
    chinese_script: Literal["simplified", "traditional", "as-is"] = "simplified"
    vad: VadSettings = field(default_factory=VadSettings)


def load_engine(settings: AsrSettings, store: ModelStore) -> AsrEngine:
    """The engine of `settings`. Its weights are verified now and loaded on first use. Raises WeightsError."""
    folder = store.path(settings.model)
    if settings.engine == "openai-whisper":
        from interview_analysis.models.asr.openai_whisper import OpenAIWhisper

        return OpenAIWhisper(folder, settings.model, settings.cpu_threads, settings.beam_size)
    from interview_analysis.models.asr.faster import FasterWhisper

    if settings.compute_type in ("int8", "int8_float32"):
        folder = eight_bit_copy(folder, store.root / "eight-bit" / store.hash(settings.model))
    return FasterWhisper(
        folder,
        settings.model,
        settings.compute_type,
        settings.cpu_threads,
        settings.beam_size,
        settings.chunks_at_once,
    )


def load_detector(settings: AsrSettings, store: ModelStore) -> SpeechDetector:
    """Silero VAD with the thresholds of `settings`. Raises WeightsError."""
    return SpeechDetector(store.path("silero-vad"), settings.vad)


def transcribe(
    audio: AudioSource,
    engine: AsrEngine,
    detector: SpeechEar,
    settings: AsrSettings | None = None,
    on_progress: Callable[[float], None] | None = None,
    at_once: int = 1,
) -> tuple[Transcript, SpeechActivity]:
    """Words with times, and the regions of speech, of a recording that may still be growing.

    `at_once` chunks are recognised side by side; each is heard by itself, so the words do not depend on it.

    Each segment knows its language, which is told by stretches unless it is given; see `models.asr.languages`.
    `on_progress` gets the seconds of the recording that are done. Without any speech the transcript has no
    segments, its language is the given one or empty, and the probability of the language is NaN (1 if given).
    """
    settings = settings or AsrSettings()
    tracker = LanguageTracker(engine)
    regions: list[Interval] = []

    def heard() -> Iterator[Interval]:
        for region in detector.regions(audio):
            regions.append(region)
            yield region

    def parts() -> Iterator[Part]:
        for chunk in pack(heard()):
            if settings.language:
                yield Part(chunk, chunk.read(audio), settings.language)
            else:
                yield from tracker.parts(chunk, audio)

    def recognised(part: Part) -> tuple[Part, list[Segment]]:
        return part, _recognise(part.chunk, audio, part.samples, engine, part.language)

    segments: list[Segment] = []
    for part, found in _side_by_side(recognised, parts(), at_once):
        segments.extend(replace(segment, language=part.language) for segment in found)
        if on_progress is not None:
            on_progress(part.chunk.regions[-1].end_s)
    segments = _in_order(segments, regions[-1].end_s + _REACH_S if regions else 0.0)
    segments = [
        _in_script(segment, settings.chinese_script) if segment.language == "zh" else segment
        for segment in segments
    ]
    first = settings.language or next(iter(tracker.told), "")
    transcript = Transcript(first, 1.0, tuple(segments), engine.name, engine.model).led_by_its_main_language()
    if not settings.language:
        transcript = replace(
            transcript, language_probability=tracker.told.get(transcript.language, float("nan"))
        )
    return transcript, speech_activity(regions)


def _side_by_side(work: Callable[[_In], _Out], items: Iterable[_In], at_once: int) -> Iterator[_Out]:
    """What `work` makes of each item, in order; at most one more than `at_once` are begun before the first is done."""
    if at_once == 1:
        yield from map(work, items)
        return
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="recognise")
    begun: deque[Future[_Out]] = deque()
    try:
        for item in items:
            begun.append(pool.submit(work, item))
            if len(begun) > at_once:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _recognise(
    chunk: Chunk,
    audio: AudioSource,
    samples: NDArray[np.float32],
    engine: AsrEngine,
    language: str,
    depth: int = 0,
) -> list[Segment]:
    """The believable segments of a chunk, on the recording's clock.

    Two faults of the recogniser are mended by asking again for less: a chunk whose text is doubtful is tried in
    halves, and what the text leaves out of the speech, mostly its end, is a chunk of its own.
    """

    def again(part: Chunk) -> list[Segment]:
        return _recognise(part, audio, part.read(audio), engine, language, depth + 1)

    found = engine.recognise(samples, language)
    parts = halves(chunk) if chunk.duration_s >= _MIN_SPLIT_S and depth < _MAX_DEPTH else (chunk,)
    if len(parts) > 1 and (not found or any(_is_doubtful(segment) for segment in found)):
        return [segment for part in parts for segment in again(part)]
    kept = [_on_recording(segment, chunk, language) for segment in found if _is_believable(segment)]
    kept = [segment for segment in kept if segment.words]
    if found and not kept and chunk.duration_s >= _MIN_SPLIT_S and depth < _MAX_DEPTH:
        return [segment for part in chunk.in_the_middle() for segment in again(part)]
    if kept and depth < _MAX_DEPTH:
        kept += [segment for part in _left_out(chunk, kept) for segment in again(part)]
    return sorted(kept, key=lambda segment: segment.start_s)


def _left_out(chunk: Chunk, kept: Sequence[Segment]) -> Iterator[Chunk]:
    """The parts of the chunk in which there is speech and no word."""
    words = [word for segment in kept for word in segment.words]
    edges_s = [-math.inf, *(word.end_s + _REACH_S for word in words)]
    starts_s = [*(word.start_s - _REACH_S for word in words), math.inf]
    for start_s, end_s in zip(edges_s, starts_s, strict=True):
        part = chunk.between(start_s, end_s)
        least_s = _MIN_REST_S if math.isinf(end_s) else _MIN_HOLE_S
        if part is not None and sum(region.duration_s for region in part.regions) >= least_s:
            yield part


def _is_doubtful(segment: RecognisedSegment) -> bool:
    return (
        segment.compression_ratio > MAX_COMPRESSION_RATIO
        or segment.mean_log_probability < MIN_MEAN_LOG_PROBABILITY
    )


def _is_believable(segment: RecognisedSegment) -> bool:
    if segment.compression_ratio > MAX_COMPRESSION_RATIO:
        return False
    return (
        segment.mean_log_probability >= MIN_MEAN_LOG_PROBABILITY
        or segment.no_speech_probability <= MAX_NO_SPEECH_PROBABILITY
    )


def _on_recording(segment: RecognisedSegment, chunk: Chunk, language: str) -> Segment:
    """Word times on the recording's clock, held to the regions of speech; words far from any are dropped."""
    words = []
    for place, word in enumerate(segment.words):
        said = _unstretched(word, opens=place == 0 < len(segment.words) - 1)
        start_s, end_s = chunk.to_recording(said.start_s, said.end_s)
        held = _held_to_speech(Interval(start_s, end_s), chunk.regions)
        if held is not None:
            words.append(Word(word.text, held.start_s, held.end_s, word.probability))
    if not words:
        return Segment("", 0.0, 0.0, ())
    text = segment.text
    if len(words) < len(segment.words):
        text = ("" if language in UNSPACED else " ").join(word.text.strip() for word in words)
    return Segment(text, words[0].start_s, words[-1].end_s, tuple(words))


def _unstretched(word: Word, *, opens: bool) -> Interval:
    """When a word is said. Whisper stretches one over what it leaves out: the last before it, or the first after it, which
    `opens` a segment."""
    if word.end_s - word.start_s <= _MAX_WORD_S:
        return Interval(word.start_s, word.end_s)
    if opens:
        return Interval(word.end_s - _USUAL_WORD_S, word.end_s)
    return Interval(word.start_s, word.start_s + _USUAL_WORD_S)


def _held_to_speech(word: Interval, regions: tuple[Interval, ...]) -> Interval | None:
    """Whisper lets words reach into the silence beside them; here they end where the speech does."""
    touched = [region for region in regions if region.overlap_s(word) > 0]
    if not touched:
        gap_s = min(max(region.start_s - word.end_s, word.start_s - region.end_s) for region in regions)
        return word if gap_s <= _REACH_S else None
    return Interval(max(word.start_s, touched[0].start_s), min(word.end_s, touched[-1].end_s))


def _in_order(segments: list[Segment], limit_s: float) -> list[Segment]:
    """Words that follow each other: each lasts at least 20 ms, and none starts before the last one ends.

    The recogniser may give several words, mostly single Chinese characters, the same moment.
    """
    words = [word for segment in segments for word in segment.words]
    starts, ends = [word.start_s for word in words], [word.end_s for word in words]
    for i in range(len(words)):
        starts[i] = max(starts[i], ends[i - 1] if i else 0.0)
        ends[i] = max(ends[i], starts[i] + _MIN_WORD_S)
    for i in reversed(range(len(words))):
        ends[i] = min(
            ends[i], starts[i + 1] if i + 1 < len(words) else max(limit_s, len(words) * _MIN_WORD_S)
        )
        starts[i] = min(starts[i], ends[i] - _MIN_WORD_S)
    times = iter(zip(starts, ends, strict=True))
    ordered = []
    for segment in segments:
        timed = tuple(
            replace(word, start_s=start, end_s=end)
            for word, (start, end) in zip(segment.words, times, strict=False)
        )
        ordered.append(replace(segment, start_s=timed[0].start_s, end_s=timed[-1].end_s, words=timed))
    return ordered


def _in_script(segment: Segment, script: Literal["simplified", "traditional", "as-is"]) -> Segment:
    """Chinese text in the script that is wanted, with the full-width commas that go with it.

    Which character is meant is told by its neighbours, so words are converted together, and one by one only where that changes
    how many characters there are.
    """
    if script == "as-is":
        return segment
    converter = _converter("t2s" if script == "simplified" else "s2t")

    def convert(text: str) -> str:
        return _HALF_WIDTH.sub(lambda sign: _FULL_WIDTH[sign[0]], converter.convert(text))

    texts = [word.text for word in segment.words]
    edges = [0, *accumulate(map(len, texts))]
    together = convert("".join(texts))
    converted = (
        [together[start:end] for start, end in pairwise(edges)]
        if len(together) == edges[-1]
        else map(convert, texts)
    )
    words = tuple(replace(word, text=text) for word, text in zip(segment.words, converted, strict=True))
    return replace(segment, text=convert(segment.text), words=words)


@cache
def _converter(conversion: str) -> Any:
    from opencc import OpenCC

    return OpenCC(conversion)
