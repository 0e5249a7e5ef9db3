"""What has to be done at the plant itself, as each plant publishes it."""

from __future__ import annotations

from datetime import datetime

from hedgerow.contracts.fields import each_once
from hedgerow.contracts.presence import PresencePolicyView, PublishPresencePolicy
from hedgerow.contracts.values import PlantId

from .edition import Edition


def new_policy(
    command: PublishPresencePolicy, last: Edition | None, *, at: datetime
) -> PresencePolicyView:
    """The version after `last`. Raises GivenTwice."""
    each_once(command.acts, "acts")
    edition = Edition.after(last, at)
    return PresencePolicyView(
        plant_id=command.plant_id,
        version=edition.version,
        acts=command.acts,
        active_from=edition.active_from,
    )


def nothing_published(plant_id: PlantId) -> PresencePolicyView:
    return PresencePolicyView(plant_id=plant_id, version=0, acts=(), active_from=None)
