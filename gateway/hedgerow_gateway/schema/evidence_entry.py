"""An entry of evidence, and what checking a chain of them found."""

from __future__ import annotations

from datetime import datetime

import strawberry

from hedgerow_gateway.schema.enums import FaultKind, PresenceVerdict
from hedgerow_gateway.schema.fields import derived, shown
from hedgerow_gateway.schema.finding import to_plant
from hedgerow_gateway.schema.plants import Plant
from hedgerow_gateway.schema.scalars import Json
from hedgerow_gateway.schema.values import Basis, Position


@strawberry.type(description="One field before and after a change.")
class FieldChange:
    field: str = shown("字段", "Field", "Of the thing that changed, dotted.")
    before: Json | None = shown("变更前", "Before", "Null for what is new.")
    after: Json | None = shown("变更后", "After", "Null for what is gone.")


@strawberry.type(description="Where the actor was when they acted.")
class PresenceNote:
    number: str = shown("编号", "Number", "Of the attestation.")
    act: str = shown("操作", "Act", "What it was attested for.")
    verdict: PresenceVerdict = shown("判定", "Verdict", "Whether they were at the plant.")
    wgs84: Position = derived(lambda note: note, "WGS-84 位置", "WGS-84 point", "Where they were.")
    accuracy_m: float = shown("精度（米）", "Accuracy (m)", "Radius of the uncertainty.")
    at: datetime = shown("定位时间", "At", "When the position was taken.")
    confirmed_by: str | None = derived(
        lambda note: note.confirmed_by or None, "确认人", "Confirmed by", "Who vouched, or null."
    )


@strawberry.type(description="One change of one thing; never edited.")
class EvidenceEntry:
    owner: str = shown("服务", "Owner", "The service that keeps it.")
    stream: str = shown("链", "Stream", "What changed.")
    seq: int = shown("序号", "Number", "In its stream, from 1.")
    plant: Plant | None = to_plant("工厂", "Plant", "Whose data it belongs to now.")
    at: datetime = shown("时间", "At", "When it was done.")
    actor: str = shown("操作人", "Actor", "Who did it; a service begins with service:.")
    action: str = shown("动作", "Action", "What was done.")
    changes: list[FieldChange] = shown("变更", "Changes", "What it changed.")
    basis: Basis | None = shown("依据", "Basis", "Why; critical changes have one.")
    presence: PresenceNote | None = shown("到场", "Presence", "Where they were, if they said so.")
    cause: str = shown("起因", "Cause", "The message that made them do it.")
    ip: str = shown("IP 地址", "IP address", "Empty for what a service did by itself.")
    device: str = shown("设备", "Device", "What the client said of itself.")
    request_id: str = shown("请求标识", "Request id", "Of the answer, and in every log.")
    trace_id: str = shown("追踪标识", "Trace id", "In every trace.")
    hash: str = shown("哈希", "Hash", "SHA-256 over the entry and the hash before it.")


@strawberry.type(description="A signed Merkle root over all chains that had changed.")
class Anchor:
    number: int = shown("编号", "Number", "From 1, without a gap.")
    at: datetime = shown("时间", "At", "When it was made.")
    chains: int = shown("链数", "Chains", "How many it covers.")
    root: str = shown("根哈希", "Root", "Hexadecimal.")
    signature: str = shown("签名", "Signature", "Hexadecimal.")


@strawberry.type(description="What is wrong with a chain, or with an anchor.")
class EvidenceFault:
    kind: FaultKind = shown("类型", "Kind", "What is wrong.")
    stream: str = shown("链", "Stream", "Where.")
    seq: int = shown("序号", "Number", "Of the entry or of the anchor.")
    detail: str = shown("说明", "Detail", "In words.")


@strawberry.type(name="StreamVerdict", description="What checking a chain found.")
class ChainVerdict:
    owner: str = shown("服务", "Owner", "The service that keeps it.")
    stream: str = shown("链", "Stream", "Which chain.")
    ok: bool = derived(lambda it: not it.faults, "完好", "OK", "Whether nothing is wrong.")
    entries: int = shown("条数", "Entries", "Of the chain.")
    anchored: int = shown("已锚定", "Anchored", "How many of them an anchor covers.")
    head: str = shown("链头", "Head", "Hash of the last entry.")
    anchor: Anchor | None = shown("锚", "Anchor", "The last one over it; null before the first.")
    faults: list[EvidenceFault] = shown("问题", "Faults", "Empty when it is intact.", entries=1)
