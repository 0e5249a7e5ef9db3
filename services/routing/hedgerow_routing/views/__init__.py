"""Reads: SQL -> view."""
