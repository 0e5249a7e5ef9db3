"""The pipeline every message takes, and the process that runs it."""

from hedgerow.service.table import Service, answers_along, batched

__all__ = ["Service", "answers_along", "batched"]
