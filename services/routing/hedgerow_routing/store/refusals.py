"""Refusals that more than one store raises."""

from __future__ import annotations

from hedgerow.errors import Conflict


class IdTaken(Conflict):
    code = "ID_TAKEN"

    def __init__(self, field: str) -> None:
        super().__init__("This id is already in use.", "该标识已被使用", field=field)


class ChangedMeanwhile(Conflict):
    code = "CHANGED_MEANWHILE"

    def __init__(self) -> None:
        super().__init__(
            "Someone else published a new version at the same moment; look at it and try again.",
            "其他人刚刚发布了新版本，请查看后重试",
        )
