"""Refusals that more than one store raises."""

from __future__ import annotations

from hedgerow.auth import Caller, Permission, TenantGrant
from hedgerow.errors import Conflict, Denied


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


class NothingToRemove(Conflict):
    code = "NOTHING_TO_REMOVE"

    def __init__(self, field: str) -> None:
        super().__init__("There is no such thing in force.", "没有生效的该项内容", field=field)


class ServicesOnly(Denied):
    code = "SERVICES_ONLY"

    def __init__(self, *, detail: str) -> None:
        super().__init__(
            "Only Hedgerow's own services may ask this.",
            "此请求仅供系统内部服务使用",
            detail=detail,
        )


def grant_to_service(caller: Caller, permission: Permission) -> TenantGrant:
    """Raises ServicesOnly for a person, whatever they hold."""
    if not caller.is_service:
        raise ServicesOnly(detail=caller.subject)
    return caller.grant_tenant(permission)
