"""Programs as forks of a process that has loaded them already.

Every part of Bursar loads the same libraries. Loading them once and forking makes the whole product start in a few
seconds, lets its processes share most of their memory, and brings a killed one back at once.
"""

import ctypes
import os
import signal
import sys
import traceback
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from bursar.embedded import die_with_parent

_HANDLED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SET_NAME = 15  # prctl's PR_SET_NAME; Linux shows the first 15 characters


class Forked:
    """A forked program, to be watched like a `subprocess.Popen`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit status if the program has ended (minus the signal's number if one ended it), else None."""
        return self._reap(os.WNOHANG)

    def wait(self) -> int | None:
        """Wait for the end; returns the exit status."""
        return self._reap(0)

    def send_signal(self, number: int) -> None:
        """Signal the program, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def _reap(self, options: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, options)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


def fork(
    name: str,
    action: Callable[[], object],
    environment: Mapping[str, str],
    log_file: Path,
    *,
    keep: Collection[int] = (),
) -> Forked:
    """Run `action` in a new process that ends with us, writes to a log file, and has `environment` besides our own.

    Of our open files only those in `keep` stay open there. To be called from the main thread of a process that has
    no other: a fork copies the locks of other threads, but not the threads that would release them.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    end_with_us = die_with_parent(signal.SIGTERM)
    log = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    signal.pthread_sigmask(signal.SIG_BLOCK, _HANDLED)
    try:
        pid = os.fork()
        if pid == 0:
            _live(name, action, environment, log, keep, end_with_us)
        return Forked(pid)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HANDLED)
        os.close(log)


def _live(
    name: str,
    action: Callable[[], object],
    environment: Mapping[str, str],
    log: int,
    keep: Collection[int],
    end_with_us: Callable[[], None],
) -> None:
    """The new process's whole life; never returns."""
    status = 1
    try:
        os.setsid()  # Ctrl-C in a terminal reaches the supervisor alone
        end_with_us()
        for number in _HANDLED:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HANDLED)
        _replace_files(log, keep)
        _set_name(name)
        os.environ.update(environment)
        action()
        status = 0
    except SystemExit as ending:
        status = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    except BaseException:  # noqa: BLE001 - nothing of this may reach the frames of the parent above us
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _replace_files(log: int, keep: Collection[int]) -> None:
    """Output goes to the log; what else was open (the installation's lock, others' sockets) becomes /dev/null.

    Replaced and not closed, so that no number is given out anew while an object of our parent's still carries it.
    """
    null = os.open(os.devnull, os.O_RDWR)
    for number in [int(entry) for entry in os.listdir("/dev/fd")]:
        if number in (1, 2):
            os.dup2(log, number)
        elif number not in (null, *keep):
            os.dup2(null, number)
    sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)


def _set_name(name: str) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_NAME, name.encode()[:15])
