"""A run's figures for Prometheus: in a file that node_exporter collects, or from a port that is scraped."""

from odt_async.metrics.export import MetricsFile, served
from odt_async.metrics.snapshot import metrics_of
from odt_async.metrics.watcher import MetricsWatcher

__all__ = ["MetricsFile", "MetricsWatcher", "metrics_of", "served"]
