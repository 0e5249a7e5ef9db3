"""A message that succeeds for a caller with all permissions, and the stage it is sent on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hedgerow.auth import SERVICE_PREFIX, Caller, Permission
from hedgerow.contracts.message import Request
from hedgerow.contracts.values import PlantId, TenantId
from hedgerow.transaction import Transaction
from worlds import caller


class Scope(StrEnum):
    """Where the rights must be held."""

    PLANT = "plant"
    SOMEWHERE = "somewhere"
    TENANT = "tenant"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Asked:
    """case        tells several of one message apart
    own_answer  a query that strangers may ask as well, about their own tenant
    hidden      a command about something that the caller cannot see without the rights
    """

    message: Request[Any]
    scope: Scope
    case: str = ""
    own_answer: bool = False
    hidden: bool = False

    @property
    def name(self) -> str:
        subject = type(self.message).SUBJECT.removeprefix("hedgerow.")
        return f"{subject}:{self.case}" if self.case else subject


@dataclass(frozen=True, slots=True)
class Stage:
    """What a service's module prepares. plant_id is the plant that all of it belongs to."""

    plant_id: PlantId
    asked: Sequence[Asked]


Prepare = Callable[[Transaction], Awaitable[Stage]]


def at_plant(message: Request[Any], case: str = "", *, own_answer: bool = False) -> Asked:
    return Asked(message, Scope.PLANT, case, own_answer=own_answer, hidden=True)


def somewhere(message: Request[Any], case: str = "") -> Asked:
    return Asked(message, Scope.SOMEWHERE, case, own_answer=True)


def tenant_wide(
    message: Request[Any], case: str = "", *, hidden: bool = False, own_answer: bool = False
) -> Asked:
    """hidden  it is about something that has no plant, and only who sees the tenant sees it"""
    return Asked(message, Scope.TENANT, case, own_answer=own_answer, hidden=hidden)


def services_only(message: Request[Any], case: str = "") -> Asked:
    """Asked by our own services, never by people."""
    return Asked(message, Scope.SERVICE, case)


def holding(
    permissions: frozenset[Permission], asked: Asked, stage: Stage, tenant_id: TenantId
) -> Caller:
    """Who holds exactly these: at the stage's plant, or in the whole tenant if it takes that."""
    if asked.scope is Scope.TENANT:
        return caller(tenant_id, tenant=permissions)
    if asked.scope is Scope.SERVICE:
        return caller(tenant_id, tenant=permissions, subject=f"{SERVICE_PREFIX}tester")
    return caller(tenant_id, plants={stage.plant_id: permissions})
