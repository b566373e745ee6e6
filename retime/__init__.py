"""Retime people in an ordinary video by layered neural rendering."""

__version__ = "0.1.0"
