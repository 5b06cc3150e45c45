"""The product as docker-compose.yml deploys it, with its own secrets and project name."""

import json
import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import urllib3

from bursar.fresh_secrets import fresh_secrets
from chassis.database import Database
from tests.e2e.patience import eventually
from tests.e2e.stack import Stack

REPOSITORY = Path(__file__).parents[2]
FILES = ("-f", str(REPOSITORY / "docker-compose.yml"), "-f", str(Path(__file__).with_name("published.yml")))
IMAGE = "bursar:compose-test"
PROJECT = f"bursar-test-{os.getpid()}"


def compose_command() -> list[str]:
    """docker-compose 1.29, or Compose v2 in its place; empty where there is neither."""
    if old := shutil.which("docker-compose"):
        return [old]
    return ["docker", "compose"] if shutil.which("docker") else []


class ComposeStack(Stack):
    """All containers of one project; `url` is the proxy's public port."""

    def __init__(self) -> None:
        self.secrets = fresh_secrets("postgres", "rabbitmq")
        self.url = f"http://127.0.0.1:{(port := _free_port())}"
        self.environment = {
            **os.environ,
            **self.secrets,
            "PORT": str(port),
            "TLS_PORT": str(_free_port()),
            "BURSAR_IMAGE": IMAGE,
        }
        self._databases: dict[str, Database] = {}

    def start(self) -> None:
        """Start every container of the image that `make image` built, and wait for the gateway behind the proxy."""
        try:
            self.compose("up", "-d", "--no-build")
            eventually(self._answers, failing_with=urllib3.exceptions.HTTPError)
        except (AssertionError, urllib3.exceptions.HTTPError) as fault:
            fault.add_note(self.compose("logs", "--no-color", "--tail", "30", check=False))
            raise

    def stop(self) -> None:
        """Remove every container, network and volume of the project."""
        for database in self._databases.values():
            database.dispose()
        self.compose("down", "--volumes", "--timeout", "8")

    def compose(self, *arguments: str, check: bool = True) -> str:
        """Run docker-compose on this project; returns what it wrote to standard output."""
        run = subprocess.run(
            [*compose_command(), *FILES, "-p", PROJECT, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0 or not check, f"{arguments}: {run.stdout[-4000:]}\n{run.stderr[-4000:]}"
        return run.stdout

    def database(self, part: str) -> Database:
        """A part's database, as its own login reaches it."""
        if part not in self._databases:
            address = self.compose("port", "postgres", "5432").strip()
            password = self.secrets[f"{part.upper()}_PASSWORD"]
            self._databases[part] = Database(f"postgresql+psycopg://{part}:{password}@{address}/{part}", pool_size=2)
        return self._databases[part]

    def kill_worker(self, part: str) -> None:
        """SIGKILL the process in a worker's container; Docker starts the container again."""
        self.compose("exec", "-T", f"{part}-worker", "sh", "-c", "kill -9 $(cat /proc/1/task/1/children)", check=False)
        eventually(lambda: self.restarts(f"{part}-worker") > 0)

    def lose_messages(self) -> None:
        """No worker is frozen here, so none has messages to lose."""

    def restarts(self, service: str) -> int:
        """How often Docker has started a service's container again."""
        container = self.compose("ps", "-q", service).strip()
        inspected = ["docker", "inspect", "-f", "{{.RestartCount}}", container]
        return int(subprocess.run(inspected, capture_output=True, text=True, check=True).stdout)

    def inspect(self) -> dict[str, Any]:
        """What Docker knows of each running container, by its service."""
        containers = self.compose("ps", "-q").split()
        inspected = subprocess.run(["docker", "inspect", *containers], capture_output=True, check=True).stdout
        facts = [fact for fact in json.loads(inspected) if fact["State"]["Running"]]
        return {fact["Config"]["Labels"]["com.docker.compose.service"]: fact for fact in facts}

    def ours(self) -> list[dict[str, Any]]:
        """What Docker knows of each running container of our own image."""
        return [facts for facts in self.inspect().values() if facts["Config"]["Image"] == IMAGE]

    def fails(self, *arguments: str) -> str:
        """Run docker-compose where it should fail; returns all that it wrote."""
        command = [*compose_command(), *FILES, "-p", PROJECT, *arguments]
        run = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert run.returncode != 0
        return run.stdout + run.stderr

    def verify(self) -> list[str]:
        """The breaches that `bursar verify` finds, run in a container of the same image."""
        said = self.compose("run", "--rm", "-T", "migrate", "bursar", "verify", check=False)
        assert "checks hold" in said or "BREACH" in said, said
        return [line for line in said.splitlines() if line.startswith("BREACH")]

    def _answers(self) -> bool:
        return urllib3.request("GET", f"{self.url}/readyz", retries=False, timeout=10).status == 200


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
