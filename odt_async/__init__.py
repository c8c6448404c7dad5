"""Bulk executor for Webex Calling: CSV rows in, every row accounted for."""

__version__ = "0.1.0"
