"""Keeps a set of programs running: starts them, watches them, starts again what dies, stops them all."""

import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

FIRST_DELAY = 0.25
LONGEST_DELAY = 15.0
STEADY_SECONDS = 30.0  # after this long a program counts as healthy again, and its next fault as its first
LONGEST_LOG = 20_000_000

Report = Callable[[str, str], None]


class Process(Protocol):
    """What the supervisor needs of a running process: a `subprocess.Popen`, or a fork."""

    pid: int
    returncode: int | None

    def poll(self) -> int | None:
        """The exit status, or None while it runs."""

    def wait(self) -> object:
        """Wait for the end."""

    def send_signal(self, number: int, /) -> None:
        """Signal it, unless it has ended."""


@dataclass(frozen=True)
class Program:
    """One program to keep running: how to start it, how to tell that it works, how to ask it to end."""

    name: str
    spawn: Callable[[], Process]
    is_ready: Callable[[], bool]
    stop_signal: int = signal.SIGTERM


class _Child:
    """A program as it runs just now."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: Process | None = None
        self.ready = False
        self.faults = 0
        self.started_at = 0.0
        self.start_again_at = 0.0


class Supervisor:
    """Runs programs side by side. `tick` is to be called several times a second; nothing here blocks.

    `report(name, state)` hears of each change of state, in words for a person.
    """

    def __init__(self, report: Report) -> None:
        self._children: dict[str, _Child] = {}
        self._report = report

    def start(self, program: Program) -> None:
        """Start a program and keep it running from now on."""
        child = self._children[program.name] = _Child(program)
        self._spawn(child)

    def is_ready(self) -> bool:
        """Whether every program works."""
        return all(child.ready for child in self._children.values())

    def pids(self) -> dict[str, int]:
        """The process id of each program that runs, by the program's name."""
        return {name: child.process.pid for name, child in self._children.items() if child.process}

    def tick(self) -> None:
        """Look after every program once."""
        for child in self._children.values():
            if child.process is None:
                if time.monotonic() >= child.start_again_at:
                    self._spawn(child)
            elif (code := child.process.poll()) is not None:
                self._note_end(child, code)
            elif not child.ready and child.program.is_ready():
                child.ready = True
                self._report(child.program.name, "running")

    def stop(self, names: Sequence[str], *, within: float, hurry: Callable[[], bool]) -> None:
        """Ask the named programs to end, and kill those that have not after `within` seconds (or on `hurry`)."""
        ending = [self._children.pop(name) for name in names if name in self._children]
        for child in ending:
            if child.process is not None and child.process.poll() is None:
                child.process.send_signal(child.program.stop_signal)
        deadline = time.monotonic() + within
        while time.monotonic() < deadline and not hurry() and any(_runs(child) for child in ending):
            time.sleep(0.05)
        for child in ending:
            if child.process is not None:
                if _runs(child):
                    _kill_group(child.process.pid)
                    child.process.wait()
                self._report(child.program.name, "stopped")

    def _spawn(self, child: _Child) -> None:
        self._report(child.program.name, "starting")
        child.ready = False
        child.started_at = time.monotonic()
        try:
            child.process = child.program.spawn()
        except OSError as fault:
            self._back_off(child, str(fault))

    def _note_end(self, child: _Child, code: int) -> None:
        if child.ready and time.monotonic() - child.started_at > STEADY_SECONDS:
            child.faults = 0
        ended = f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
        self._back_off(child, ended)

    def _back_off(self, child: _Child, reason: str) -> None:
        delay = min(FIRST_DELAY * 2**child.faults, LONGEST_DELAY)
        child.faults += 1
        child.process = None
        child.ready = False
        child.start_again_at = time.monotonic() + delay
        self._report(child.program.name, f"{reason}; starting again in {delay:g} s")


def keep_short(log_file: Path) -> None:
    """Move a log that has grown large aside; its writers append, so they go on at the top of the emptied file."""
    if log_file.exists() and log_file.stat().st_size > LONGEST_LOG:
        log_file.with_suffix(".log.1").write_bytes(log_file.read_bytes())
        os.truncate(log_file, 0)


def _runs(child: _Child) -> bool:
    return child.process is not None and child.process.poll() is None


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
