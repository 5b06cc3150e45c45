"""`bursar up` on one machine: what it says, what it survives, and that it leaves nothing behind."""

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import urllib3

from bursar.installation import PARTS, Installation
from tests.e2e.patience import eventually

STOP_SECONDS = 10
NAMES = sorted(["postgres", *(f"{part} {kind}"[:15] for part in PARTS for kind in ("web", "worker"))])


class Run:
    """One `bursar up`, as a person starts it."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self.port = port
        self.output = data_dir.parent / "up.txt"
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bursar", "up", "--port", str(port), "--data", str(data_dir)],
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def ready(self) -> "Run":
        eventually(lambda: self.process.poll() is not None or "Ready:" in self.output.read_text())
        assert self.said().endswith(f"Ready: http://127.0.0.1:{self.port}\n"), self.said()
        return self

    def said(self) -> str:
        return self.output.read_text()

    def children(self) -> dict[str, psutil.Process]:
        return dict(self.named(recursive=False))

    def everything(self) -> list[psutil.Process]:
        return [child for _, child in self.named(recursive=True)]

    def named(self, *, recursive: bool) -> list[tuple[str, psutil.Process]]:
        """The processes below the supervisor; those of PostgreSQL come and go while one looks."""
        found = []
        for child in psutil.Process(self.process.pid).children(recursive=recursive):
            with suppress(psutil.NoSuchProcess):
                if child.status() != psutil.STATUS_ZOMBIE:
                    found.append((child.name(), child))
        return found

    def answers(self) -> bool:
        """On a connection of its own: one kept from before may belong to a process that was killed since."""
        alone = {"Connection": "close"}
        answer = urllib3.request(
            "GET", f"http://127.0.0.1:{self.port}/readyz", headers=alone, retries=False, timeout=30
        )
        return answer.status == 200

    def stop(self, number: int = signal.SIGINT) -> None:
        if self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(STOP_SECONDS)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("up") / "data"


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def running(data_dir: Path, port: int) -> Iterator[Run]:
    run = Run(data_dir, port).ready()
    yield run
    run.stop()


def test_it_runs_every_part_and_says_where(running: Run) -> None:
    assert sorted(running.children()) == NAMES
    assert running.answers()
    assert running.said().count("Ready:") == 1


def test_only_its_own_account_may_read_its_secrets(running: Run, data_dir: Path) -> None:
    assert stat.S_IMODE((data_dir / "secrets.json").stat().st_mode) == 0o600


def test_a_second_one_on_the_same_data_is_refused(running: Run, data_dir: Path) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "bursar", "up", "--data", str(data_dir)], capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    assert second.stderr == f"Error: Bursar is already running on {data_dir} (process {running.process.pid}).\n"


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        tried = subprocess.run(
            [sys.executable, "-m", "bursar", "up", "--port", str(port), "--data", str(tmp_path / "data")],
            capture_output=True,
            text=True,
            check=False,
        )
    assert tried.returncode == 1
    assert tried.stderr == (
        f"Error: Port {port} cannot be used (Address already in use). "
        f"Choose another, for example: make run PORT={port + 123}\n"
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_killed_program_comes_back(running: Run, name: str) -> None:
    before = running.children()[name]
    before.kill()
    eventually(lambda: running.children().get(name, before).pid != before.pid)
    eventually(running.answers, failing_with=urllib3.exceptions.HTTPError)


def test_a_request_waits_while_the_gateway_comes_back(running: Run) -> None:
    """The supervisor keeps the listening socket, so nobody is turned away."""
    gateway = [process for name, process in running.named(recursive=True) if name == "gateway web"]
    for process in gateway:
        process.kill()
    eventually(lambda: not any(process.is_running() for process in gateway))
    assert running.answers()


def test_commands_use_the_running_databases(running: Run, data_dir: Path) -> None:
    added = subprocess.run(
        [
            *(sys.executable, "-m", "bursar", "people", "add", "--data", str(data_dir)),
            *("--name", "Morgan Manager", "--email", "morgan@alliance.example", "--role", "alliance_manager"),
        ],
        env={**os.environ, "BURSAR_PASSWORD": "correct horse battery staple 7"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert added.returncode == 0, added.stderr
    assert added.stdout.startswith("Morgan Manager can sign in as morgan@alliance.example.")
    eventually(lambda: sign_in(running.port) == 201)


def test_killed_hard_it_leaves_no_process_behind_and_starts_again_on_the_same_port(
    running: Run, data_dir: Path, port: int
) -> None:
    everything = running.everything()
    running.stop(signal.SIGKILL)
    again = Run(data_dir, port).ready()
    try:
        assert not [process for process in everything if process.is_running()]
        assert sign_in(port) == 201, "what was recorded before is still there"
    finally:
        everything = again.everything()
        again.stop(signal.SIGTERM)
    assert again.process.returncode == 0
    assert not Installation(data_dir).postgres.socket_dir.exists()
    assert not [process for process in everything if process.is_running()]


def test_commands_start_the_databases_when_nothing_runs(data_dir: Path) -> None:
    changed = subprocess.run(
        [sys.executable, "-m", "bursar", "people", "password", "nobody@alliance.example", "--data", str(data_dir)],
        env={**os.environ, "BURSAR_PASSWORD": "correct horse battery staple 8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (changed.returncode, changed.stderr) == (1, "Error: Nobody has the address nobody@alliance.example.\n")
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def sign_in(port: int) -> int:
    answer = urllib3.request(
        "POST",
        f"http://127.0.0.1:{port}/api/v1/sessions",
        json={"email": "morgan@alliance.example", "password": "correct horse battery staple 7"},
        timeout=30,
        retries=False,
    )
    return answer.status
