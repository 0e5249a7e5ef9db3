"""Reads: SQL -> views. Nothing here changes a row."""
