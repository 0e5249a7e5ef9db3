"""Rules with conditions and limits, through GraphQL and all services."""

from __future__ import annotations

from typing import Any

from companies import Company, order, submit

WHY = """query($order: ID!) { order(id: $order) { decision {
  rules { code specificity matched mismatch detail chosen }
  chain { locationCode checks { sku reason } }
  leftOut { locationCode maxDistanceKm } maxLocations slaHours } } }"""
RULES = "{ overflowRules { id code version condition } }"


def rule(company: Company, code: str, *chain: str, **said: Any) -> dict[str, Any]:
    ids = [company.locations[each] for each in chain]
    return {"code": code, "name": code, "chain": ids, "safetyTest": "AFTER", **said}


async def test_an_urgent_order_of_douyin_has_a_chain_of_its_own(company: Company) -> None:
    await company.skus("BOLT")
    await company.stock("BOLT", "HGH", 100)
    await company.stock("BOLT", "HFE", 100)
    async with company.admin() as admin:
        for said in (
            rule(company, "JZH", "HGH", "HFE", regions=["江苏", "浙江", "上海"]),
            rule(
                company,
                "RUSH",
                "HFE",
                "HGH",
                channels=["DOUYIN"],
                condition='order.priority in ["A", "B"] && order.attributes.gift == "yes"',
                slaHours=24,
            ),
        ):
            await admin.done("overflowRulePublish", "rule { code }", **said)
        gift = [{"name": "gift", "value": "yes"}]
        plain = order(channel="DOUYIN")
        served, told = [], []
        for asked in (plain | {"priority": "A", "attributes": gift}, plain | {"priority": "A"}):
            made = (await submit(admin, **asked))["order"]
            served.append(made["lines"][0]["reservations"][0]["location"]["code"])
            told.append((await admin.ask(WHY, order=made["id"]))["order"]["decision"])

    assert served == ["HFE", "HGH"]
    assert told[0]["rules"] == [
        {
            "code": "RUSH",
            "specificity": 3,
            "matched": True,
            "mismatch": None,
            "detail": "",
            "chosen": True,
        },
        {
            "code": "JZH",
            "specificity": 1,
            "matched": True,
            "mismatch": None,
            "detail": "",
            "chosen": False,
        },
    ]
    assert (told[0]["slaHours"], told[1]["slaHours"]) == (24, None)
    first, second = told[1]["rules"]
    assert (first["mismatch"], first["detail"]) == (
        "CONDITION_ERROR",
        'Key not found in map : "gift"',
    )
    assert (second["code"], second["chosen"]) == ("JZH", True)


async def test_a_split_limit_takes_one_warehouse_that_has_all_or_says_it_was_the_reason(
    company: Company,
) -> None:
    await company.skus("BOLT", "NUT")
    await company.stock("BOLT", "HGH", 100)
    await company.stock("BOLT", "HFE", 10)
    await company.stock("NUT", "HFE", 10)
    lines = [{"sku": "BOLT", "quantity": "10"}, {"sku": "NUT", "quantity": "1"}]
    async with company.admin() as admin:
        await admin.done(
            "overflowRulePublish",
            "rule { code }",
            **rule(company, "ONE", "HGH", "HFE", maxLocations=1),
        )

        together, split = [
            (await submit(admin, **order() | {"lines": lines}))["order"] for _ in range(2)
        ]
        decision = (await admin.ask(WHY, order=split["id"]))["order"]["decision"]

    assert [each["reservations"][0]["location"]["code"] for each in together["lines"]] == [
        "HFE",
        "HFE",
    ]
    assert (split["sourcing"], decision["maxLocations"]) == ("SHORT", 1)
    assert [(s["sku"], s["location"]["code"], s["reason"]) for s in split["shortages"]] == [
        ("NUT", "HGH", "NOT_STOCKED"),
        ("NUT", "HFE", "SPLIT_LIMIT"),
    ]
    assert float((await company.level("BOLT", "HGH"))["reserved"]) == 0


async def test_what_is_too_far_is_left_out_until_the_rule_is_retired(company: Company) -> None:
    await company.skus("BOLT")
    await company.stock("BOLT", "HGH", 100)
    await company.stock("BOLT", "HFE", 100)
    async with company.admin() as admin:
        published = await admin.done(
            "overflowRulePublish",
            "rule { id }",
            **rule(company, "NEAR", "HFE", "HGH", maxDistanceKm=140.0),
        )
        near = (await submit(admin, **order()))["order"]
        decision = (await admin.ask(WHY, order=near["id"]))["order"]["decision"]
        retired = await admin.done(
            "overflowRuleRetire",
            "rule { code version }",
            overflowRuleId=published["rule"]["id"],
        )
        left = await admin.ask(RULES)
        again = await admin.do("overflowRuleRetire", "rule { code }", overflowRuleId="bm8=")

    assert near["lines"][0]["reservations"][0]["location"]["code"] == "HGH"
    assert [each["locationCode"] for each in decision["chain"]] == ["HGH"]
    assert decision["leftOut"] == [{"locationCode": "HFE", "maxDistanceKm": 140.0}]
    assert retired == {"rule": {"code": "NEAR", "version": 1}, "userErrors": []}
    assert left == {"overflowRules": []}
    assert [each["field"] for each in again["userErrors"]] == [["input", "overflowRuleId"]]


async def test_a_tie_and_a_wrong_condition_are_refused_in_words_and_by_field(
    company: Company,
) -> None:
    async with company.admin() as admin:
        await admin.done("overflowRulePublish", "rule { code }", **rule(company, "JZH", "HGH"))
        before = await admin.ask(RULES)
        tie, wrong = [
            await admin.do("overflowRulePublish", "rule { code }", **rule(company, "X", "HGH", **s))
            for s in ({}, {"condition": 'order.chanel == "DOUYIN"'})
        ]
        after = await admin.ask(RULES)

    assert [(e["code"], e["field"]) for e in tie["userErrors"]] == [
        ("RULE_TIE", ["input", "priority"])
    ]
    assert "JZH" in tie["userErrors"][0]["message"]
    assert [(e["code"], e["field"]) for e in wrong["userErrors"]] == [
        ("CONDITION_INVALID", ["input", "condition"])
    ]
    assert wrong["userErrors"][0]["message"].startswith("第 1 行第 6 列：变量 order.chanel 未声明")
    assert after == before
