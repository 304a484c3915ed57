"""The usual stages of hiring, from self-introduction to the final interview; each job may change its own."""

from __future__ import annotations

from interview_analysis.web.hiring.models import Job, Stage

USUAL = (
    ("Self-introduction", "自我介绍"),
    ("Basic qualities", "基本素质面试"),
    ("Professional interview", "专业面试"),
    ("Interactive interview", "互动面试"),
    ("Final interview", "终面"),
)


def add_usual_stages(job: Job) -> None:
    Stage.objects.bulk_create(
        Stage(job=job, order=order, name_en=en, name_zh=zh) for order, (en, zh) in enumerate(USUAL, 1)
    )
