"""Make the pictures of docs/workbench.md in a real Chromium: ``python -m interview_analysis.web.dev.pictures FOLDER``.

An application of its own with the made-up company in it is started, its sample is analysed, and a walk through it is photographed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from interview_analysis.web.dev.photographs import Stage, photograph, signed_in, stage

# file, address, language, width in pixels
WALK = (
    ("1-jobs", "/jobs/", "en", 1100),
    ("2-profile", "/jobs/1/profile", "zh-CN", 1100),
    ("3-interview", "/interviews/1/", "en", 1100),
    ("4-review", "/interviews/1/review", "en", 1100),
    ("5-analyses", "/analyses/", "zh-CN", 1100),
    ("6-phone", "/interviews/1/review", "zh-CN", 390),
    ("7-trail", "/trail/", "en", 1100),
    ("8-consensus", "/interviews/1/consensus", "zh-CN", 1100),
    ("9-report", "/interviews/1/recruitment", "en", 1100),
    ("10-feedback", "/interviews/1/feedback", "zh-CN", 1100),
    ("11-comparison", "/jobs/1/compare", "en", 1100),
    ("12-figures", "/figures/", "zh-CN", 1100),
)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with stage(port=8392) as place:
        _walk(place, folder)


def _walk(place: Stage, folder: Path) -> None:
    page = signed_in(place)
    page.goto("/analyses/")
    page.locator(".badge.good").first.wait_for(timeout=600_000)
    place.run("from interview_analysis.web.dev.pictures import decide; decide()")
    cookies = page.context.cookies()
    for name, address, language, width in WALK:
        context = place.browser.new_context(
            base_url=place.url, locale=language,
            viewport={"width": width, "height": 760 if width > 600 else 844},
        )  # fmt: skip
        context.add_cookies([c for c in cookies if c["name"] == "sessionid"])  # type: ignore[misc]
        shown = context.new_page()
        shown.goto(address)
        photograph(shown, folder / f"{name}.png")
        context.close()


def decide() -> None:
    """The second rater rates the first interview, and its recruiter enters the final rating and a recommendation."""
    from interview_analysis.web.starting import start_django

    start_django()
    from interview_analysis.web.demo.company import LEVELS, RECRUITER, SECOND_RATER
    from interview_analysis.web.hiring.profiles import profile_of
    from interview_analysis.web.interviews.models import Interview
    from interview_analysis.web.people.models import User
    from interview_analysis.web.reports.recruitment import recommend
    from interview_analysis.web.review import consensus, scorecards

    interview, recruiter = Interview.objects.get(pk=1), User.objects.get(email=RECRUITER)
    card = scorecards.draft(interview, User.objects.get(email=SECOND_RATER))
    dimensions = [d.id for d in profile_of(card.profile).dimensions]
    apart = {d: LEVELS[i % len(LEVELS)] - 2 * (i == 0) for i, d in enumerate(dimensions)}
    scorecards.save(card, {"ratings": {d: {"level": level} for d, level in apart.items()}})
    scorecards.submit(card)
    consensus.enter(interview, recruiter, dict.fromkeys(dimensions, 3), {}, "")
    recommend(interview, recruiter, "next", "Clear numbers. Ask about conflicts in the team.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
