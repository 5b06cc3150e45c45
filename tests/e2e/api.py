"""A program that uses `/api/v1` as one person."""

import json
from typing import Any
from uuid import uuid4

import urllib3

# Between the sending of a request and its arrival the server may close a connection that was idle for long. What
# reads, and what carries an idempotency key, may then be sent again.
ONCE_MORE = urllib3.Retry(total=1, connect=0, redirect=False, status=0, allowed_methods={"GET", "POST"})


class Refused(AssertionError):
    """The API answered with a problem."""

    def __init__(self, status: int, problem: dict[str, Any], call: str) -> None:
        super().__init__(f"{call} answered {status}: {problem}")
        self.status = status
        self.code = problem.get("code")
        self.problem = problem


class Api:
    """Signed-in calls to `/api/v1`; each POST carries an idempotency key of its own."""

    def __init__(self, base_url: str, email: str, password: str, seat: str | None = None, *, token: str = "") -> None:
        self._base = base_url
        self._http = urllib3.PoolManager(timeout=60, retries=ONCE_MORE)
        self._token = token
        if not token:
            self._token = self.post("/sessions", {"email": email, "password": password, "seat": seat})["token"]

    def get(self, path: str) -> Any:
        """The JSON of GET /api/v1{path}; raises Refused on a problem."""
        return self.send("GET", path)[0]

    def post(self, path: str, body: Any = None, *, version: int | None = None, content_type: str = "") -> Any:
        """POST JSON, or bytes of `content_type`."""
        return self.send("POST", path, body, version=version, content_type=content_type)[0]

    def put(self, path: str, body: Any, *, version: int | None = None) -> Any:
        """PUT JSON with If-Match where a version is given."""
        return self.send("PUT", path, body, version=version)[0]

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        version: int | None = None,
        key: str | None = None,
        content_type: str = "",
    ) -> tuple[Any, int]:
        """Any call: (JSON, status). Raises Refused from 400 on."""
        headers = {"Content-Type": content_type or "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if method == "POST":
            headers["Idempotency-Key"] = key or str(uuid4())
        payload = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        answer = self._http.request(method, f"{self._base}/api/v1{path}", body=payload, headers=headers)
        parsed = json.loads(answer.data) if answer.data else None
        if answer.status >= 400:
            raise Refused(answer.status, parsed or {}, f"{method} {path}")
        return parsed, answer.status
