"""What a company's rules may not be together: of equal strength, or hidden by one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from hedgerow.contracts.routing import OverflowRuleView
from hedgerow.errors import Conflict

from .network import Rule, strength

MOST_NAMED = 3
_ANY_OTHER = ""  # a region or channel that no rule names


class RuleTie(Conflict):
    code = "RULE_TIE"

    def __init__(self, other: str) -> None:
        super().__init__(
            f"An order could match this rule and {other} alike: both name as many facts and have "
            "the same priority. Give one of them another priority.",
            f"同一订单可能同时匹配本规则与规则 {other}：两者条件数与优先级相同，请调整其中之一的优先级",
            field="priority",
            detail=other,
        )


class RuleUnreachable(Conflict):
    code = "RULE_UNREACHABLE"

    @classmethod
    def behind(cls, others: str) -> RuleUnreachable:
        return cls(
            f"No order would ever come to this rule: {others} is stronger and takes all of them.",
            f"任何订单都不会用到本规则：规则 {others} 更优先，且已覆盖其全部订单",
            field="priority",
            detail=others,
        )

    @classmethod
    def hiding(cls, other: str) -> RuleUnreachable:
        return cls(
            f"With this rule, no order would ever come to {other} again: retire that one first, or "
            "make this one weaker.",
            f"本规则生效后，任何订单都不会再用到规则 {other}：请先停用该规则，或降低本规则的优先级",
            field="priority",
            detail=other,
        )


def check_among(
    new: OverflowRuleView, in_force: Iterable[Rule], *, beside: Iterable[OverflowRuleView] = ()
) -> None:
    """Whether `new` fits in with the rules in force; the one of its own code it replaces. What was
    already wrong among the others is not its fault. Raises RuleTie, RuleUnreachable.

    beside  rules that come into force together with it
    """
    rule = _in_force(new)
    more = [_in_force(each) for each in beside]
    replaced = {rule.code, *(each.code for each in more)}
    kept = [each for each in in_force if each.code not in replaced]
    others = [*kept, *more]
    for other in others:
        if strength(other) == strength(rule) and _overlap(other, rule):
            raise RuleTie(other.code)
    if hiding := _hidden_by(rule, others):
        raise RuleUnreachable.behind(", ".join(hiding[:MOST_NAMED]))
    if rule.condition:
        return  # it leaves to others the orders for which it does not hold
    for other in kept:
        if not (strength(rule) > strength(other) and _overlap(rule, other)):
            continue
        if _hidden_by(other, [*others, rule]) and not _hidden_by(other, kept):
            raise RuleUnreachable.hiding(other.code)


def _in_force(view: OverflowRuleView) -> Rule:
    return Rule(**{name: getattr(view, name) for name in Rule.__struct_fields__})


def _overlap(one: Rule, other: Rule) -> bool:
    """Whether an order could match both. What two conditions have in common cannot be decided, so
    they are taken to hold together."""
    return _meet(one.regions, other.regions) and _meet(one.channels, other.channels)


def _meet(one: Sequence[str], other: Sequence[str]) -> bool:
    return not one or not other or not set(one).isdisjoint(other)


def _hidden_by(rule: Rule, others: Iterable[Rule]) -> list[str]:
    """Codes of the rules that together take every order from `rule`; none while it gets any.

    Only rules without a condition surely take an order. Regions and channels are gone through one
    pair at a time; a rule that leaves one of them open also serves those that nobody names.
    """
    stronger = [
        (each.code, frozenset(each.regions), frozenset(each.channels))
        for each in others
        if each.code != rule.code
        and not each.condition
        and strength(each) > strength(rule)
        and _overlap(each, rule)
    ]
    hiding: dict[str, None] = {}
    for region, channel in product(rule.regions or (_ANY_OTHER,), rule.channels or (_ANY_OTHER,)):
        taken_by = next(
            (
                code
                for code, regions, channels in stronger
                if (not regions or region in regions) and (not channels or channel in channels)
            ),
            None,
        )
        if taken_by is None:
            return []
        hiding[taken_by] = None
    return list(hiding)
