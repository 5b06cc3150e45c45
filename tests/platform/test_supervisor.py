"""The supervisor keeps programs running, whatever they do."""

import http.server
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from bursar.forked import fork
from bursar.probe import HttpProbe
from bursar.supervisor import LONGEST_LOG, Program, Supervisor, keep_short
from tests.e2e.patience import eventually


def sleep() -> None:
    """A program that waits to be told."""
    time.sleep(600)


def ignore_sigterm() -> None:
    """A program that does not listen."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("deaf", flush=True)
    time.sleep(600)


def fail() -> None:
    """A program that ends at once."""
    raise SystemExit(3)


class Watched(Supervisor):
    """A supervisor that keeps what it reports."""

    def __init__(self, log_dir: Path) -> None:
        self.said: list[str] = []
        self.log_dir = log_dir
        super().__init__(lambda name, state: self.said.append(f"{name}: {state}"))

    def run(self, name: str, action: Callable[[], None]) -> None:
        log_file = self.log_dir / f"{name}.log"
        self.start(Program(name, lambda: fork(name, action, {}, log_file), lambda: True))

    def ticked(self) -> "Watched":
        self.tick()
        return self


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Watched]:
    supervisor = Watched(tmp_path)
    yield supervisor
    supervisor.stop(list(supervisor.pids()), within=0, hurry=lambda: True)


def test_a_killed_program_is_started_again(supervisor: Watched) -> None:
    supervisor.run("clerk", sleep)
    first = supervisor.pids()["clerk"]
    os.kill(first, signal.SIGKILL)
    eventually(lambda: supervisor.ticked().pids().get("clerk", first) != first)
    assert "clerk: ended by SIGKILL; starting again in 0.25 s" in supervisor.said


def test_a_program_that_keeps_failing_is_started_less_and_less_often(supervisor: Watched) -> None:
    supervisor.run("clerk", fail)
    eventually(lambda: supervisor.ticked() and "clerk: ended with status 3; starting again in 1 s" in supervisor.said)
    waits = [line.split()[-2] for line in supervisor.said if "again" in line]
    assert waits == ["0.25", "0.5", "1"]


def test_a_program_that_cannot_be_started_is_reported_and_tried_again(supervisor: Watched) -> None:
    missing = Program("ghost", lambda: subprocess.Popen(["/nowhere"]), lambda: True)
    supervisor.start(missing)
    assert supervisor.said[-1] == "ghost: [Errno 2] No such file or directory: '/nowhere'; starting again in 0.25 s"
    assert not supervisor.is_ready()


def test_stopping_kills_what_does_not_listen(supervisor: Watched, tmp_path: Path) -> None:
    supervisor.run("deaf", ignore_sigterm)
    supervisor.run("clerk", sleep)
    eventually(lambda: "deaf" in (tmp_path / "deaf.log").read_text())
    processes = [psutil.Process(pid) for pid in supervisor.pids().values()]
    supervisor.stop(["deaf", "clerk"], within=0.2, hurry=lambda: False)
    assert supervisor.said[-2:] == ["deaf: stopped", "clerk: stopped"]
    assert not any(process.is_running() for process in processes)


def test_the_programs_of_a_killed_supervisor_end(tmp_path: Path) -> None:
    script = f"""
import sys, time, pathlib
from bursar.forked import fork
print(fork("clerk", lambda: time.sleep(600), {{}}, pathlib.Path({str(tmp_path / "log")!r})).pid, flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        child = psutil.Process(int(supervisor.stdout.readline()))
        supervisor.kill()
    eventually(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_a_fork_has_its_own_name_environment_and_no_file_of_its_parent_that_it_should_not(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("for the parent only")

    def tell() -> None:
        listing = [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
        print(Path("/proc/self/comm").read_text(), os.environ["COLOUR"], str(secret) in listing, flush=True)

    with secret.open():
        assert fork("green clerk", tell, {"COLOUR": "green"}, tmp_path / "log").wait() == 0
    assert (tmp_path / "log").read_text().split("\n") == ["green clerk", " green False", ""]


def test_a_fork_that_raises_leaves_its_reason_in_the_log(tmp_path: Path) -> None:
    assert fork("clerk", lambda: 1 // 0, {}, tmp_path / "log").wait() == 1
    assert "ZeroDivisionError" in (tmp_path / "log").read_text()


def test_a_log_that_has_grown_large_is_moved_aside(tmp_path: Path) -> None:
    log_file = tmp_path / "clerk.log"
    with log_file.open("ab", buffering=0) as writer:
        writer.write(b"x" * (LONGEST_LOG + 1))
        keep_short(log_file)
        writer.write(b"after")
    assert log_file.read_bytes() == b"after"
    assert (tmp_path / "clerk.log.1").stat().st_size == LONGEST_LOG + 1


@pytest.mark.parametrize(("status", "expected"), [(200, True), (503, False)])
def test_a_probe_believes_only_a_200(status: int, expected: bool) -> None:
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            answered.set()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    answered = threading.Event()
    with http.server.HTTPServer(("127.0.0.1", 0), Page) as server:
        probe = HttpProbe(server.server_address[1], "/readyz")
        assert not probe.poll(), "nobody has answered yet, and a probe never waits"
        server.handle_request()
        assert answered.wait(10)
        assert probe.poll() is expected
        probe.close()


def test_a_probe_of_a_port_where_nobody_listens_says_no() -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        port = server.server_address[1]
    assert not HttpProbe(port, "/readyz").poll()
