"""Owned by services/routing: fences at any time, and the divisions they may be drawn by."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import msgspec

from .message import Command, Event, Query
from .routing import FenceKind, FenceView
from .values import Datum, Page, PlantId


class FencePage(msgspec.Struct, frozen=True, kw_only=True):
    """cursors  one for each fence"""

    fences: tuple[FenceView, ...]
    cursors: tuple[str, ...]
    has_next: bool
    has_previous: bool
    total: int | None


class DivisionView(msgspec.Struct, frozen=True, kw_only=True):
    """An administrative division, such as 宁波市. version  of the import that brought this boundary

    name  in Chinese; name_en may be empty. datum  that of the coordinates as they were imported
    """

    code: str
    version: int
    name: str
    name_en: str
    area_m2: float
    datum: Datum
    imported_at: datetime


class DivisionPage(msgspec.Struct, frozen=True, kw_only=True):
    """cursors  one for each division"""

    divisions: tuple[DivisionView, ...]
    cursors: tuple[str, ...]
    has_next: bool
    has_previous: bool
    total: int | None


# Commands


class ImportDivisions(Command[tuple[DivisionView, ...]], frozen=True, kw_only=True):
    """Take over boundaries. A code that is there already gets a new version; fences that were drawn
    by an older one stay as they are. Answers in the order of the features.

    geojson  a FeatureCollection of Polygons and MultiPolygons, whose properties have `code`, `name`
             and perhaps `nameEn`; none may cross the 180th meridian
    """

    SUBJECT: ClassVar = "hedgerow.cmd.routing.import_divisions.v1"
    geojson: dict[str, Any]
    datum: Datum | None = None


# Queries


class ListFences(Query[FencePage], frozen=True, kw_only=True):
    """Fences of the plants the caller may see, by plant, kind and name.

    as_of     valid at this instant; now when None
    known_at  as was known at this instant; now when None
    """

    SUBJECT: ClassVar = "hedgerow.qry.routing.list_fences.v1"
    plant_id: PlantId | None = None
    kind: FenceKind | None = None
    as_of: datetime | None = None
    known_at: datetime | None = None
    page: Page


class ListDivisions(Query[DivisionPage], frozen=True, kw_only=True):
    """The newest version of each, by code."""

    SUBJECT: ClassVar = "hedgerow.qry.routing.list_divisions.v1"
    page: Page


# Events


class DivisionsImported(Event, frozen=True, kw_only=True):
    """Aggregate `divisions:<tenant>`; the event's version is that of the boundaries it brought."""

    SUBJECT: ClassVar = "hedgerow.evt.routing.divisions_imported.v1"
    version: int
    codes: tuple[str, ...]
