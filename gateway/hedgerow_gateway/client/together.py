"""Doing several things at once, with one error to tell of."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any


async def together(tasks: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run all of them. When one raises, the others are cancelled and its error rises."""
    try:
        async with asyncio.TaskGroup() as group:
            for task in tasks:
                group.create_task(task)
    except ExceptionGroup as several:
        raise several.exceptions[0] from None
