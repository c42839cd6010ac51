"""Run as a script: ``ocr_child.py SECONDS BYTES command…`` gives up what an OCR command does not
need, and becomes it.

Pictures are hostile input to a program that is not ours. It gets a bound of memory, of processor
time and of what it writes, no more privileges, no core dump with a patient's words, and, where the
kernel lets a process have one, a network of its own that leads nowhere.
"""

import contextlib
import ctypes
import os
import resource
import sys

_NO_NEW_PRIVILEGES = 38
"""PR_SET_NO_NEW_PRIVS of linux/prctl.h."""
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
"""CLONE_NEWUSER and CLONE_NEWNET of linux/sched.h."""
_WRITTEN = 64 << 20


def main() -> None:
    seconds, memory, *command = sys.argv[1:]
    _bound(resource.RLIMIT_CPU, int(seconds))
    _bound(resource.RLIMIT_AS, int(memory))
    _bound(resource.RLIMIT_FSIZE, _WRITTEN)
    _bound(resource.RLIMIT_CORE, 0)
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            libc = ctypes.CDLL(None, use_errno=True)
            libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
            if libc.unshare(_NEW_NETWORK) != 0:
                libc.unshare(_NEW_USER | _NEW_NETWORK)
    os.execvp(command[0], command)  # noqa: S606 - there is no shell on purpose


def _bound(what: int, most: int) -> None:
    with contextlib.suppress(ValueError, OSError):  # a lower one is there already
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main()
