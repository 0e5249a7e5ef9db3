"""Bringing an older release back."""

from __future__ import annotations

import strawberry
from hedgerow.contracts.releases import RollBackRelease

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.act import Act
from hedgerow_gateway.schema.errors import UserError, mutation, user_errors
from hedgerow_gateway.schema.fields import entered, member, same
from hedgerow_gateway.schema.releases import Release


@strawberry.input(description="Which release is to hold again.")
class ReleaseRollbackInput:
    number: int = entered("版本号", "Number", "Of a release before the one in force.")


@strawberry.type(description="What became of releaseRollback.")
class ReleaseRollbackPayload:
    release: Release | None = member(
        "发布版本", "Release", "A draft that brings it back, to be simulated and published."
    )
    user_errors: list[UserError] = user_errors(
        "ReleaseRollback",
        {
            "ID_TAKEN": "The id is in use.",
            "RELEASE_TOO_LARGE": "What has changed since is too large for one release.",
            "COUNT_INVALID": "Too much has changed since for one release.",
            "RELEASE_UNKNOWN": "There was no release of this number before the one in force.",
            "ROLLBACK_INCOMPLETE": "Something that held then is in no release.",
        },
    )


async def release_rollback(info: Info, input: ReleaseRollbackInput) -> ReleaseRollbackPayload:
    act = Act.of(info)
    command = RollBackRelease(release_id=act.new_id(), number=input.number)
    return ReleaseRollbackPayload(release=same(await act.send(command)))


@strawberry.type
class ReleaseRollbackMutations:
    release_rollback: ReleaseRollbackPayload | None = mutation(
        ReleaseRollbackPayload,
        release_rollback,
        "Draft what brings an older release back, as a release of its own.",
    )
