"""Reads: SQL -> view. Nothing here changes a row."""
