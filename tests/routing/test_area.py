import pytest
from geographiclib.geodesic import Geodesic
from hedgerow.contracts.datum import from_wgs84
from hedgerow.contracts.values import Datum, LonLat
from hedgerow.errors import Invalid
from hedgerow_routing.domain.area import geojson_of, parse_area
from hypothesis import given, settings
from hypothesis import strategies as st
from routing.bad_areas import BAD, BOWTIE, HOLE, SQUARE, circle, moved, polygon
from routing.makers import box


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_area_is_refused_naming_the_place(case: str):
    geojson, code, member, said = BAD[case]

    with pytest.raises(Invalid) as refused:
        parse_area(geojson, Datum.WGS84)

    assert refused.value.code == code
    assert refused.value.field == ("geojson." + member).rstrip(".")
    assert said in refused.value.en
    assert refused.value.zh


def test_over_the_180th_meridian_an_area_is_refused_and_not_split_and_a_cut_one_is_taken():
    ring = [[179, 0], [-179, 0], [-179, 1], [179, 1], [179, 0]]
    west, east = box(-180, 0, -179, 1), box(179, 0, 180, 1)

    with pytest.raises(Invalid, match="refused, not split") as refused:
        parse_area(polygon(ring), Datum.WGS84)
    cut = parse_area(
        {"type": "MultiPolygon", "coordinates": [west["coordinates"], east["coordinates"]]},
        Datum.WGS84,
    )

    assert (refused.value.code, refused.value.field) == (
        "AREA_INVALID",
        "geojson.coordinates.0.1",
    )
    assert "拒绝" in refused.value.zh
    halves = [parse_area(each, Datum.WGS84).area_m2 for each in (west, east)]
    assert cut.area_m2 == pytest.approx(sum(halves), abs=1)
    assert halves[0] == halves[1]


def test_features_as_map_tools_export_them_are_read_like_their_geometries():
    parts = [polygon(SQUARE, HOLE), polygon(moved(SQUARE, 5))]
    features = [{"type": "Feature", "id": 7, "properties": {}, "geometry": p} for p in parts]
    collection = {"type": "FeatureCollection", "features": features}
    whole = {"type": "MultiPolygon", "coordinates": [p["coordinates"] for p in parts]}

    assert parse_area(features[0], Datum.GCJ02) == parse_area(parts[0], Datum.GCJ02)
    assert parse_area(collection, Datum.GCJ02) == parse_area(whole, Datum.GCJ02)


def test_the_datum_has_no_default():
    with pytest.raises(Invalid) as refused:
        parse_area(polygon(SQUARE), None)

    assert (refused.value.code, refused.value.field) == ("DATUM_REQUIRED", "datum")


def test_a_crossing_is_named_in_the_datum_it_was_given_in():
    ring = moved(BOWTIE, 120, 30)

    with pytest.raises(Invalid, match=r"crosses itself at \[120.5, 30.5\]"):
        parse_area(polygon(ring), Datum.GCJ02)


def test_a_polygon_becomes_a_multipolygon_with_its_border_counter_clockwise():
    area = parse_area(polygon(SQUARE[::-1], HOLE[::-1]), Datum.WGS84)

    assert geojson_of(area.shape) == {
        "type": "MultiPolygon",
        "coordinates": [
            [
                [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]],
                [[0.2, 0.2], [0.2, 0.8], [0.8, 0.8], [0.8, 0.2], [0.2, 0.2]],
            ]
        ],
    }
    assert area.given is None


def test_heights_and_foreign_members_are_left_out():
    high = {**polygon([[*at, 12.5] for at in SQUARE]), "bbox": [0, 0, 1, 1], "name": "x"}

    assert parse_area(high, Datum.WGS84) == parse_area(polygon(SQUARE), Datum.WGS84)


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_every_vertex_is_converted_and_what_was_given_is_kept(datum: Datum):
    ring = moved(SQUARE, 120, 30)
    shifted = [from_wgs84(LonLat(*at), datum) for at in ring]

    area = parse_area(polygon([[at.lon, at.lat] for at in shifted]), datum)

    assert list(area.shape.geoms[0].exterior.coords) == [pytest.approx(at, abs=1e-9) for at in ring]
    assert area.given == [[[(at.lon, at.lat) for at in shifted]]]
    assert area.datum is datum


def test_the_most_detailed_area_is_taken():
    area = parse_area(polygon(circle(100_000)), Datum.WGS84)

    assert len(area.shape.geoms[0].exterior.coords) == 100_000


def test_a_degree_at_the_equator_has_its_known_size_and_holes_are_taken_off():
    # 12,308.78 km2: Karney's planimeter for the one-degree square at (0, 0).
    square = parse_area(polygon(SQUARE), Datum.WGS84).area_m2
    hole = parse_area(polygon(HOLE), Datum.WGS84).area_m2

    assert square == pytest.approx(12_308_778_361, abs=1)
    assert parse_area(polygon(SQUARE, HOLE), Datum.WGS84).area_m2 == pytest.approx(
        square - hole, abs=1
    )


@given(st.floats(-179, 170), st.floats(-85, 80), st.floats(0.01, 5), st.integers(0, 3))
@settings(max_examples=100)
def test_ground_drawn_from_another_corner_is_equally_large(
    west: float, south: float, side: float, start: int
):
    ring = box(west, south, west + side, south + side)["coordinates"][0][:-1]
    turned = ring[start:] + ring[:start]
    drawn = parse_area(polygon([*ring, ring[0]]), Datum.WGS84)
    redrawn = parse_area(polygon([*turned, turned[0]][::-1]), Datum.WGS84)

    corners = Geodesic.WGS84.Polygon()
    for lon, lat in ring:
        corners.AddPoint(lat, lon)
    _, _, expected_m2 = corners.Compute(False, True)
    assert drawn.area_m2 == pytest.approx(abs(expected_m2), abs=1)
    assert abs(drawn.area_m2 - redrawn.area_m2) <= 1
