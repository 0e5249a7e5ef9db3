"""Drafts: their changes, and who answers for them."""

import pytest
from hedgerow.contracts.releases import (
    ReleaseChanged,
    ReleaseChangesByIds,
    ReleaseState,
)
from hedgerow.contracts.values import PlantId, new_id
from hedgerow.errors import Refused
from hedgerow_routing.handlers.draft_release import draft_release
from hedgerow_routing.handlers.edit_release import edit_release
from hedgerow_routing.handlers.override_release import override_release
from hedgerow_routing.handlers.publish_release import publish_release
from hedgerow_routing.store.release_tables import releases
from hedgerow_routing.views.releases import (
    release_changes_by_ids,
)
from routing.makers import (
    NINGBO,
    around,
    as_caller,
    count,
    found_plant,
)
from routing.release_makers import (
    REASON,
    draft,
    edit,
    fence_change,
    found_draft,
    found_published,
    limits_change,
    override,
    publish,
    rule_change,
    second_person,
)
from routing.release_reading import in_force, read
from worlds import administrator, transaction


async def test_an_edit_takes_the_second_persons_word_back(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        drafted = await found_draft(tx, limits_change(300.0))
        answered = await override_release(override(drafted), second_person(tx))
        assert answered.override is not None
        assert (answered.override.by, answered.override.reason) == ("second", REASON)

        edited = await edit_release(edit(answered, limits_change(301.0)), tx)

        assert (edited.override, edited.state) == (None, ReleaseState.DRAFT)
        with pytest.raises(Refused) as refused:
            await publish_release(publish(edited), tx)
        assert refused.value.code == "RELEASE_NOT_SIMULATED"


async def test_whoever_edited_it_last_is_no_second_person(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        drafted = await found_draft(tx, limits_change(300.0))

        with pytest.raises(Refused) as refused:
            await override_release(override(drafted), tx)

        assert refused.value.code == "OWN_EDIT"
        assert await read(tx, drafted.release_id) == drafted
        assert tx.emitted == []


@pytest.mark.parametrize("reason", ["", "  ", "a\0b"])
async def test_an_override_says_why(routing_db, reason):
    async with transaction(routing_db, administrator()) as tx:
        drafted = await found_draft(tx, limits_change(300.0))

        with pytest.raises(Refused) as refused:
            await override_release(override(drafted, reason), second_person(tx))

        assert (refused.value.code, refused.value.field) == ("TEXT_INVALID", "reason")
        assert await read(tx, drafted.release_id) == drafted


async def test_a_change_replaces_the_one_of_its_key_and_goes_by_its_key(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        area = fence_change(plant.plant_id, around(NINGBO))
        drafted = await found_draft(tx, limits_change(300.0), area)

        smaller = fence_change(plant.plant_id, around(NINGBO, 0.1))
        edited = await edit_release(edit(drafted, smaller, remove=("LIMITS",)), tx)

        assert edited.keys == (area.key,)
        assert (edited.version, drafted.version) == (2, 1)
        assert edited.content_sha256 != drafted.content_sha256
        [changes] = await release_changes_by_ids(ReleaseChangesByIds(ids=(drafted.release_id,)), tx)
        assert changes == (smaller,)
        [emitted] = tx.emitted
        assert emitted.event == ReleaseChanged(
            release_id=drafted.release_id, version=2, state=ReleaseState.DRAFT
        )
        assert (emitted.aggregate, emitted.version) == (f"release:{drafted.release_id}", 2)


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"geojson": {"type": "Point"}}, "AREA_INVALID", "changes.1.fence.geojson.type"),
        ({"datum": None}, "DATUM_REQUIRED", "changes.1.fence.datum"),
        ({"priority": 2**40}, "PRIORITY_INVALID", "changes.1.fence.priority"),
    ],
)
async def test_a_change_is_checked_when_it_is_drafted(routing_db, changed, code, field):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        bad = fence_change(plant.plant_id, **{"geojson": around(NINGBO)} | changed)

        with pytest.raises(Refused) as refused:
            await draft_release(draft(limits_change(300.0), bad), tx)

        assert (refused.value.code, refused.value.field) == (code, field)
        assert (await count(tx, releases), tx.emitted) == (0, [])


async def test_other_changes_are_checked_too(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        plant = await found_plant(tx, "NINGBO", NINGBO)
        foreign = fence_change(PlantId(new_id()), around(NINGBO))
        for bad, code, field in (
            (rule_change("EAST", PlantId(new_id())), "LOCATION_UNKNOWN", "changes.0.rule.chain.0"),
            (limits_change(0.0), "LIMIT_INVALID", "changes.0.limits.max_distance_km"),
            (foreign, "PLANT_FORBIDDEN", "changes.0.fence.plant_id"),
        ):
            with pytest.raises(Refused) as refused:
                await draft_release(draft(bad), tx)
            assert (refused.value.code, refused.value.field) == (code, field)
        twice = fence_change(plant.plant_id, around(NINGBO))
        with pytest.raises(Refused) as refused:
            await draft_release(draft(twice, twice), tx)
        assert (refused.value.code, refused.value.field) == ("GIVEN_TWICE", "changes.1")
        assert (await count(tx, releases), tx.emitted) == (0, [])


async def test_an_edit_of_what_has_moved_is_refused(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        drafted = await found_draft(tx, limits_change(300.0))
        edited = await edit_release(edit(drafted, limits_change(301.0)), tx)
        tx.emitted.clear()

        for command in (edit(drafted, limits_change(302.0)), edit(edited, remove=("RULE:NO",))):
            with pytest.raises(Refused) as refused:
                await edit_release(command, tx)
            told = (refused.value.code, refused.value.field)
            assert told in {("RELEASE_MOVED", "expected_version"), ("CHANGE_UNKNOWN", "remove.0")}

        assert await read(tx, drafted.release_id) == edited
        assert tx.emitted == []


async def test_what_was_published_is_never_edited(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        published = await found_published(tx, limits_change(300.0))

        for attempt in (
            edit_release(edit(published, limits_change(301.0)), tx),
            override_release(override(published), second_person(tx)),
            publish_release(publish(published), tx),
        ):
            with pytest.raises(Refused) as refused:
                await attempt
            assert refused.value.code == "RELEASE_CLOSED"

        assert await read(tx, published.release_id) == published
        assert (await in_force(tx), tx.emitted) == ((None, [], 300.0, 1), [])


async def test_releases_are_each_tenants_own(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        drafted = await found_draft(tx, limits_change(300.0))
        other = await as_caller(tx, administrator())

        assert await read(other, drafted.release_id) is None
        with pytest.raises(Refused) as refused:
            await publish_release(publish(drafted), other)
        assert refused.value.code == "PLANT_FORBIDDEN"
        assert other.emitted == []
