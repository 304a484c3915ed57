"""The texts that the pages' scripts show."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from interview_analysis.features.language.questions import language_of
from interview_analysis.features.language.sentences import unit_count


def of_devices() -> dict[str, str]:
    """What to do about a device, by the codes of recorder.js."""
    return {
        "refused_camera": _("The browser was told not to use the camera. Press the camera or lock sign beside the address, allow the camera, and try again. On a phone: settings, the browser's name, camera."),
        "refused_microphone": _("The browser was told not to use the microphone. Press the microphone or lock sign beside the address, allow the microphone, and try again. On a phone: settings, the browser's name, microphone."),
        "none_camera": _("No camera was found. Connect one or open its cover; you can also answer with sound alone."),
        "none_microphone": _("No microphone was found. Connect a headset or microphone and try again."),
        "held_camera": _("Another program holds the camera, such as a video call. Close that program and try again."),
        "held_microphone": _("Another program holds the microphone, such as a call. End it and try again."),
        "other_camera": _("The camera did not start. Unplug and connect it again, or restart the browser."),
        "other_microphone": _("The microphone did not start. Unplug and connect it again, or restart the browser."),
        "insecure": _("This address is not a secure one (https), and browsers open camera and microphone on secure addresses alone. Use the link of your invitation exactly as it was sent, or tell the person who invited you."),
        "old": _("This browser cannot record. Use a current Chrome, Edge, Firefox or Safari; on a phone, update its system. Browsers inside of other apps often cannot record: open the link in the phone's own browser."),
        "memory": _("This browser keeps nothing on this device, as in a private window. Recording works; but what was not sent is lost if the window closes. Better open the link in a normal window."),
        "full": _("The storage of this device is full. Recording goes on and is sent; keep this page open, and free some space if you can."),
        "little": _("There is little storage left on this device. Recording works; keep this page open until everything was sent."),
        "gone_camera": _("The camera is gone. The sound goes on being recorded."),
        "gone_microphone": _("The microphone is gone. Connect it again."),
        "muted_camera": _("The camera gives no picture at the moment; another program may have taken it."),
        "muted_microphone": _("The microphone gives no sound at the moment; another program or a call may have taken it."),
        "silent_microphone": _("There is complete silence. Is the microphone switched off, or has another program taken it?"),
        "frozen_camera": _("The picture stands still. Your sound is recorded; if you can, connect the camera again."),
        "back_camera": _("The camera works again."),
        "back_microphone": _("The microphone works again."),
        "pause": _("The device stood still for a while, as when its lid is closed. That time was not recorded; simply go on."),
    }  # fmt: skip


def of_sending() -> dict[str, str]:
    return {
        "sending": _("Your answer is being sent."),
        "idle": _("Everything that you recorded is with us."),
        "offline": _("No connection. What you record is kept on this device and is sent by itself later."),
        "server_full": _("We cannot take more at the moment. What you record is kept on this device and is sent by itself later."),
        "refused": _("This page is no longer open for you. Open the link of your invitation again; what you recorded is kept on this device."),
        "waiting": _("{count} pieces are still to be sent."),
        "late": _("A part came after the answer was closed, and could not be added."),
        "elsewhere": _("This interview is open in another tab or window."),
        "taken": _("It goes on in another tab or window. What was recorded here is kept."),
    }  # fmt: skip


def of_check() -> dict[str, str]:
    return of_devices() | of_sending() | {
        "good_camera": _("Your camera works."),
        "good_microphone": _("Your microphone works."),
        "quiet_microphone": _("Nothing was heard. Speak, move closer, or choose another microphone in the settings of the device."),
        "good_speaker": _("You hear sounds."),
        "bad_speaker": _("Turn up the volume, check that no headset is connected that you do not wear, and play the tone again."),
        "good_storage": _("This browser keeps what you record until it was sent."),
        "good_recording": _("Five seconds were recorded, sent, and came back. Play them: can you see and hear yourself?"),
        "bad_recording": _("The recording did not come back. Try again; if it stays like this, another network or browser may help."),
        "recording": _("Recording … say something."),
        "sending_clip": _("Sending …"),
        "slow": _("Your connection is slow: sending took longer than recording. That does no harm: answers are kept on this device and sent in the background."),
        "now_speak": _("Say a few words."),
    }  # fmt: skip


def of_answer() -> dict[str, str]:
    return of_devices() | of_sending() | {
        "think": _("Time to think"),
        "answer": _("Time to answer"),
        "begin": _("Begin to answer"),
        "think_half": _("Half of the time to think is over."),
        "think_over": _("The time to think is over. Please begin when you are ready."),
        "begun": _("Recording. You have {minutes}."),
        "half": _("Half of your time is over."),
        "left30": _("30 seconds are left."),
        "left10": _("10 seconds are left; then the answer ends."),
        "long": _("Your answer is getting long. Finish your thought; nothing is cut off."),
        "long_still": _("You are {seconds} seconds over the time. Come to an end when you can."),
        "cut": _("The time is over; the answer was ended."),
        "kept": _("Your answer is kept."),
        "minutes": _("{n} min"),
        "seconds": _("{n} s"),
        "audio_only": _("Your camera is not used; your sound is recorded. Answers with sound alone count like the others."),
        "no_microphone": _("Nothing can be recorded here."),
        "next_waits": _("No connection. Your answer is safe; the next question comes as soon as the connection is back."),
        "no_retake": _("No more takes of this question."),
        "retakes": _("Takes left of this question: {n}"),
        "saved": _("Saved"),
        "more_time": _("You were given more time."),
        "video": _("video"), "audio": _("sound alone"), "file": _("an uploaded file"), "written": _("written answer"),
        "comma": pgettext("between facts", ", "),
        "take": _("Take {n}"),
        "sure": _("Hand in? Your answers cannot be changed after that."),
        "over": _("The time for answers is over. You can still hand in what you recorded."),
        "recorded_so_far": _("About {seconds} seconds of it were recorded before the break."),
        "question_of": _("Question {n} of {count}"),
        "all_here": _("Everything is with us. You can close this page."),
    }  # fmt: skip


def text_length(text: str) -> str:
    """Of an answer in writing: in words, or in characters for Chinese."""
    language = language_of(text)
    n = unit_count(text, language)
    if language == "zh":
        return ngettext("%(n)d character", "%(n)d characters", n) % {"n": n}
    return ngettext("%(n)d word", "%(n)d words", n) % {"n": n}
