"""Why somebody may do what, or what they lack."""

from __future__ import annotations

from collections.abc import Sequence

from hedgerow.auth import PERMISSIONS, Permission, Role
from hedgerow.contracts.access import AccessExplanation, AccessLink, MembershipView
from hedgerow.contracts.values import PlantId

from .membership import Placed, reaches

MOST_ENDED = 10


def explain(
    subject: str,
    plant_id: PlantId | None,
    version: int,
    memberships: Sequence[MembershipView],
    claims: Sequence[AccessLink],
    placed: Placed,
) -> AccessExplanation:
    """memberships  of the subject, also ended ones, oldest first; those that do not reach the
    plant are left out. claims  what their token brought and reaches it"""
    relevant = [each for each in memberships if reaches(each, plant_id, placed)]
    links = (*(granted(each) for each in relevant if each.revoked_at is None), *claims)
    ended = [each for each in relevant if each.revoked_at is not None]
    held = {permission for link in links for permission in link.permissions}
    return AccessExplanation(
        subject=subject,
        plant_id=plant_id,
        version=version,
        links=links,
        ended=tuple(sorted(ended, key=_ended_at, reverse=True)[:MOST_ENDED]),
        held=tuple(sorted(held)),
        missing=tuple(sorted(each for each in Permission if each not in held)),
    )


def granted(membership: MembershipView) -> AccessLink:
    return AccessLink(
        role=membership.role,
        membership=membership,
        claimed_at=None,
        permissions=permissions_of(membership.role),
    )


def permissions_of(role: str) -> tuple[str, ...]:
    return tuple(sorted(PERMISSIONS[Role(role)]))


def _ended_at(membership: MembershipView) -> tuple[object, ...]:
    return (membership.revoked_at, membership.membership_id)
