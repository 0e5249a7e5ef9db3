"""What brings an older release back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from hedgerow.contracts.releases import Change, FenceChange, FenceRemoval, RuleChange, RuleRemoval
from hedgerow.contracts.values import FenceId, RuleId
from hedgerow.errors import Conflict, Invalid
from msgspec.structs import replace


class UnknownNumber(Invalid):
    code = "RELEASE_UNKNOWN"

    def __init__(self) -> None:
        super().__init__(
            "There was no release of this number before the one in force.",
            "在当前生效版本之前没有此编号的发布版本",
            field="number",
        )


class NotInReleases(Conflict):
    code = "ROLLBACK_INCOMPLETE"

    def __init__(self, key: str) -> None:
        super().__init__(
            f"What held for {key} then is in no release; draft it by hand.",
            f"{key} 当时的内容不在任何发布版本中，请手动起草",
            field="number",
        )


def rollback(
    then: Mapping[str, Change],
    now: Mapping[str, Change],
    unnumbered: Collection[str],
    new_id: Callable[[], UUID],
    *,
    at: datetime,
) -> tuple[Change, ...]:
    """Changes after which the keys of `now` hold what they held then.

    then        the last change of each key up to the older release
    now         the last change of each key that was changed since
    unnumbered  keys that held then what was published before releases were numbered
    Raises NotInReleases.
    """
    for key in now:
        if key in unnumbered:
            raise NotInReleases(key)
    return tuple(_back(then.get(key), change, new_id, at) for key, change in _differing(then, now))


def _differing(
    then: Mapping[str, Change], now: Mapping[str, Change]
) -> Iterable[tuple[str, Change]]:
    for key, change in now.items():
        gone = isinstance(change, FenceRemoval | RuleRemoval)
        was_gone = isinstance(then.get(key), FenceRemoval | RuleRemoval | None)
        if not (gone and was_gone) and _bare(then.get(key)) != _bare(change):
            yield key, change


def _back(then: Change | None, now: Change, new_id: Callable[[], UUID], at: datetime) -> Change:
    """Ids are of versions: what comes back is another one. A fence is valid from its publication
    on; one that was said of some span only leaves what holds outside it to earlier publications,
    which a single change cannot say once more."""
    match then:
        case FenceChange(fence=fence):
            if fence.valid_to or (fence.valid_from and fence.valid_from > at):
                raise NotInReleases(now.key)
            return FenceChange(fence=replace(fence, fence_id=FenceId(new_id()), valid_from=None))
        case RuleChange(rule=rule):
            return RuleChange(rule=replace(rule, rule_id=RuleId(new_id())))
        case None if isinstance(now, FenceChange):
            fence = now.fence
            return FenceRemoval(plant_id=fence.plant_id, kind=fence.kind, name=fence.name.strip())
        case None if isinstance(now, RuleChange):
            return RuleRemoval(code=now.rule.code)
        case None:
            raise NotInReleases(now.key)
    return then


def _bare(change: Change | None) -> Change | None:
    """Without the id."""
    nobody = UUID(int=0)
    match change:
        case FenceChange(fence=fence):
            return FenceChange(fence=replace(fence, fence_id=FenceId(nobody)))
        case RuleChange(rule=rule):
            return RuleChange(rule=replace(rule, rule_id=RuleId(nobody)))
    return change
