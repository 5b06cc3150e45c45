"""gunicorn in a container: one process with threads. For more, run more containers: metrics stay one target each."""

import os

bind = "0.0.0.0:8000"
worker_class = "gthread"
workers = 1
threads = int(os.environ.get("POOL_SIZE", "8"))
# Longer than the proxy and the gateway keep idle connections, so that neither ever writes into a closing one.
keepalive = 75
# Above what the slowest page may take; below what a person waits for.
timeout = 60
graceful_timeout = 8
worker_tmp_dir = "/dev/shm"  # noqa: S108 - gunicorn makes an unnamed file there; it is memory, not a disk
control_socket_disable = True
