"""Drafting, simulating and publishing releases."""

from __future__ import annotations

import strawberry
from hedgerow.contracts.releases import (
    DraftRelease,
    EditRelease,
    OverrideRelease,
    PublishRelease,
    SetReleaseGate,
    SimulateRelease,
)

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.act import Act
from hedgerow_gateway.schema.enums import Gate
from hedgerow_gateway.schema.errors import UserError, mutation, user_errors
from hedgerow_gateway.schema.fields import entered, member, same
from hedgerow_gateway.schema.ids import uuid_of
from hedgerow_gateway.schema.release_changes import CHANGE_CODES, ReleaseChangeInput, changes_of
from hedgerow_gateway.schema.releases import Release, ReleaseGate
from hedgerow_gateway.schema.simulations import Simulation

_MOVED = {
    "RELEASE_CLOSED": "It was published, and is not changed any more.",
    "RELEASE_MOVED": "It has changed since; look again.",
}


@strawberry.input(description="A new draft.")
class ReleaseDraftInput:
    title: str = entered("标题", "Title", "What people call it.")
    changes: list[ReleaseChangeInput] | None = entered(
        "变更", "Changes", "At most one of each key.", optional=True
    )


@strawberry.type(description="What became of releaseDraft.")
class ReleaseDraftPayload:
    release: Release | None = member("发布版本", "Release", "The draft.")
    user_errors: list[UserError] = user_errors("ReleaseDraft", CHANGE_CODES)


@strawberry.input(description="Changes put into a draft, and keys of those taken out.")
class ReleaseChangesSetInput:
    release_id: strawberry.ID = entered("发布版本", "Release", "Which draft.")
    expected_version: int = entered("修订号", "Expected version", "Of the release as you saw it.")
    put: list[ReleaseChangeInput] | None = entered(
        "写入", "Put", "Each replaces the change of its key, or comes last.", optional=True
    )
    remove: list[str] | None = entered("移除", "Remove", "Keys of changes.", optional=True)


@strawberry.type(description="What became of releaseChangesSet.")
class ReleaseChangesSetPayload:
    release: Release | None = member("发布版本", "Release", "A draft again.")
    user_errors: list[UserError] = user_errors(
        "ReleaseChangesSet",
        {**CHANGE_CODES, **_MOVED, "CHANGE_UNKNOWN": "The release has no change of this key."},
    )


@strawberry.input(description="A second person's word.")
class ReleaseOverrideInput:
    release_id: strawberry.ID = entered("发布版本", "Release", "Which draft.")
    expected_version: int = entered("修订号", "Expected version", "Of the release as you saw it.")
    reason: str = entered("理由", "Reason", "Why it may be published without a simulation.")


@strawberry.type(description="What became of releaseOverride.")
class ReleaseOverridePayload:
    release: Release | None = member("发布版本", "Release", "As it stands now.")
    user_errors: list[UserError] = user_errors(
        "ReleaseOverride",
        {**_MOVED, "OWN_EDIT": "Who edited it last cannot be the second person."},
    )


@strawberry.input(description="Which release, as it was seen.")
class ReleasePublishInput:
    release_id: strawberry.ID = entered("发布版本", "Release", "Which one.")
    expected_version: int = entered("修订号", "Expected version", "Of the release as you saw it.")


@strawberry.type(description="What became of releasePublish.")
class ReleasePublishPayload:
    release: Release | None = member("发布版本", "Release", "It is in force.")
    user_errors: list[UserError] = user_errors(
        "ReleasePublish",
        {
            **_MOVED,
            "RELEASE_EMPTY": "It changes nothing.",
            "RELEASE_NOT_SIMULATED": "It lacks a simulation newer than the last edit and the last"
            " publication, or an override.",
            "CHANGED_MEANWHILE": "Somebody else published at the same moment; try again.",
            "NOTHING_TO_REMOVE": "There is no such fence or rule in force.",
            "RULE_TIE": "A rule could match the same order as another, and neither is stronger.",
            "RULE_UNREACHABLE": "A stronger rule takes every order of another.",
            "DIVISION_UNKNOWN": "Divisions were never imported; the message names each.",
            "PERIOD_INVALID": "A fence would end before it begins.",
            "ID_TAKEN": "The id of a fence or a rule is in use.",
            "LOCATION_UNKNOWN": "A location of a chain does not exist.",
        },
    )


