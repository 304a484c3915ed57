"""Streams become recordings that open, seek, have their length, and show what was lost."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from interview_analysis.pipeline.media.probe import probe
from interview_analysis.web.answers.joining import Gap, Source, join
from tests.web.answers.media import mp4, webm


@pytest.fixture
def kept(tmp_path: Path):
    def keep(*streams: tuple[bytes, float]) -> list[Source]:
        found = []
        for number, (content, begins_s) in enumerate(streams):
            path = tmp_path / f"{number}.raw"
            path.write_bytes(content)
            found.append(Source(path, begins_s))
        return found

    return keep


@pytest.fixture
def target(tmp_path: Path):
    return lambda number, ending: tmp_path / f"out-{number}{ending}"


def packets(path: Path) -> int:
    with av.open(str(path)) as file:
        return sum(packet.size > 0 for packet in file.demux())


@pytest.mark.parametrize(("make", "ending"), [(webm, ".webm"), (mp4, ".mp4")])
def test_one_stream_gets_its_length_and_can_be_sought(kept, target, make, ending):
    sources = kept((make(4.0), 0.0))
    with av.open(str(sources[0].path)) as live:
        assert not live.duration or ending == ".mp4"
    part = join(sources, target).parts[0]
    assert part.path.suffix == ending
    assert part.duration_s == pytest.approx(4.0, abs=0.1)
    assert probe(part.path).duration_s == pytest.approx(4.0, abs=0.1)
    assert (part.has_video, part.has_audio, part.gaps) == (True, True, ())
    with av.open(str(part.path)) as file:
        file.seek(3_000_000)
        assert next(file.decode(video=0)).time == pytest.approx(3.0, abs=1.05)


@pytest.mark.parametrize("make", [webm, mp4])
def test_after_a_killed_tab_the_gap_has_its_true_length(kept, target, make):
    """5 s, then 2.5 s of nothing, then 4 s."""
    sources = kept((make(5.0), 0.0), (make(4.0), 7.5))
    joined = join(sources, target)
    assert len(joined.parts) == 1
    part = joined.parts[0]
    assert part.duration_s == pytest.approx(11.5, abs=0.15)
    assert len(part.gaps) == 1
    assert part.gaps[0].at_s == pytest.approx(5.0, abs=0.1)
    assert part.gaps[0].lost_s == pytest.approx(2.5, abs=0.15)
    assert packets(part.path) == sum(packets(source.path) for source in sources)
    with av.open(str(part.path)) as file:
        times = [frame.time for frame in file.decode(video=0)]
    assert [t for t in times if 5.1 < t < 7.4] == []
    assert times[-1] == pytest.approx(11.46, abs=0.1)


def test_streams_that_were_told_to_overlap_follow_each_other(kept, target):
    """The server hears of a begin late, or a clock jumps: no packet is lost for it."""
    sources = kept((webm(3.0), 0.0), (webm(3.0), 2.0))
    part = join(sources, target).parts[0]
    assert part.duration_s == pytest.approx(6.0, abs=0.15)
    assert packets(part.path) == sum(packets(source.path) for source in sources)


def test_another_device_makes_another_part_with_the_loss_before_it(kept, target):
    sources = kept((webm(3.0), 0.0), (mp4(2.0), 63.0), (webm(2.0, sound=False), 65.0))
    joined = join(sources, target)
    assert [part.path.name for part in joined.parts] == ["out-0.webm", "out-1.mp4", "out-2.webm"]
    assert [part.gaps for part in joined.parts] == [(), (Gap(0.0, pytest.approx(60.0, abs=0.1)),), ()]
    assert [part.has_audio for part in joined.parts] == [True, True, False]


def test_another_size_of_picture_is_another_part(kept, target):
    joined = join(kept((webm(1.0), 0.0), (webm(1.0, width=128), 1.0)), target)
    assert len(joined.parts) == 2


def test_a_chunk_that_never_came_is_a_gap(kept, target):
    """A hole in the middle: the clusters around it are read on."""
    whole = webm(10.0)
    starts = [at for at in range(len(whole)) if whole.startswith(b"\x1f\x43\xb6\x75", at)]
    assert len(starts) > 4
    cut = whole[: starts[2]] + whole[starts[4] :]
    part = join(kept((cut, 0.0)), target).parts[0]
    assert part.duration_s == pytest.approx(10.0, abs=0.1)
    assert len(part.gaps) == 1
    assert part.gaps[0].lost_s > 0.9


def test_a_cut_tail_plays_up_to_the_cut(kept, target):
    whole = webm(4.0)
    part = join(kept((whole[: int(len(whole) * 0.7)], 0.0)), target).parts[0]
    assert 1.5 < part.duration_s < 3.6
    assert part.gaps == ()


def test_a_pause_that_the_browser_noticed_is_a_gap_once(kept, target):
    first, second = kept((webm(5.0), 0.0), (webm(4.0), 7.5))
    part = join([Source(first.path, 0.0, [[5.2, 2.0], [1.0, 3.5]]), second], target).parts[0]
    assert part.gaps[0] == Gap(1.0, 3.5)
    assert [round(gap.at_s) for gap in part.gaps] == [1, 5]


def test_answers_of_a_fifth_of_a_second_are_recordings_and_empty_ones_none(kept, target):
    assert join(kept((webm(0.2), 0.0)), target).parts[0].duration_s == pytest.approx(0.2, abs=0.05)
    header = webm(1.0)
    header = header[: header.index(b"\x1f\x43\xb6\x75")]
    joined = join(kept((header, 0.0), (b"", 0.5), (b"no recording at all", 1.0)), target)
    assert joined.parts == ()
    assert {path.name for path in joined.unreadable} >= {"1.raw", "2.raw"}


def test_nothing_is_left_aside_when_a_stream_cannot_be_read(kept, target, tmp_path):
    join(kept((b"\x1aE\xdf\xa3 broken", 0.0), (webm(0.5), 0.0)), target)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.raw", "1.raw", "out-0.webm"]
