"""`bursar up`: the whole of Bursar on one machine, under one supervisor."""

import errno
import signal
import socket
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from bursar.embedded import START_SECONDS, die_with_parent
from bursar.forked import Forked, fork
from bursar.installation import PARTS, SERVICES, Installation, environment_of
from bursar.probe import HttpProbe
from bursar.screen import Screen
from bursar.supervisor import Program, Supervisor, keep_short

HOST = "127.0.0.1"
TICK_SECONDS = 0.1
STOP_SECONDS = 8.0
DATABASE_STOP_SECONDS = 1.5
LOG_CHECK_SECONDS = 60.0
ORPHANS_SECONDS = 10.0  # how long the programs of a killed supervisor may take to leave the port
THREADS = {"gateway": 16}
SERVICE_THREADS = 8


class CannotStart(Exception):
    """Bursar cannot run; the message tells the person why and what to do."""


class StopAsked(Exception):
    """The person pressed Ctrl-C, or the system asked us to end, before we were ready."""


class Up:
    """One run of the whole product over an installation, from the first process to the last."""

    def __init__(self, installation: Installation, port: int, screen: Screen) -> None:
        self._installation = installation
        self._port = port
        self._screen = screen
        self._supervisor = Supervisor(screen.report)
        self._stops_asked = 0
        self._logs_checked = time.monotonic()

    def run(self, *, demo: bool) -> None:
        """Start everything, print where it is, and keep it running until told to stop.

        Raises CannotStart or AlreadyRunning with a message for the person.
        """
        with self._installation.locked() as unclean:
            public = self._listen_publicly(patience=ORPHANS_SECONDS if unclean else 0.0)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, self._ask_to_stop)
            try:
                self._start(public, demo=demo)
                self._announce(demo=demo)
                while True:
                    self._pause()
            except StopAsked:
                self._screen.settle()
            finally:
                self._stop()

    @property
    def url(self) -> str:
        """Where people and programs find the gateway."""
        return f"http://{HOST}:{self._port}"

    def _listen_publicly(self, *, patience: float) -> socket.socket:
        deadline = time.monotonic() + patience
        while True:
            try:
                return _listen(self._port)
            except OSError as fault:
                if fault.errno == errno.EADDRINUSE and time.monotonic() < deadline:
                    time.sleep(0.1)
                    continue
                raise CannotStart(
                    f"Port {self._port} cannot be used ({fault.strerror}). "
                    f"Choose another, for example: make run PORT={self._port + 123}"
                ) from None

    def _start(self, public: socket.socket, *, demo: bool) -> None:
        settings = self._installation.environment()
        self._start_database()
        self._screen.report("programs", "loading")
        from bursar import programs  # only now: whoever cannot start is to hear of it at once

        programs.settle()
        self._screen.report("programs", "loaded")
        self._run_step("migrate", lambda: programs.migrate(settings), settings)
        settings["PUBLIC_URL"] = self.url
        listeners = {service: _listen(0) for service in SERVICES} | {"gateway": public}
        for service in SERVICES:
            settings[f"{service.upper()}_URL"] = f"http://{HOST}:{listeners[service].getsockname()[1]}"
        for part in PARTS:
            self._supervisor.start(self._web(part, settings, listeners[part]))
            self._supervisor.start(self._worker(part, settings))
        self._until(self._supervisor.is_ready)
        if demo and not self._installation.demo_marker.exists():
            self._run_step("demo", lambda: programs.load_demo(settings), settings)
            self._installation.demo_marker.touch()
        self._screen.settle()

    def _start_database(self) -> None:
        postgres = self._installation.postgres
        postgres.prepare()
        database = Program(
            "postgres",
            spawn=lambda: postgres.spawn(on_spawn=die_with_parent(signal.SIGINT)),
            is_ready=postgres.is_ready,
            stop_signal=signal.SIGINT,
        )
        self._supervisor.start(database)
        deadline = time.monotonic() + START_SECONDS
        self._until(lambda: self._supervisor.is_ready() or time.monotonic() > deadline)
        if not self._supervisor.is_ready():
            raise CannotStart(f"PostgreSQL did not start; its log is {postgres.log_file}.")

    def _web(self, part: str, settings: Mapping[str, str], listener: socket.socket) -> Program:
        from bursar import programs

        name = f"{part} web"
        threads = THREADS.get(part, SERVICE_THREADS)
        environment = environment_of(part, settings) | {"POOL_SIZE": str(threads)}
        number, port = listener.fileno(), listener.getsockname()[1]

        def spawn() -> Forked:
            serve = partial(programs.web, part, number, threads)
            return fork(name, serve, environment, self._log_file(f"{part}-web"), keep=[number])

        return Program(name, spawn, HttpProbe(port, "/readyz").poll)

    def _worker(self, part: str, settings: Mapping[str, str]) -> Program:
        from bursar import programs

        name = f"{part} worker"
        environment = environment_of(part, settings)
        probe: list[HttpProbe] = []

        def spawn() -> Forked:
            port = _free_port()  # a new one each time: another program may have taken the old one meanwhile
            probe[:] = [HttpProbe(port, "/readyz")]
            here = environment | {"WORKER_PORT": str(port)}
            return fork(name, partial(programs.worker, part), here, self._log_file(f"{part}-worker"))

        return Program(name, spawn, lambda: probe[0].poll())

    def _run_step(self, name: str, action: Callable[[], object], settings: Mapping[str, str]) -> None:
        """Run one thing to its end; raises CannotStart with the end of its log if it fails."""
        self._screen.report(name, "running")
        log_file = self._log_file(name)
        step = fork(name, action, settings, log_file)
        try:
            self._until(lambda: step.poll() is not None)
        finally:
            step.send_signal(signal.SIGKILL)
            step.wait()
        if step.returncode:
            tail = "\n".join(log_file.read_text(errors="replace").splitlines()[-8:])
            raise CannotStart(f"The step '{name}' failed; the end of {log_file}:\n{tail}")
        self._screen.report(name, "done")

    def _announce(self, *, demo: bool) -> None:
        if demo:
            from bursar.demo import sign_ins

            self._screen.say()
            for line in sign_ins():
                self._screen.say(line)
        self._screen.say()
        self._screen.say(f"Ready: {self.url}")

    def _stop(self) -> None:
        asked = self._stops_asked
        names = [name for part in PARTS for name in (f"{part} web", f"{part} worker")]
        self._supervisor.stop(names, within=STOP_SECONDS, hurry=lambda: self._stops_asked > max(asked, 1))
        self._supervisor.stop(["postgres"], within=DATABASE_STOP_SECONDS, hurry=lambda: False)
        self._installation.postgres.forget_socket()

    def _ask_to_stop(self, *_: object) -> None:
        self._stops_asked += 1

    def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._pause()

    def _pause(self) -> None:
        if self._stops_asked:
            raise StopAsked
        time.sleep(TICK_SECONDS)
        self._supervisor.tick()
        if time.monotonic() - self._logs_checked > LOG_CHECK_SECONDS:
            self._logs_checked = time.monotonic()
            for log_file in self._installation.log_dir.glob("*.log"):
                keep_short(log_file)

    def _log_file(self, name: str) -> Path:
        return self._installation.log_dir / f"{name}.log"


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(1024)
    except OSError:
        listener.close()
        raise
    return listener


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
