"""The `faster-whisper` engine: CTranslate2, by default in 8-bit integers on the CPU."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.asr.decoding import (
    AlignedWord,
    RecognisedSegment,
    initial_prompt,
    recognised_segments,
    span_frames,
)
from interview_analysis.models.asr.languages import Probabilities
from interview_analysis.types import Interval

# The encoder looks at 20 s, or at a longer chunk with 2 s behind it, where Whisper was trained on 30 s for everything: its
# attention costs the square of that. With less of either it makes up ends (docs/benchmarks.md).
_FRAME_HZ = 100
_LEAST_FRAMES, _MOST_FRAMES, _SPARE_FRAMES = 20 * _FRAME_HZ, 30 * _FRAME_HZ, 2 * _FRAME_HZ
_KEPT = 6  # encodings, 2 MiB each


class FasterWhisper:
    """An `AsrEngine`: one encoder pass, one decoder pass and one alignment a chunk.

    Parameters
    ----------
    folder : Path
        A CTranslate2 Whisper model (`ModelStore.path`).
    model : str
        Its name, for the transcript.
    compute_type, cpu_threads, beam_size
        As CTranslate2 names them; beam size 1 is greedy.
    at_once : int
        Chunks that are recognised side by side, from as many threads; each has its share of the `cpu_threads`.
    """

    name = "faster-whisper"

    def __init__(
        self,
        folder: Path,
        model: str,
        compute_type: str = "int8",
        cpu_threads: int = 1,
        beam_size: int = 1,
        at_once: int = 1,
    ) -> None:
        self.folder = folder
        self.model = model
        self.compute_type = compute_type
        self.cpu_threads = cpu_threads
        self.beam_size = beam_size
        self.at_once = min(at_once, cpu_threads)
        self._kept: tuple[tuple[NDArray[np.float32], Any, int], ...] = ()

    def languages(self, samples: NDArray[np.float32], spans: Sequence[Interval]) -> list[Probabilities]:
        """See `LanguageEar.languages`. The chunk is encoded once; a span is what the decoder may look at."""
        if not self._whisper.model.is_multilingual:
            return [{"en": 1.0} for _ in spans]
        from ctranslate2 import StorageView

        encoded, _ = self._encode(samples)
        frames = np.array(encoded)
        found: list[Probabilities] = []
        for span in spans:
            part = np.ascontiguousarray(frames[:, span_frames(span, frames.shape[1])])
            ranked = self._whisper.model.detect_language(StorageView.from_array(part))[0]
            found.append({str(token).strip("<|>"): float(probability) for token, probability in ranked})
        return found

    def recognise(self, samples: NDArray[np.float32], language: str) -> tuple[RecognisedSegment, ...]:
        whisper = self._whisper
        tokenizer = self._tokenizer(language)
        encoded, frames = self._encode(samples)
        prompt = initial_prompt(language)
        result = whisper.model.generate(
            encoded,
            [whisper.get_prompt(tokenizer, tokenizer.encode(" " + prompt) if prompt else [])],
            beam_size=self.beam_size,
            max_length=whisper.max_length,
            suppress_tokens=self._suppressed(tokenizer),
            max_initial_timestamp_index=round(1.0 / whisper.time_precision),
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        tokens = result.sequences_ids[0]
        text_tokens = [token for token in tokens if token < tokenizer.eot]
        return recognised_segments(
            tokens,
            tokenizer.timestamp_begin,
            tokenizer.decode,
            self._align(encoded, frames, text_tokens, tokenizer),
            mean_log_probability=result.scores[0] * len(tokens) / (len(tokens) + 1),
            no_speech_probability=result.no_speech_prob,
        )

    def _align(self, encoded: Any, frames: int, text_tokens: list[int], tokenizer: Any) -> list[AlignedWord]:
        if not text_tokens:
            return []
        found = self._whisper.find_alignment(tokenizer, [text_tokens], encoded, frames)[0]
        return [
            AlignedWord(
                word["word"],
                len(word["tokens"]),
                float(word["start"]),
                float(word["end"]),
                float(word["probability"]),
            )
            for word in found
        ]

    def _encode(self, samples: NDArray[np.float32]) -> tuple[Any, int]:
        """The encoder's output and the count of 10 ms frames. The last few are kept: a chunk is encoded to tell its language,
        then its parts may be, and then it is read."""
        kept = self._kept  # once: another thread may put its own in the place
        for known, encoded, frames in kept:
            if known is samples:
                return encoded, frames
        features = self._whisper.feature_extractor(samples)[:, :_MOST_FRAMES]
        frames = min(features.shape[1], len(samples) // self._whisper.feature_extractor.hop_length)
        window = np.zeros((len(features), _window_frames(frames)), dtype=np.float32)
        shared = min(features.shape[1], window.shape[1])
        window[:, :shared] = features[:, :shared]
        encoded = self._whisper.encode(window)
        self._kept = ((samples, encoded, frames), *kept[: _KEPT - 1])
        return encoded, frames

    def _tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        multilingual = self._whisper.model.is_multilingual
        return Tokenizer(
            self._whisper.hf_tokenizer,
            multilingual,
            task="transcribe",
            language=language if multilingual else "en",
        )

    @staticmethod
    def _suppressed(tokenizer: Any) -> Sequence[int]:
        from faster_whisper.transcribe import get_suppressed_tokens

        return tuple(get_suppressed_tokens(tokenizer, [-1]) or ())

    @cached_property
    def _whisper(self) -> Any:
        from faster_whisper import WhisperModel

        return WhisperModel(
            str(self.folder), device="cpu", compute_type=self.compute_type,
            cpu_threads=self.cpu_threads // self.at_once, num_workers=self.at_once,
        )  # fmt: skip


def _window_frames(frames: int) -> int:
    """How many frames the encoder looks at for a chunk of `frames`; an even number."""
    return min(_MOST_FRAMES, max(_LEAST_FRAMES, frames + frames % 2 + _SPARE_FRAMES))
