"""Over which locations an order is split when it may be split over so many only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from hedgerow.contracts.routing import Candidate
from hedgerow.contracts.values import Line, LocationId

Fits = Callable[[Line, LocationId], bool]


@dataclass(slots=True)
class Opened:
    """The locations that an order may be served from. more  how many may still join them"""

    locations: set[LocationId]
    more: int = 0

    def admits(self, location_id: LocationId) -> bool:
        """One that may still join them does."""
        if location_id in self.locations:
            return True
        if not self.more:
            return False
        self.more -= 1
        self.locations.add(location_id)
        return True


def fewest(
    lines: Sequence[Line], chain: Sequence[Candidate], most: int, fits: Fits
) -> Iterator[set[LocationId]]:
    """Sets of at most `most` locations, each line of which finds one that could serve it alone:
    the smaller first, equally small ones in the order of the chain.

    Lines of one SKU may still need the same stock twice, so whoever asks goes on to the next set
    when one does not do. Cheap however long the chain: a location that serves nothing is in no
    set, and lines that the same locations serve are looked at once.
    """
    served = [
        frozenset(place for place, line in enumerate(lines) if fits(line, each.location_id))
        for each in chain
    ]
    useful = [place for place, its_lines in enumerate(served) if its_lines]
    needs = {
        frozenset(place for place in useful if line in served[place]) for line in range(len(lines))
    }
    if not all(needs):
        return
    for size in range(1, most + 1):
        for chosen in combinations(useful, size):
            if all(not need.isdisjoint(chosen) for need in needs):
                yield {chain[place].location_id for place in chosen}
