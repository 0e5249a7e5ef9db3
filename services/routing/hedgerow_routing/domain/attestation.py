"""Positions that were looked at before an act, and second persons who vouch for them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from hedgerow.contracts.fields import instant
from hedgerow.contracts.presence import AttestationView, AttestPresence, PositionFix
from hedgerow.contracts.values import LonLat, PresenceVerdict
from hedgerow.errors import Conflict, Denied, Invalid
from msgspec.structs import replace

from .presence import accuracy, verdict_of

OLDEST_FIX = timedelta(seconds=60)
CLOCK_AHEAD = timedelta(seconds=5)
CONFIRM_WITHIN = timedelta(minutes=10)

_NONCE = re.compile("[!-~]{16,64}")


class PositionStale(Invalid):
    code = "POSITION_STALE"

    def __init__(self, *, detail: str) -> None:
        super().__init__(
            "A position is at most 60 seconds old, and not from the future; take it anew.",
            "定位须在 60 秒以内且不得晚于当前时间，请重新定位",
            field="fix.at",
            detail=detail,
        )


class BadNonce(Invalid):
    code = "NONCE_INVALID"


class NonceReplayed(Conflict):
    code = "NONCE_REPLAYED"

    def __init__(self) -> None:
        super().__init__(
            "This position was used before; take it anew.",
            "该定位已使用过，请重新定位",
            field="fix.nonce",
        )


class ConfirmationUnknown(Invalid):
    code = "CONFIRMATION_UNKNOWN"


class NotConfirmed(Conflict):
    code = "NOT_CONFIRMED"


class ConfirmationUsed(Conflict):
    code = "CONFIRMATION_USED"


class ConfirmationLate(Conflict):
    code = "CONFIRMATION_LATE"


class NotUncertain(Conflict):
    code = "NOT_UNCERTAIN"


class AlreadyConfirmed(Conflict):
    code = "ALREADY_CONFIRMED"


class OwnPresence(Denied):
    code = "OWN_PRESENCE"


def check_fix(fix: PositionFix, *, at: datetime) -> PositionFix:
    """Its time is near `at`. It comes back with its time in UTC. Raises Invalid."""
    taken = instant(fix.at, "fix.at")
    if not -CLOCK_AHEAD <= at - taken <= OLDEST_FIX:
        raise PositionStale(detail=f"taken {at - taken} ago")
    if not _NONCE.fullmatch(fix.nonce):
        raise BadNonce(
            "A nonce is 16 to 64 printable ASCII characters without blanks.",
            "随机数须为 16 至 64 个可打印且非空格的 ASCII 字符",
            field="fix.nonce",
        )
    accuracy(fix.accuracy_m, "fix.accuracy_m")
    return replace(fix, at=taken)


def check_confirmation(
    earlier: AttestationView | None, command: AttestPresence, *, subject: str, at: datetime
) -> AttestationView:
    """The earlier attestation, if it is one of the same subject, plant and act that was confirmed
    and is still good. Raises ConfirmationUnknown, NotConfirmed, ConfirmationUsed,
    ConfirmationLate."""
    if earlier is None or (earlier.subject, earlier.plant_id, earlier.act) != (
        subject,
        command.plant_id,
        command.act,
    ):
        raise ConfirmationUnknown(
            "You have no uncertain position of this number for this act here.",
            "您在此处没有该编号的待确认定位",
            field="confirmation",
        )
    if earlier.confirmed_at is None or earlier.verdict is not PresenceVerdict.UNCERTAIN:
        raise NotConfirmed(
            "Nobody has confirmed this position.", "该定位尚未被确认", field="confirmation"
        )
    if earlier.used_at is not None:
        raise ConfirmationUsed(
            "This confirmation was used before.", "该确认已使用过", field="confirmation"
        )
    _check_age(earlier, "confirmation", at)
    return earlier


def attest(
    command: AttestPresence,
    *,
    number: str,
    subject: str,
    wgs84: LonLat,
    distance_m: float | None,
    earlier: AttestationView | None,
    at: datetime,
) -> AttestationView:
    """earlier  a checked confirmation: it makes CONFIRMED of an uncertain position, and nothing of
    any other"""
    verdict = verdict_of(distance_m, command.fix.accuracy_m)
    vouched = earlier if verdict is PresenceVerdict.UNCERTAIN else None
    return AttestationView(
        attestation_id=command.attestation_id,
        number=number,
        plant_id=command.plant_id,
        subject=subject,
        act=command.act,
        verdict=verdict if vouched is None else PresenceVerdict.CONFIRMED,
        fix=command.fix,
        wgs84=wgs84,
        distance_m=distance_m,
        attested_at=at,
        confirmed_by="" if vouched is None else vouched.confirmed_by,
        confirmed_at=None if vouched is None else vouched.confirmed_at,
        used_at=None,
    )


def confirmed(attestation: AttestationView, *, by: str, at: datetime) -> AttestationView:
    """Raises OwnPresence, NotUncertain, AlreadyConfirmed, ConfirmationLate."""
    if by == attestation.subject:
        raise OwnPresence(
            "Another person has to confirm your position.", "须由他人确认您的位置", field="number"
        )
    if attestation.verdict is not PresenceVerdict.UNCERTAIN:
        raise NotUncertain(
            "There is nothing to confirm about this position.", "该定位无需确认", field="number"
        )
    if attestation.confirmed_at is not None:
        raise AlreadyConfirmed(
            "This position was confirmed before.", "该定位此前已被确认", field="number"
        )
    _check_age(attestation, "number", at)
    return replace(attestation, confirmed_by=by, confirmed_at=at)


def _check_age(attestation: AttestationView, field: str, at: datetime) -> None:
    if at - attestation.attested_at > CONFIRM_WITHIN:
        raise ConfirmationLate(
            "This position is more than 10 minutes old.", "该定位已超过 10 分钟", field=field
        )
