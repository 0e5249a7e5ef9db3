import pytest
from hedgerow.auth import NotPermitted, Role
from hedgerow.contracts.releases import CoverageKind, ReleaseCoverage
from hedgerow.contracts.values import Datum
from hedgerow.errors import Refused
from hedgerow_routing.domain.area import parse_area
from hedgerow_routing.views.coverage import release_coverage
from routing.makers import (
    HEFEI,
    NINGBO,
    SUZHOU,
    as_caller,
    box,
    found_area,
    found_plant,
)
from routing.release_makers import fence_change, found_draft, limits_change
from shapely.geometry import shape
from worlds import administrator, caller, transaction

A = box(120.0, 29.0, 121.0, 30.0)
B = box(120.9, 29.0, 122.0, 30.0)


def km2(geojson):
    return parse_area(geojson, Datum.WGS84).area_m2 / 1e6


def same_ground(geojson, expected):
    return shape(geojson).equals(shape(expected))


async def covered(tx, *changes, **asked):
    draft = await found_draft(tx, *changes)
    return await release_coverage(ReleaseCoverage(release_id=draft.release_id, **asked), tx)


async def test_an_overlap_of_a_drafted_area_with_one_in_force(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        ningbo = await found_plant(tx, "NINGBO", NINGBO)
        suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
        await found_area(tx, ningbo.plant_id, A)
        shared = box(120.9, 29.0, 121.0, 30.0)

        view = await covered(tx, fence_change(suzhou.plant_id, B))

        [overlap] = view.findings
        assert (overlap.kind, view.more) == (CoverageKind.OVERLAP, False)
        assert {each.plant_id for each in overlap.areas} == {ningbo.plant_id, suzhou.plant_id}
        assert {(each.name, each.priority) for each in overlap.areas} == {("home", 0)}
        assert same_ground(overlap.geojson, shared)
        assert overlap.area_km2 == pytest.approx(km2(shared), abs=1e-4)
        assert 1071 < overlap.area_km2 < 1075
        assert (view.overlap_km2, view.gap_km2) == (overlap.area_km2, 0)


async def test_a_higher_priority_settles_it_and_a_border_is_no_overlap(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        ningbo = await found_plant(tx, "NINGBO", NINGBO)
        suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
        await found_area(tx, ningbo.plant_id, A)

        higher = await covered(tx, fence_change(suzhou.plant_id, B, priority=1))
        beside = await covered(tx, fence_change(suzhou.plant_id, box(121.0, 29.0, 122.0, 30.0)))

        assert (higher.findings, beside.findings) == ((), ())


async def test_what_a_draft_replaces_is_not_looked_at(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        ningbo = await found_plant(tx, "NINGBO", NINGBO)
        suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
        await found_area(tx, ningbo.plant_id, A)
        await found_area(tx, suzhou.plant_id, B)

        before = await covered(tx, limits_change(300.0))
        after = await covered(tx, fence_change(suzhou.plant_id, box(121.0, 29.0, 122.0, 30.0)))

        assert [each.kind for each in before.findings] == [CoverageKind.OVERLAP]
        assert after.findings == ()


async def test_a_hole_that_areas_enclose_is_a_gap(routing_db):
    """Four areas around a hole; the corner between two arms that nothing encloses is none."""
    async with transaction(routing_db, administrator()) as tx:
        ningbo = await found_plant(tx, "NINGBO", NINGBO)
        hole = box(120.4, 29.4, 120.6, 29.6)
        sides = {
            "south": box(120.0, 29.0, 121.0, 29.4),
            "north": box(120.0, 29.6, 121.0, 30.0),
            "west": box(120.0, 29.4, 120.4, 29.6),
            "east": box(120.6, 29.4, 121.0, 29.6),
        }
        for name, ground in sides.items():
            await found_area(tx, ningbo.plant_id, ground, name=name)
        arm = fence_change(ningbo.plant_id, box(121.0, 29.0, 122.0, 29.4), name="arm")

        view = await covered(tx, arm)

        [gap] = view.findings
        assert (gap.kind, gap.areas) == (CoverageKind.GAP, ())
        assert same_ground(gap.geojson, hole)
        assert gap.area_km2 == pytest.approx(km2(hole), abs=1e-4)
        assert (view.overlap_km2, view.gap_km2) == (0, gap.area_km2)


async def test_what_the_areas_leave_of_a_territory_is_a_gap(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        ningbo = await found_plant(tx, "NINGBO", NINGBO)
        left = box(121.0, 29.0, 121.5, 30.0)

        part = await covered(
            tx, fence_change(ningbo.plant_id, A), territory=box(120.0, 29.0, 121.5, 30.0)
        )
        everything = await covered(tx, limits_change(300.0), territory=A)

        [gap] = part.findings
        assert same_ground(gap.geojson, left)
        assert gap.area_km2 == pytest.approx(km2(left), abs=1e-4)
        [whole] = everything.findings
        assert same_ground(whole.geojson, A)


async def test_a_narrow_part_is_a_sliver(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        hefei = await found_plant(tx, "HEFEI", HEFEI)
        strip = box(117.0, 31.0, 117.0005, 32.0)  # 48 m wide
        two = {
            "type": "MultiPolygon",
            "coordinates": [A["coordinates"], strip["coordinates"]],
        }
        drafted = fence_change(hefei.plant_id, two, name="odd")

        narrow = await covered(tx, drafted)
        wide = await covered(tx, drafted, narrow_m=40.0)

        [sliver] = narrow.findings
        assert (sliver.kind, [each.name for each in sliver.areas]) == (
            CoverageKind.SLIVER,
            ["odd"],
        )
        assert same_ground(sliver.geojson, strip)
        assert 47.0 < sliver.width_m < 48.0
        assert wide.findings == ()


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({"narrow_m": -1.0}, "WIDTH_INVALID", "narrow_m"),
        ({"narrow_m": float("nan")}, "WIDTH_INVALID", "narrow_m"),
        ({"territory": {"type": "Point"}}, "AREA_INVALID", "territory.type"),
    ],
)
async def test_what_cannot_be_asked(routing_db, asked, code, field):
    async with transaction(routing_db, administrator()) as tx:
        with pytest.raises(Refused) as refused:
            await covered(tx, limits_change(300.0), **asked)

        assert (refused.value.code, refused.value.field) == (code, field)


async def test_it_shows_the_areas_of_all_plants_and_is_for_those_who_see_them(routing_db):
    admin = administrator()
    async with transaction(routing_db, admin) as tx:
        ningbo = await found_plant(tx, "NINGBO", NINGBO)
        draft = await found_draft(tx, fence_change(ningbo.plant_id, A))
        theirs = await as_caller(
            tx, caller(admin.tenant_id, plants={ningbo.plant_id: Role.AREA_ADMIN})
        )

        with pytest.raises(NotPermitted):
            await release_coverage(ReleaseCoverage(release_id=draft.release_id), theirs)
