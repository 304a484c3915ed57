"""Claims that nobody's camera makes are refused with what was claimed, before memory is spent on them."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from fractions import Fraction
from pathlib import Path

import av
import pytest

from interview_analysis.errors import MediaError
from interview_analysis.pipeline.media.audio_spool import AudioSpool
from interview_analysis.pipeline.media.decoding import Decoder
from interview_analysis.pipeline.media.video import check_picture
from tests.media import grey, silence, write_recording
from tests.pipeline.media.media_making import times, write


def decode(path: Path) -> list[tuple[int, ...]]:
    """The size of each frame that comes out, one in memory at a time."""
    with Decoder(path) as decoder, AudioSpool() as spool:
        return [frame.image.shape for frame in decoder.frames(spool)]


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(b"\0" + b"\x20" * width) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def pictures(path: Path, *packets: bytes) -> Path:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("png", rate=5)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "gray"
        for number, data in enumerate(packets):
            packet = av.Packet(data)
            packet.stream, packet.pts, packet.dts, packet.duration = stream, number, number, 1
            packet.time_base, packet.is_keyframe = Fraction(1, 5), True
            out.mux(packet)
    return path


def edited(path: Path, name: str, edit) -> Path:
    data = bytearray(path.read_bytes())
    edit(data)
    target = path.with_name(name)
    target.write_bytes(data)
    return target


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("limits")
    return write_recording(folder / "small.mp4", seconds=2, sound=silence(2), picture=grey())


def test_a_header_that_claims_a_thousand_hours(tmp_path):
    path = write_recording(tmp_path / "small.mkv", seconds=2, sound=silence(2), picture=grey())

    def hours(data: bytearray) -> None:
        place = data.find(b"\x44\x89\x88")  # Duration, 8 bytes: a double in milliseconds
        struct.pack_into(">d", data, place + 3, 1000 * 3600e3)

    path = edited(path, "hours.mkv", hours)
    with pytest.raises(MediaError, match=r"hours\.mkv: claims 1,000\.0 hours, at most 12 are taken"):
        Decoder(path)


def test_pictures_that_claim_thirty_thousand_pixels(tmp_path):
    huge = bytearray(png(16, 16))
    struct.pack_into(">II", huge, 16, 30_000, 30_000)
    struct.pack_into(">I", huge, 29, zlib.crc32(huge[12:29]))
    for name, packets in (("first.mov", [huge] * 3), ("later.avi", [png(320, 240), huge])):
        path = pictures(tmp_path / name, *map(bytes, packets))
        with pytest.raises(
            MediaError, match=rf"{name}: claims pictures of 30,000 x 30,000 pixels, at most 16,384"
        ):
            decode(path)


def test_jpegs_that_claim_thirty_thousand_pixels(tmp_path):
    options = {"video_codec": "mjpeg", "pixel_format": "yuvj420p", "frame_times": times(10, 1), "fps": 10}
    path = write(tmp_path / "small.avi", **options)

    def pixels(data: bytearray) -> None:
        place = -1
        while (place := data.find(b"\xff\xc0\x00\x11\x08", place + 1)) >= 0:
            struct.pack_into(">HH", data, place + 5, 30_000, 30_000)

    with pytest.raises(MediaError, match=r"jpeg\.avi: claims pictures of 30,000 x 30,000 pixels"):
        decode(edited(path, "jpeg.avi", pixels))


def test_a_container_s_claim_about_small_pictures_costs_nothing(tmp_path):
    path = pictures(tmp_path / "small.mov", *[png(320, 240)] * 3)

    def pixels(data: bytearray) -> None:
        struct.pack_into(">HH", data, data.find(b"png ", data.find(b"stsd")) + 28, 30_000, 30_000)

    # FFmpeg goes by the pictures themselves; all it takes from the claim is a pixel of 4:3, so 320 become 427.
    assert decode(edited(path, "claims.mov", pixels)) == [(240, 427, 3)] * 3


@pytest.mark.parametrize(
    ("width", "height"), [(16_385, 16), (16, 16_385), (10_001, 10_000), (30_000, 30_000)]
)
def test_pictures_beyond_the_limit(width, height):
    with pytest.raises(MediaError, match="export it again in the size"):
        check_picture(width, height)
    check_picture(16_384, 6_000)


def test_a_codec_that_keeps_its_size_to_itself_is_held_to_the_limit(tmp_path, monkeypatch):
    path = pictures(tmp_path / "grow.mov", *[png(320, 240)] * 3, png(12_000, 12_000), *[png(320, 240)] * 3)
    monkeypatch.setattr("interview_analysis.pipeline.media.video._claimed_size", lambda *_: (0, 0))
    with pytest.raises(MediaError, match=r"grow\.mov: claims a picture of more than 100,000,000 pixels"):
        decode(path)


def test_a_stream_that_grows_is_stopped_without_the_memory_of_what_it_grows_to(tmp_path):
    path = pictures(tmp_path / "grow.mov", *[png(320, 240)] * 3, png(14_000, 14_000), png(320, 240))
    with pytest.raises(MediaError, match=r"grow\.mov: claims pictures of 14,000 x 14,000 pixels"):
        decode(path)
    wide = pictures(tmp_path / "wide.mov", png(320, 240), png(16_390, 20))
    with pytest.raises(MediaError, match=r"wide\.mov: claims pictures of 16,390 x 20 pixels"):
        decode(wide)
    script = (
        "import resource, sys; from pathlib import Path; from tests.pipeline.media.test_media_limits import decode\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: decode(Path(sys.argv[1]))\n"
        "except Exception as error: print(type(error).__name__)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
    name, grown_kib = done.stdout.split()
    assert name == "MediaError"
    assert int(grown_kib) < 120 * 1024  # a picture of 14,000 x 14,000 takes 196 MB in its smallest format


def test_sound_that_goes_on_for_more_than_twelve_hours(tmp_path, monkeypatch):
    path = write_recording(tmp_path / "long.mp3.wav", seconds=3, sound=silence(3))
    monkeypatch.setattr("interview_analysis.pipeline.media.decoding.MAX_DURATION_S", 2.0)
    with pytest.raises(MediaError, match="claims 0.0 hours"):
        Decoder(path)
    # A header that says nothing: the length shows while it is decoded.
    monkeypatch.setattr(Decoder, "declared_duration_s", property(lambda _: float("nan")))
    with pytest.raises(MediaError, match="holds 0.0 hours"):
        decode(path)


def test_ordinary_recordings_pass(small):
    assert decode(small) == [(240, 320, 3)] * 10  # 2 s at 5 frames a second
