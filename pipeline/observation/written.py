"""Answers in writing beside recordings: their words join the interview, and nothing of voice, face or posture does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from interview_analysis.features.conversation.answers import Answer
from interview_analysis.features.tables import FeatureTables, answer_tables
from interview_analysis.pipeline.observation.joining import clip, joined, joint_starts_s, later
from interview_analysis.types import Interval, Observations, Transcript

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class WrittenAnswers:
    """The answers in writing beside recordings, on a clock of their own that begins at `at_s` of the interview's.

    Only their words join the interview, so that what is measured of voice, face and posture rests on the recordings alone.
    """

    seen: Observations
    at_s: float

    @classmethod
    def of(cls, clipped: Sequence[Observations], recorded: int) -> WrittenAnswers:
        """Those after the first `recorded` parts."""
        return cls(joined(clipped[recorded:]), joint_starts_s(clipped)[recorded])

    def beside(self, spoken: Observations) -> Observations:
        """What was observed of the recordings, with these words after theirs."""
        assert self.seen.transcript is not None
        own = spoken.conversation.candidate.voice if spoken.conversation is not None else None
        return replace(
            spoken, transcript=_with_written(spoken.transcript, self.seen.transcript, self.at_s, own)
        )

    def answer(self, one: Answer) -> Observations:
        """What there is of one of them: its words."""
        own = self._own(one)
        return clip(self.seen, own.start_s, own.end_s)

    def with_tables(self, spoken: FeatureTables, found: Sequence[Answer], block_s: float) -> FeatureTables:
        """The tables of the answers that were spoken, with those of the others."""
        import pandas as pd  # 60 MB, which observing does without

        typed = [one for one in found if one.source == "written"]
        own = answer_tables(self.seen, [self._own(one) for one in typed], block_s=block_s)
        whole = _at(own.whole, [(one.interval.start_s, one.interval.end_s) for one in typed])
        blocks = _at(
            own.blocks, [(start_s + self.at_s, end_s + self.at_s) for start_s, end_s in own.blocks.index]
        )
        return replace(
            spoken, whole=pd.concat([spoken.whole, whole]), blocks=pd.concat([spoken.blocks, blocks]),
            faults=tuple(dict.fromkeys((*spoken.faults, *own.faults))),
        )  # fmt: skip

    def _own(self, one: Answer) -> Interval:
        return Interval(one.interval.start_s - self.at_s, one.interval.end_s - self.at_s)


def _at(table: pd.DataFrame, edges_s: Sequence[tuple[float, float]]) -> pd.DataFrame:
    import pandas as pd

    return table.set_axis(pd.MultiIndex.from_tuples(edges_s, names=table.index.names))


def _with_written(said: Transcript | None, written: Transcript, at_s: float, voice: int | None) -> Transcript:
    """What was said, and after it what was written by the same person, `voice` where there are several. The times of the former
    count; those of the latter are made up."""
    if said is None or not said.words:
        said = replace(written, segments=(), word_times="estimated")
    typed = (
        later(s, at_s, "" if written.language == said.language else written.language)
        for s in written.segments
    )
    segments = (*said.segments, *(replace(segment, voice=voice) for segment in typed))
    return replace(said, segments=segments).led_by_its_main_language()
