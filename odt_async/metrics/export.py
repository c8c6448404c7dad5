"""Where a run's metrics go: a file for node_exporter's textfile collector, a port for Prometheus itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client.exposition import generate_latest, start_http_server
from prometheus_client.registry import Collector, CollectorRegistry

from odt_async.errors import InputError, OutputFailed
from odt_async.sinks.whole_file import whole_file

__all__ = ["MetricsFile", "served"]

_EVERY_S = 5.0
_ANYBODY_READS = 0o644  # node_exporter is another user; there are counts in it and nothing of anybody


class MetricsFile:
    """A file of Prometheus text that is replaced whole, every few seconds and at the end.

    failure: why it could not be written, the first time; the run goes on.
    """

    def __init__(self, path: Path, collector: Collector) -> None:
        self.failure: str | None = None
        self._path = path
        self._due = 0.0
        self._registry = CollectorRegistry()
        self._registry.register(collector)

    def write(self) -> None:
        """Write what the collector has. Raises OutputFailed."""
        with whole_file(self._path, synced=False, mode=_ANYBODY_READS) as file:
            file.write(generate_latest(self._registry))

    def keep(self, *, at_once: bool = False) -> None:
        """Write it, unless that was done a few seconds ago; a failure is noted and ends nothing."""
        now = time.monotonic()
        if now < self._due and not at_once:
            return
        self._due = now + _EVERY_S
        try:
            self.write()
        except OutputFailed as error:
            self.failure = self.failure or str(error)


@contextmanager
def served(collector: Collector, port: int, address: str) -> Iterator[str]:
    """Serve what *collector* has in a thread, and yield the URL; port 0 is any that is free.

    Raises InputError when the port cannot be had.
    """
    registry = CollectorRegistry()
    registry.register(collector)
    try:
        server, thread = start_http_server(port, addr=address, registry=registry)
    except OSError as error:
        raise InputError(
            "--metrics-port: {address} port {port} cannot be used: {reason}",
            address=address,
            port=port,
            reason=error.strerror,
        ) from error
    host = f"[{address}]" if ":" in address else address
    try:
        yield f"http://{host}:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
