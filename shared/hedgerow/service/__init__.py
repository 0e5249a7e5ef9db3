"""The pipeline every message takes, and the process that runs it."""

from hedgerow.service.table import Service, batched

__all__ = ["Service", "batched"]
