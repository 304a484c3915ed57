"""The `openai-whisper` engine: PyTorch in float32, on the same weights as `faster-whisper`."""

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
from interview_analysis.models.torch_threads import threads
from interview_analysis.types import Interval


class OpenAIWhisper:
    """An `AsrEngine`.

    Parameters
    ----------
    folder : Path
        A CTranslate2 Whisper model, which is converted when it is loaded (`models.asr.ct2_to_openai`).
    model : str
        Its name, for the transcript.
    cpu_threads : int
    beam_size : int
        1 is greedy.
    """

    name = "openai-whisper"
    at_once = 1

    def __init__(self, folder: Path, model: str, cpu_threads: int = 1, beam_size: int = 1) -> None:
        self.folder = folder
        self.model = model
        self.cpu_threads = cpu_threads
        self.beam_size = beam_size

    def languages(self, samples: NDArray[np.float32], spans: Sequence[Interval]) -> list[Probabilities]:
        """See `LanguageEar.languages`. The chunk is encoded once; a span is what the decoder may look at."""
        if not self._whisper.is_multilingual:
            return [{"en": 1.0} for _ in spans]
        import torch
        import whisper

        tokenizer = whisper.tokenizer.get_tokenizer(True, num_languages=self._whisper.num_languages)
        codes, tokens = tokenizer.all_language_codes, list(tokenizer.all_language_tokens)
        found: list[Probabilities] = []
        with threads(self.cpu_threads), torch.no_grad():
            frames = self._whisper.encoder(self._mel(samples)[None])
            for span in spans:
                part = frames[:, span_frames(span, frames.shape[1])]
                logits = self._whisper.logits(torch.tensor([[tokenizer.sot]]), part)[0, 0, tokens]
                found.append(dict(zip(codes, logits.softmax(dim=-1).tolist(), strict=True)))
        return found

    def recognise(self, samples: NDArray[np.float32], language: str) -> tuple[RecognisedSegment, ...]:
        with threads(self.cpu_threads):
            return self._recognise(samples, language)

    def _recognise(self, samples: NDArray[np.float32], language: str) -> tuple[RecognisedSegment, ...]:
        import whisper
        from whisper.audio import HOP_LENGTH
        from whisper.timing import find_alignment

        multilingual = self._whisper.is_multilingual
        language = language if multilingual else "en"
        mel = self._mel(samples)
        options = whisper.DecodingOptions(
            language=language,
            temperature=0.0,
            beam_size=self.beam_size if self.beam_size > 1 else None,
            prompt=initial_prompt(language),
            fp16=False,
        )
        result = whisper.decode(self._whisper, mel, options)
        tokenizer = whisper.tokenizer.get_tokenizer(
            multilingual, num_languages=self._whisper.num_languages, language=language, task="transcribe"
        )
        text_tokens = [token for token in result.tokens if token < tokenizer.eot]
        words = find_alignment(self._whisper, tokenizer, text_tokens, mel, len(samples) // HOP_LENGTH)
        return recognised_segments(
            result.tokens,
            tokenizer.timestamp_begin,
            tokenizer.decode,
            [
                AlignedWord(w.word, len(w.tokens), float(w.start), float(w.end), float(w.probability))
                for w in words
            ],
            mean_log_probability=float(result.avg_logprob),
            no_speech_probability=float(result.no_speech_prob),
        )

    def _mel(self, samples: NDArray[np.float32]) -> Any:
        import torch
        import whisper
        from whisper.audio import N_FRAMES, N_SAMPLES

        mel = whisper.log_mel_spectrogram(
            torch.from_numpy(samples), self._whisper.dims.n_mels, padding=N_SAMPLES
        )
        return whisper.pad_or_trim(mel[:, : len(samples) // whisper.audio.HOP_LENGTH], N_FRAMES)

    @cached_property
    def _whisper(self) -> Any:
        from interview_analysis.models.asr.ct2_to_openai import load_openai_model

        return load_openai_model(self.folder)
