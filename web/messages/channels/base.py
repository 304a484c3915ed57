from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from interview_analysis.web.messages.models import Message

Fate = Literal["later", "never", "unknown"]


class SendingError(Exception):
    """It did not go, or nobody knows. `detail` is a number or code of the other side and holds no personal value.

    `fate` is "later" where it certainly did not go and another attempt may help, "never" where none will, and "unknown" where
    it may have gone: then only a person sends it again.
    """

    def __init__(self, fate: Fate, fault: Message.Fault, detail: str = "") -> None:
        super().__init__(f"{fault}: {detail}")
        self.fate, self.fault, self.detail = fate, fault, detail


@dataclass(frozen=True, slots=True)
class Sent:
    """`file` is where a mail lies while no server is set up, in the home's folder of mails."""

    file: str = ""
