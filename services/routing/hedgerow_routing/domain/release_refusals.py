"""Why a release is not edited or published."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hedgerow.contracts.releases import (
    Change,
    FenceChange,
    FenceRemoval,
    LimitsChange,
    PresenceChange,
    RuleChange,
    RuleRemoval,
    SafetyChange,
)
from hedgerow.errors import Conflict, Denied, Invalid, Refused


class ReleaseMoved(Conflict):
    code = "RELEASE_MOVED"

    def __init__(self) -> None:
        super().__init__(
            "The release has changed since you looked at it; look again.",
            "该发布版本在您查看后已变更，请重新查看",
            field="expected_version",
        )


class ReleaseClosed(Conflict):
    code = "RELEASE_CLOSED"

    def __init__(self) -> None:
        super().__init__(
            "What was published is not changed any more; draft another release.",
            "已发布的版本不可更改，请另行起草",
            field="release_id",
        )


class ReleaseEmpty(Invalid):
    code = "RELEASE_EMPTY"

    def __init__(self) -> None:
        super().__init__(
            "This release changes nothing.", "该发布版本不包含任何变更", field="release_id"
        )


class ReleaseTooLarge(Invalid):
    code = "RELEASE_TOO_LARGE"

    def __init__(self, where: str) -> None:
        super().__init__(
            "The changes of a release are 2 MB together at most; make two of it.",
            "一个发布版本的变更总计不得超过 2 MB，请拆分",
            field=where,
        )


class UnknownChange(Invalid):
    code = "CHANGE_UNKNOWN"

    def __init__(self, where: str) -> None:
        super().__init__(
            "The release has no change of this key.", "该发布版本没有此变更", field=where
        )


class NotSimulated(Conflict):
    code = "RELEASE_NOT_SIMULATED"

    def __init__(self) -> None:
        super().__init__(
            "Publishing needs a simulation newer than the last edit and the last publication, or a"
            " second person's override.",
            "发布前须有晚于最后一次编辑及最近一次发布的模拟，或由第二人说明理由后放行",
            field="release_id",
        )


class OwnEdit(Denied):
    code = "OWN_EDIT"

    def __init__(self) -> None:
        super().__init__(
            "Whoever edited the release last cannot answer for it as the second person.",
            "最后一次编辑者不能作为第二人放行",
            field="release_id",
        )


class ReleaseRequired(Conflict):
    code = "RELEASE_REQUIRED"

    def __init__(self) -> None:
        super().__init__(
            "The gate is closed: put this change into a release.",
            "发布闸门已关闭，请通过发布版本提交此变更",
        )


@contextmanager
def inside(prefix: str) -> Iterator[None]:
    """What is refused within names its fields below `prefix`."""
    try:
        yield
    except Refused as refused:
        refused.field = f"{prefix}{refused.field}" if refused.field else prefix.rstrip(".")
        raise


_MEMBERS: dict[type[Change], str] = {
    FenceChange: "fence",
    FenceRemoval: "removal",
    RuleChange: "rule",
    RuleRemoval: "rule_removal",
    LimitsChange: "limits",
    SafetyChange: "safety",
    PresenceChange: "policy",
}


def where(change: Change, position: int) -> str:
    """What stands before the fields of what is refused of it when its release is published."""
    return f"changes.{position}.{_MEMBERS[type(change)]}."
