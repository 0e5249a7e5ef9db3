"""Overflow against a model of a few lines, on random movements: it trips and clears as the model
does, and never flaps."""

from collections import Counter
from decimal import Decimal

from hedgerow.contracts.inventory import OverflowState, ReservationState
from hedgerow.contracts.rma import Disposition
from hypothesis import given, settings
from hypothesis import strategies as st
from inventory.makers import BOLT, HANGZHOU, held

HELD, ALLOCATED = ReservationState.HELD, ReservationState.ALLOCATED
quantities = st.decimals(min_value="0.5", max_value=25, places=1)
percents = st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(15), Decimal(100), Decimal(1000)])
policies = st.tuples(st.integers(0, 60).map(Decimal), percents)
movements = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["receive", "reserve", "release", "lock", "issue", "adjust"]),
            quantities,
        ),
        st.tuples(st.sampled_from(Disposition), quantities),
        st.tuples(st.just("policy"), policies),
    ),
    max_size=40,
)


class Model:
    """The rules and nothing else."""

    def __init__(self, level, percent):
        self.level, self.percent, self.tripped = level, percent, False

    def weigh(self, available):
        if available < self.level:
            self.tripped = True
        elif available * 100 >= self.level * (100 + self.percent):
            self.tripped = False
        return self.tripped


def apply(stock, verb, given):
    """Do it as far as there is something to do it with."""
    if verb == "receive":
        stock.receive(given, "DN-1")
    elif verb == "reserve":
        if given <= stock.available:
            stock.reserve(given, "order:1")
    elif verb == "release":
        stock.release(min(given, stock.reserved), HELD, "order:1")
    elif verb == "lock":
        stock.allocate(min(given, stock.reserved), "order:1")
    elif verb == "issue":
        stock.issue(min(given, stock.allocated), ALLOCATED, "order:1")
    elif verb == "adjust":
        stock.adjust(-min(given, stock.available), "盘亏")
    elif verb == "policy":
        stock.set_safety_level(*given)
    elif verb is not Disposition.MISSING:
        stock.take_back(given, verb, "rma:1")


@settings(max_examples=400)
@given(policies, movements)
def test_it_trips_and_clears_as_the_model_does(policy, moved):
    stock, model = held(HANGZHOU, BOLT, 0), Model(*policy)
    stock.set_safety_level(*policy)
    states = [model.weigh(stock.available)]
    assert states == [stock.trip is not None]

    for verb, given_ in moved:
        apply(stock, verb, given_)
        if verb == "policy":
            model.level, model.percent = given_
        states.append(model.weigh(stock.available))
        assert states[-1] is (stock.trip is not None)

    changes = [
        after for before, after in zip([False, *states], states, strict=False) if before != after
    ]
    assert [each.state is OverflowState.TRIPPED for each in stock.turns] == changes


@settings(max_examples=400)
@given(st.integers(1, 60).map(Decimal), percents, movements)
def test_it_never_changes_twice_within_the_band(level, percent, moved):
    """In the band, from the level to below the clear level, no movement changes the state; between
    two changes the stock has therefore crossed all of it."""
    stock = held(HANGZHOU, BOLT, 0)
    stock.set_safety_level(level, percent)
    within = Counter()

    for verb, given_ in moved:
        if verb != "policy":
            before = len(stock.turns)
            apply(stock, verb, given_)
            if level <= stock.available < stock.clear_level:
                within[len(stock.turns) - before] += 1

    assert within.keys() <= {0}
    for turn in stock.turns:
        tripped = turn.state is OverflowState.TRIPPED
        assert turn.available < level if tripped else turn.available >= stock.clear_level
    states = [each.state for each in stock.turns]
    assert all(one != next_ for one, next_ in zip(states, states[1:], strict=False))


def test_without_a_band_it_turns_at_every_crossing_and_with_one_it_does_not():
    """Up and down between 75 and 100 around a level of 80: clears at 80, at 92, and at 104."""
    turns = {}
    for percent in (0, 15, 30):
        stock = held(HANGZHOU, BOLT, 100, 80, clear_percent=percent)
        for _ in range(10):
            stock.reserve(Decimal(25), "order:1")  # 75
            stock.release(Decimal(10), HELD, "order:1")  # 85
            stock.reserve(Decimal(10), "order:2")  # 75
            stock.release(Decimal(25), HELD, "order:2")  # 100
        turns[percent] = len(stock.turns)

    assert turns == {0: 40, 15: 20, 30: 1}
