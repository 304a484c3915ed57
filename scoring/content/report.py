"""A content level as the report shows it."""

from __future__ import annotations

from interview_analysis.scoring.content.scored import ContentLevel
from interview_analysis.scoring.content.words import PART_NAMES, why
from interview_analysis.scoring.norms import Norms
from interview_analysis.scoring.report.report import ContentReport, Evidence


def content_report(found: ContentLevel, norms: Norms) -> ContentReport:
    """The probabilities and the reason in words; the level is that of the score."""
    level = norms.level(found.score)
    p1, p2, p3, p4, p5 = (round(float(p), 4) for p in found.probabilities)
    return ContentReport(
        level=level,
        mean_level=round(found.mean_level, 3),
        probabilities=(p1, p2, p3, p4, p5),
        gates={name: round(value, 4) for name, value in found.gates.items()},
        asked=found.asked,
        unanswered=found.unanswered,
        why=why(level, found),
    )


def part_evidence(found: ContentLevel) -> tuple[Evidence, ...]:
    """A line for each clause that speaks for a part, and one without a quote for a part that was not heard."""
    lines = []
    for part in found.parts:
        score = round(100 * part.value, 1)
        if not part.heard:
            lines.append(
                Evidence(
                    kind="part",
                    id=part.name,
                    name=PART_NAMES[part.name],
                    weight=0.0,
                    score=score,
                    strength="absent",
                )
            )
            continue
        lines += [
            Evidence(
                kind="part", id=part.name, name=PART_NAMES[part.name], weight=0.0, score=score, strength="demonstrated",
                start_s=round(clause.start_s, 3), end_s=round(clause.end_s, 3), quote=clause.text,
            )
            for clause in part.clauses
        ]  # fmt: skip
    return tuple(lines)
