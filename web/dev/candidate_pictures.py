"""Make the pictures of docs/candidates.md in a real Chromium: ``python -m interview_analysis.web.dev.candidate_pictures FOLDER``.

The whole way of one candidate through the pages, who is invited, practises, answers with the network cut once, reads the feedback and
withdraws. Camera and microphone play the synthetic sample: a photograph, and a voice of espeak-ng.
"""

from __future__ import annotations

import sys
import tempfile
import wave
from pathlib import Path

from playwright.sync_api import Page

from interview_analysis.web.dev.photographs import Stage, photograph, signed_in, stage

FLAGS = (
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
ANSWER_MS = 25_000
ANALYSED_MS = 900_000


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as aside:
        camera, microphone = _sample(Path(aside))
        flags = (
            *FLAGS,
            f"--use-file-for-fake-video-capture={camera}",
            f"--use-file-for-fake-audio-capture={microphone}",
        )
        with stage(8393, flags) as place:
            _walk(place, folder)


def _walk(place: Stage, folder: Path) -> None:
    staff = signed_in(place)
    link = _invite(staff, folder)
    context = place.browser.new_context(
        base_url=place.url, locale="en", viewport={"width": 390, "height": 844},
        permissions=["camera", "microphone"],
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(link)
    photograph(page, folder / "candidate-overview.png")
    page.goto("/c/consent")
    page.get_by_role("button", name="Agree", exact=True).click()
    page.goto("/c/guide")
    photograph(page, folder / "candidate-guide.png")
    page.goto("/c/check")
    page.click("#begin")
    page.locator("#clip").wait_for()
    photograph(page, folder / "candidate-check.png")
    _practise(page, folder)
    _answer(page, staff, folder)
    _hear(page, staff, folder)
    _withdraw(page, folder)


def _invite(staff: Page, folder: Path) -> str:
    """Invite a made-up candidate, as a recruiter does; the link that the mail brings."""
    staff.goto("/candidates/new")
    staff.fill("[name=name]", "Mina Okoye")
    staff.fill("[name=email]", "mina.okoye@example.com")
    staff.select_option("[name=apply-job]", index=2)
    staff.locator("main form button").first.click()
    staff.locator("main a[href^='/applications/']").first.click()
    staff.get_by_role("link", name="Invite to an interview").click()
    staff.get_by_role("button", name="Invite now").click()
    staff.wait_for_url("**/invitations/*/")
    photograph(staff, folder / "candidate-invitation.png")
    return staff.locator("input[readonly]").first.input_value()


def _practise(page: Page, folder: Path) -> None:
    page.goto("/c/practice")
    page.get_by_role("link", name="Practise").first.click(timeout=ANALYSED_MS)
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("button", name="Answer now").click()
    page.wait_for_timeout(ANSWER_MS)
    page.get_by_role("button", name="I have finished").click()
    page.get_by_role("heading", name="What you could do better").wait_for(timeout=ANALYSED_MS)
    page.locator("dl.facts").scroll_into_view_if_needed()
    photograph(page, folder / "candidate-practice.png")


def _answer(page: Page, staff: Page, folder: Path) -> None:
    """Answer every question, without a network for some seconds of the first one, and hand in."""
    page.goto("/c/answer")
    page.click("#show")
    first = True
    while True:
        page.locator("[data-do=begin]:visible, #hand-in:visible").first.wait_for()
        if page.locator("#hand-in").is_visible():
            break
        page.click("[data-do=begin]")
        page.locator("[data-do=stop]").wait_for()
        page.wait_for_timeout(ANSWER_MS)
        if first:
            page.context.set_offline(True)
            page.get_by_text("No connection.").wait_for()
            page.locator("[data-do=stop]").scroll_into_view_if_needed()
            photograph(page, folder / "candidate-answer.png")
            page.context.set_offline(False)
            staff.goto("/answers/")
            photograph(staff, folder / "candidate-monitor.png")
            first = False
        page.click("[data-do=stop]")
        page.click("[data-do=next]")
    page.click("#hand-in")
    page.wait_for_url("**/c/answer/later")


def _hear(page: Page, staff: Page, folder: Path) -> None:
    """Wait for the analysis, release the feedback, read it in Chinese."""
    staff.goto("/interviews/")
    staff.get_by_role("link", name="Mina Okoye").first.click()
    interview = staff.url.rstrip("/").rsplit("/", 1)[-1]
    staff.goto("/analyses/")
    staff.get_by_role("row", name="Mina Okoye").locator(".badge.good").wait_for(timeout=ANALYSED_MS)
    staff.goto(f"/interviews/{interview}/feedback")
    staff.on("dialog", lambda dialog: dialog.accept())
    staff.get_by_role("button", name="Release", exact=True).click()
    staff.get_by_text("Released.").wait_for()
    page.goto("/c/progress/")
    page.get_by_role("button", name="中文").click()
    page.get_by_role("link", name="阅读反馈").wait_for()
    photograph(page, folder / "candidate-progress.png")
    page.get_by_role("link", name="阅读反馈").click()
    photograph(page, folder / "candidate-feedback.png")


def _withdraw(page: Page, folder: Path) -> None:
    page.goto("/c/data/withdraw")
    page.locator("main input[type=checkbox]").check()
    page.locator("main form button").last.click()
    page.wait_for_url("**/c/gone/**")
    photograph(page, folder / "candidate-receipt.png")


def _sample(folder: Path) -> tuple[Path, Path]:
    """The synthetic sample as files for a browser's camera and microphone."""
    import av

    from interview_analysis.pipeline.dev.demo import make_sample

    sample, camera, microphone = (
        make_sample(folder / "sample.mp4"),
        folder / "camera.mjpeg",
        folder / "microphone.wav",
    )
    with av.open(str(sample)) as read, av.open(str(camera), "w", format="mjpeg") as out:
        stream = out.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuvj420p"
        for frame in read.decode(video=0):
            out.mux(stream.encode(frame.reformat(640, 360, "yuvj420p")))
        out.mux(stream.encode())
    with av.open(str(sample)) as read, wave.open(str(microphone), "wb") as written:
        resampler = av.AudioResampler("s16", "mono", 48_000)
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(48_000)
        for sound in read.decode(audio=0):
            for piece in resampler.resample(sound):
                written.writeframes(piece.to_ndarray().tobytes())
    return camera, microphone


if __name__ == "__main__":
    main(Path(sys.argv[1]))
