"""The report of a run as a page: one HTML file that opens without a network and tells how the night went."""

from __future__ import annotations

from odt_async.report.page import Page, write_page

__all__ = ["Page", "write_page"]