@strawberry.input(description="What to simulate, and on which orders.")
class ReleaseSimulateInput:
    release_id: strawberry.ID = entered("发布版本", "Release", "Which draft.")
    days: int = entered("天数", "Days", "Orders decided in the last 1 to 90 days.")


@strawberry.type(description="What became of releaseSimulate.")
class ReleaseSimulatePayload:
    simulation: Simulation | None = member("模拟", "Simulation", "It has begun.")
    user_errors: list[UserError] = user_errors(
        "ReleaseSimulate",
        {
            "DAYS_INVALID": "The days are out of range.",
            "ID_TAKEN": "The id is in use.",
            "RELEASE_CLOSED": "It was published, and is not simulated any more.",
        },
    )


@strawberry.input(description="Whether a fence, a rule or the limits may be published alone.")
class ReleaseGateSetInput:
    gate: Gate = entered("闸门", "Gate", "OPEN or CLOSED.")


@strawberry.type(description="What became of releaseGateSet.")
class ReleaseGateSetPayload:
    gate: ReleaseGate | None = member("闸门", "Gate", "As it is now.")
    user_errors: list[UserError] = user_errors("ReleaseGateSet", {})


async def release_draft(info: Info, input: ReleaseDraftInput) -> ReleaseDraftPayload:
    act = Act.of(info)
    changes = await changes_of(info, act, input.changes or None, "changes")
    command = DraftRelease(release_id=act.new_id(), title=input.title, changes=changes)
    return ReleaseDraftPayload(release=same(await act.send(command)))


async def release_changes_set(
    info: Info, input: ReleaseChangesSetInput
) -> ReleaseChangesSetPayload:
    act = Act.of(info)
    command = EditRelease(
        release_id=uuid_of("Release", input.release_id, field="release_id"),
        expected_version=input.expected_version,
        put=await changes_of(info, act, input.put or None, "put"),
        remove=tuple(input.remove or ()),
    )
    return ReleaseChangesSetPayload(release=same(await act.send(command)))


async def release_override(info: Info, input: ReleaseOverrideInput) -> ReleaseOverridePayload:
    command = OverrideRelease(
        release_id=uuid_of("Release", input.release_id, field="release_id"),
        expected_version=input.expected_version,
        reason=input.reason,
    )
    return ReleaseOverridePayload(release=same(await Act.of(info).send(command)))


async def release_publish(info: Info, input: ReleasePublishInput) -> ReleasePublishPayload:
    command = PublishRelease(
        release_id=uuid_of("Release", input.release_id, field="release_id"),
        expected_version=input.expected_version,
    )
    return ReleasePublishPayload(release=same(await Act.of(info).send(command)))


async def release_simulate(info: Info, input: ReleaseSimulateInput) -> ReleaseSimulatePayload:
    act = Act.of(info)
    command = SimulateRelease(
        simulation_id=act.new_id(),
        release_id=uuid_of("Release", input.release_id, field="release_id"),
        days=input.days,
    )
    return ReleaseSimulatePayload(simulation=same(await act.send(command)))


async def release_gate_set(info: Info, input: ReleaseGateSetInput) -> ReleaseGateSetPayload:
    command = SetReleaseGate(gate=input.gate)
    return ReleaseGateSetPayload(gate=same(await Act.of(info).send(command)))


@strawberry.type
class ReleaseMutations:
    release_draft: ReleaseDraftPayload | None = mutation(
        ReleaseDraftPayload, release_draft, "Begin a release; nothing of it holds yet."
    )
    release_changes_set: ReleaseChangesSetPayload | None = mutation(
        ReleaseChangesSetPayload,
        release_changes_set,
        "Put changes into a draft, and take others out.",
    )
    release_simulate: ReleaseSimulatePayload | None = mutation(
        ReleaseSimulatePayload, release_simulate, "Try a draft on the orders of the last days."
    )
    release_override: ReleaseOverridePayload | None = mutation(
        ReleaseOverridePayload,
        release_override,
        "Answer, as a second person, for publishing without a simulation.",
    )
    release_publish: ReleasePublishPayload | None = mutation(
        ReleasePublishPayload, release_publish, "Put all changes of a release in force, or none."
    )
    release_gate_set: ReleaseGateSetPayload | None = mutation(
        ReleaseGateSetPayload,
        release_gate_set,
        "Say whether a fence, a rule or the limits may be published alone.",
    )
