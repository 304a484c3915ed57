"""Make the demo's sample: a photograph that a package ships, and an answer that a program speaks.

    python -m interview_analysis.pipeline.dev.demo OUT.mp4

The sample is synthetic from end to end. The picture is scikit-image's photograph of Eileen Collins (NASA,
public domain) under a slow zoom and pan; she never said these words. The voice is espeak-ng's, the answer was
written for this purpose. It shows that everything runs; it says nothing about how well anybody is scored.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import sys
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from interview_analysis.errors import InterviewAnalysisError, OutputError

if TYPE_CHECKING:
    from PIL.Image import Image as PilImage

WIDTH_PX, HEIGHT_PX, FPS = 1280, 720, 25
RATE_WORDS_PER_MIN = 150
LEAD_S, TAIL_S = 0.5, 0.7  # silence before and after the answer
ZOOM_PERIOD_S, PAN_PERIOD_S = 23.0, 14.0
MARGIN_PX, CAPTION_PX = 224, 28
CAPTION = "Synthetic sample: public-domain photograph, computer voice"

# One paragraph a part of STAR; a paragraph ends in a pause.
ANSWER = (
    "Last year I was the product manager for a mobile banking app. "
    "Only thirty percent of new customers finished their registration.",
    "My task was to raise this number within three months.",
    "First I did user research. I interviewed twelve customers and analyzed the data from our funnel. "
    "I found that most users gave up when we asked for a document. "
    "After that I wrote the requirements and prioritized the features by impact and cost. "
    "I planned the project with a Gantt chart, tracked the risks with the team, "
    "and reviewed our progress every week. "
    "We tested a prototype with eight users, listened to their feedback, and improved the design twice.",
    "As a result, registration rose from thirty percent to fifty two percent, "
    "and support calls dropped by twenty percent. "
    "I learned that we should test every assumption with real users first.",
)


def make_sample(out_path: Path, paragraphs: tuple[str, ...] = ANSWER) -> Path:
    """Write the sample to `out_path` (mp4: H.264 1280 x 720 at 25 frames a second, AAC mono) and return it.

    `paragraphs` are spoken one after the other. The first sample of a process has the same bytes each time,
    given the same versions of the packages. Needs the ``demo`` extra. Raises OutputError where the file cannot
    be written, InterviewAnalysisError where the extra is missing.
    """
    try:
        speech, rate_hz = speak(paragraphs)
        photo = _photograph()
    except ImportError as error:
        raise InterviewAnalysisError(
            f"The demo needs the package {error.name}, which is missing. "
            "Run: pip install 'interview-analysis[demo]'"
        ) from error
    aside = out_path.with_name(f".{out_path.stem}.part.mp4")
    try:
        out_path.parent.mkdir(parents=True, exist_ok=True)
        _encode(aside, photo, speech, rate_hz)
        aside.replace(out_path)
    except OSError as error:
        raise OutputError(f"Cannot write the sample to {out_path}: {error.strerror or error}") from error
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)
    return out_path


# espeak-ng keeps one voice and one callback a process.
_ESPEAK_LOCK = threading.Lock()
_SYNCHRONOUS, _POSITION_CHARACTER, _TEXT_UTF8 = 2, 1, 1
_PARAMETER_RATE, _PARAMETER_PITCH, _PARAMETER_RANGE = 1, 3, 4


def speak(paragraphs: tuple[str, ...], voice: str = "en-us") -> tuple[NDArray[np.int16], int]:
    """Speak the paragraphs with espeak-ng: samples of shape (n,), silence included, and their rate in Hz.

    espeak-ng varies its voice a little from call to call; the first call of a process is always the same.
    """
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    chunks: list[NDArray[np.int16]] = []

    def collect(samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            chunks.append(np.ctypeslib.as_array(samples, shape=(count,)).astype(np.int16))
        return 0

    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)(
        collect
    )
    with _ESPEAK_LOCK:
        data = os.fsencode(espeakng_loader.get_data_path())
        rate_hz = int(library.espeak_Initialize(_SYNCHRONOUS, 0, data, 0))
        if rate_hz <= 0:
            raise InterviewAnalysisError(f"espeak-ng did not start with its data in {os.fsdecode(data)}")
        try:
            library.espeak_SetSynthCallback(callback)
            if library.espeak_SetVoiceByName(voice.encode()) != 0:
                raise InterviewAnalysisError(f"espeak-ng has no voice named {voice!r}")
            library.espeak_SetParameter(_PARAMETER_RATE, RATE_WORDS_PER_MIN, 0)
            library.espeak_SetParameter(_PARAMETER_PITCH, 45, 0)
            library.espeak_SetParameter(_PARAMETER_RANGE, 60, 0)
            chunks.append(np.zeros(round(LEAD_S * rate_hz), np.int16))
            for paragraph in paragraphs:
                text = paragraph.encode()
                library.espeak_Synth(
                    text, ctypes.c_size_t(len(text) + 1), 0, _POSITION_CHARACTER, 0, _TEXT_UTF8, None, None
                )
                library.espeak_Synchronize()
                chunks.append(np.zeros(round(TAIL_S * rate_hz), np.int16))
        finally:
            library.espeak_Terminate()
    return np.concatenate(chunks), rate_hz


def _photograph() -> tuple[PilImage, PilImage, PilImage]:
    """The photograph in scikit-image's wheel (512 x 512) on a dark ground, as Y, U and V planes (4:2:0)."""
    import av
    import PIL.Image
    import skimage

    with PIL.Image.open(Path(skimage.__file__).parent / "data" / "astronaut.png") as photo:
        canvas = PIL.Image.new("RGB", (photo.width + 2 * MARGIN_PX, photo.height), (38, 40, 44))
        canvas.paste(photo.convert("RGB"), (MARGIN_PX, 0))
    picture = av.VideoFrame.from_ndarray(np.asarray(canvas), format="rgb24")
    planes = picture.reformat(format="yuv420p").to_ndarray()  # Y, then U, then V
    height, width = canvas.height, canvas.width
    chroma = planes[height:].reshape(2, height // 2, width // 2)
    luma, u, v = (PIL.Image.fromarray(plane) for plane in (planes[:height], *chroma))
    return luma, u, v


def _view(time_s: float, width_px: int, height_px: int) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the part of the canvas that is shown at `time_s`."""
    zoom = 0.5 - 0.5 * math.cos(2 * math.pi * time_s / ZOOM_PERIOD_S)
    height = height_px * (1.0 - 0.14 * zoom)
    width = height * WIDTH_PX / HEIGHT_PX
    left = (width_px - width) * (0.5 + 0.4 * math.sin(2 * math.pi * time_s / PAN_PERIOD_S))
    return left, 0.0, left + width, height


def _frames(photo: tuple[PilImage, PilImage, PilImage], count: int) -> Iterator[NDArray[np.uint8]]:
    """Frames of the moving view with the caption, 4:2:0 planes below each other, shape (1080, 1280)."""
    import PIL.Image
    import PIL.ImageDraw

    caption = PIL.Image.new("L", (WIDTH_PX, CAPTION_PX), 16)
    PIL.ImageDraw.Draw(caption).text((12, 4), CAPTION, fill=235, font_size=16)
    luma, *chroma = photo
    for index in range(count):
        box = _view(index / FPS, luma.width, luma.height)
        half = (box[0] / 2, box[1] / 2, box[2] / 2, box[3] / 2)
        y = luma.resize((WIDTH_PX, HEIGHT_PX), PIL.Image.Resampling.BICUBIC, box=box)
        y.paste(caption, (0, HEIGHT_PX - CAPTION_PX))
        rows = [np.asarray(y)]
        for plane in chroma:
            colour = plane.resize((WIDTH_PX // 2, HEIGHT_PX // 2), PIL.Image.Resampling.BILINEAR, box=half)
            colour.paste(128, (0, (HEIGHT_PX - CAPTION_PX) // 2, WIDTH_PX // 2, HEIGHT_PX // 2))
            rows.append(np.asarray(colour).reshape(-1, WIDTH_PX))
        yield np.concatenate(rows)


def _encode(
    path: Path, photo: tuple[PilImage, PilImage, PilImage], speech: NDArray[np.int16], rate_hz: int
) -> None:
    import av

    with av.open(str(path), "w", format="mp4", options={"fflags": "+bitexact"}) as container:
        container.metadata["title"] = CAPTION
        video = container.add_stream("libx264", rate=FPS, options={"preset": "superfast", "crf": "21"})
        video.width, video.height, video.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
        video.codec_context.thread_count = 2  # fixed: the same bytes on any number of cores
        audio = container.add_stream("aac", rate=rate_hz, layout="mono")
        audio.bit_rate = 96_000
        frame_count = math.ceil(len(speech) / rate_hz * FPS)
        for index, planes in enumerate(_frames(photo, frame_count)):
            picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            picture.pts, picture.time_base = index, Fraction(1, FPS)
            container.mux(video.encode(picture))
            start, stop = (round(i / FPS * rate_hz) for i in (index, index + 1))
            chunk = speech[start:stop]
            if chunk.size:
                sound = av.AudioFrame.from_ndarray(chunk[None, :], format="s16", layout="mono")
                sound.sample_rate, sound.pts, sound.time_base = rate_hz, start, Fraction(1, rate_hz)
                container.mux(audio.encode(sound))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))


def main(arguments: list[str]) -> int:
    """Command line: the path of the sample to write."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m interview_analysis.pipeline.dev.demo OUT.mp4\n")
        return 2
    try:
        path = make_sample(Path(arguments[0]))
    except InterviewAnalysisError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    sys.stderr.write(f"{CAPTION} (nobody said this): {path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
