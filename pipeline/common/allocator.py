"""How the C library keeps memory for later, in processes of our own."""

from __future__ import annotations

import ctypes
import platform

_M_ARENA_MAX = -8  # of malloc.h
_ARENAS = 2
_GLIBC = platform.libc_ver()[0] == "glibc"


def bound_allocator() -> None:
    """Let all threads share two arenas of glibc; called before the first thread is started.

    By itself it makes eight a core, and what decoder, recogniser and landmarkers have freed in one of them is of no use to the
    others. On other C libraries this does nothing.
    """
    if _GLIBC:
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Return what was freed to the system, which glibc by itself does only at the ends of an arena."""
    if _GLIBC:
        ctypes.CDLL(None).malloc_trim(0)
