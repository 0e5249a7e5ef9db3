"""Administrative divisions: boundaries that fences are drawn by."""

from __future__ import annotations

from datetime import datetime

import strawberry
from hedgerow.contracts.fences import DivisionPage, ImportDivisions, ListDivisions

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.act import Act
from hedgerow_gateway.schema.enums import Datum
from hedgerow_gateway.schema.errors import UserError, mutation, user_errors
from hedgerow_gateway.schema.fields import entered, member, query, same, shown
from hedgerow_gateway.schema.paging import Connection, Slice, page_of
from hedgerow_gateway.schema.scalars import GeoJson


@strawberry.type(description="An administrative division that was imported.")
class Division:
    code: str = shown("区划代码", "Code", "Unique in the company.")
    version: int = shown("版本", "Version", "That of the import that brought this boundary.")
    name: str = shown("名称", "Name", "In Chinese.")
    name_en: str = shown("英文名称", "English name", "May be empty.")
    area_m2: float = shown("面积（平方米）", "Area (m²)", "On the ellipsoid.")
    datum: Datum = shown("坐标系", "Datum", "Of the coordinates as they were imported.")
    imported_at: datetime = shown("导入时间", "Imported at", "When this version came.")


@strawberry.input(description="Boundaries of divisions.")
class DivisionsImportInput:
    geojson: GeoJson = entered(
        "GeoJSON",
        "GeoJSON",
        "A FeatureCollection of 1 to 500 Polygons and MultiPolygons, whose properties hold code, "
        "name and perhaps nameEn. One that crosses the 180th meridian is refused.",
    )
    datum: Datum = entered("坐标系", "Datum", "Of the coordinates.")


@strawberry.type(description="What became of divisionsImport.")
class DivisionsImportPayload:
    divisions: list[Division] | None = member(
        "行政区划", "Divisions", "In the order of the features."
    )
    user_errors: list[UserError] = user_errors(
        "DivisionsImport",
        {
            "AREA_INVALID": "A feature is not a valid area, or lacks its properties.",
            "AREA_TOO_DETAILED": "There are too many points; import in parts.",
            "BAD_COORDINATE": "A coordinate is not a number or out of range.",
            "CODE_INVALID": "A code is empty, too long or holds other characters.",
            "COUNT_INVALID": "Too many features; import in parts.",
            "GIVEN_TWICE": "A code stands twice in the collection.",
            "CHANGED_MEANWHILE": "Somebody else imported at the same moment; try again.",
        },
    )


async def divisions_import(info: Info, input: DivisionsImportInput) -> DivisionsImportPayload:
    command = ImportDivisions(geojson=input.geojson, datum=input.datum)
    return DivisionsImportPayload(divisions=same(await Act.of(info).send(command)))


async def divisions(
    info: Info,
    first: int | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
) -> Slice:
    page: DivisionPage = await info.context.ask(
        ListDivisions(page=page_of(info, first, last, after, before))
    )
    return Slice(page.divisions, page.cursors, page.has_next, page.has_previous, page.total)


@strawberry.type
class DivisionQueries:
    divisions: Connection[Division] | None = query(
        divisions, "Divisions in their newest version, by code.", paged=True
    )


@strawberry.type
class DivisionMutations:
    divisions_import: DivisionsImportPayload | None = mutation(
        DivisionsImportPayload,
        divisions_import,
        "Take over boundaries; a code that is there gets a new version, fences stay as they are.",
    )
