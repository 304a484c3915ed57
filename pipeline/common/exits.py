"""What a command's exit code says, for scripts and schedulers."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Each code with what it means, as --help and docs/cli.md say it."""

    meaning: str

    def __new__(cls, value: int, meaning: str) -> Exit:
        code = int.__new__(cls, value)
        code._value_ = value
        code.meaning = meaning
        return code

    DONE = 0, "done"
    NO = 1, "the answer is no (not promoted, not valid)"
    USAGE = 2, "options or input to be mended, such as a recording that cannot be read"
    SOME_FAILED = 3, "some of a batch failed"
    ALL_FAILED = 4, "all of a batch failed"
    FAULT = 70, "a fault of this program, whose traceback is where the message says"
    INTERRUPTED = 130, "interrupted"

    @classmethod
    def of_batch(cls, failed: int, total: int) -> Exit:
        """The code of a batch of `total` of which `failed` could not be done."""
        if not failed:
            return cls.DONE
        return cls.ALL_FAILED if failed == total else cls.SOME_FAILED
