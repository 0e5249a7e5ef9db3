"""Administrative divisions: boundaries that a company imports once, and fences are drawn by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from hedgerow.contracts.fences import DivisionView
from hedgerow.contracts.fields import code, counted, each_once, one_line
from hedgerow.contracts.routing import DivisionUse
from hedgerow.contracts.values import Datum
from hedgerow.errors import Invalid
from shapely.geometry import MultiPolygon

from .area import Area, measure_m2, multipolygon, parse_area
from .fields import NAME_LENGTH
from .rings import MOST_VERTICES, AreaTooDetailed, BadArea, read_features

MOST_IMPORTED = 500
MOST_IN_A_FENCE = 200


class UnknownDivision(Invalid):
    code = "DIVISION_UNKNOWN"


@dataclass(frozen=True, slots=True)
class Division:
    """What a fence is drawn by. shape  in WGS-84"""

    code: str
    version: int
    shape: MultiPolygon


@dataclass(frozen=True, slots=True)
class Boundary:
    """One feature of an import."""

    code: str
    name: str
    name_en: str
    area: Area

    def view(self, version: int, at: datetime) -> DivisionView:
        return DivisionView(
            code=self.code,
            version=version,
            name=self.name,
            name_en=self.name_en,
            area_m2=self.area.area_m2,
            datum=self.area.datum,
            imported_at=at,
        )


@dataclass(frozen=True, slots=True)
class Union:
    """The ground of several divisions. shape  in WGS-84"""

    shape: MultiPolygon
    area_m2: float
    uses: tuple[DivisionUse, ...]
    datum: Datum = Datum.WGS84
    given: None = None

    @classmethod
    def of(cls, codes: Sequence[str], known: Mapping[str, Division], field: str) -> Union:
        """Raises UnknownDivision, which names every code that is not known, and AreaTooDetailed."""
        counted(codes, field, most=MOST_IN_A_FENCE)
        each_once(codes, field)
        if unknown := [each for each in codes if each not in known]:
            named = ", ".join(unknown)
            raise UnknownDivision(
                f"No division has been imported with the code {named}.",
                f"以下行政区划代码尚未导入：{named}",
                field=f"{field}.{codes.index(unknown[0])}",
            )
        whole = shapely.union_all([known[each].shape for each in codes])
        if shapely.get_num_coordinates(whole) > MOST_VERTICES:
            raise AreaTooDetailed(
                f"Together these divisions have more than {MOST_VERTICES:,} vertices.",
                f"这些行政区划合计超过 {MOST_VERTICES} 个顶点",
                field=field,
            )
        shape = multipolygon(whole)
        return cls(
            shape=shape,
            area_m2=measure_m2(shape, field),
            uses=tuple(DivisionUse(each, known[each].version) for each in sorted(codes)),
        )


def parse_divisions(geojson: Any, datum: Datum | None) -> list[Boundary]:
    """The features of a FeatureCollection, in its order. Raises Invalid, naming the member."""
    features = read_features(geojson, "geojson")
    counted(features, "geojson.features", most=MOST_IMPORTED)
    drawn = [_boundary(feature, datum, field) for feature, field in features]
    each_once((each.code for each in drawn), "geojson.features", of="properties.code")
    if sum(shapely.get_num_coordinates(each.area.shape) for each in drawn) > MOST_VERTICES:
        raise AreaTooDetailed(
            f"An import has at most {MOST_VERTICES:,} vertices; import it in parts.",
            f"一次导入最多 {MOST_VERTICES} 个顶点，请分次导入",
            field="geojson.features",
        )
    return drawn


def _boundary(feature: dict[str, Any], datum: Datum | None, field: str) -> Boundary:
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        raise BadArea(
            "A division needs properties with its code and its name.",
            "行政区划须在 properties 中给出代码和名称",
            field=f"{field}.properties",
        )
    texts = {}
    for member in ("code", "name", "nameEn"):
        value = properties.get(member, "")
        if not isinstance(value, str):
            raise BadArea(
                "A text is needed here.", "此处需要文本", field=f"{field}.properties.{member}"
            )
        texts[member] = value
    return Boundary(
        code=code(texts["code"], f"{field}.properties.code"),
        name=one_line(texts["name"], f"{field}.properties.name", most=NAME_LENGTH),
        name_en=one_line(
            texts["nameEn"], f"{field}.properties.nameEn", most=NAME_LENGTH, blank=True
        ),
        area=parse_area(feature, datum, field=field, datum_field="datum"),
    )
