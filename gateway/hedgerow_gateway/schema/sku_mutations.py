"""skuRegister."""

from __future__ import annotations

import strawberry
from hedgerow.contracts.inventory import RegisterSkus, SkuEntry

from hedgerow_gateway.context import Info
from hedgerow_gateway.schema.act import Act
from hedgerow_gateway.schema.enums import ItemClass
from hedgerow_gateway.schema.errors import UserError, mutation, user_errors
from hedgerow_gateway.schema.fields import entered, member, same
from hedgerow_gateway.schema.stock import Sku


@strawberry.input(description="An article.")
class SkuInput:
    sku: str = entered("SKU", "SKU", "Its code.")
    name: str = entered("品名", "Name", "What people call it.")
    unit: str = entered("单位", "Unit", "What its quantities count.")
    item_class: ItemClass | None = entered("类别", "Class", "REGULAR unless CUSTOM.", optional=True)


@strawberry.input(description="Articles; one that is there already gets a new name, unit, class.")
class SkuRegisterInput:
    skus: list[SkuInput] = entered("物料", "Articles", "1 to 200.")


@strawberry.type(description="What became of skuRegister.")
class SkuRegisterPayload:
    skus: list[Sku] | None = member("物料", "Articles", "In the order of the input.")
    user_errors: list[UserError] = user_errors(
        "SkuRegister",
        {
            "COUNT_INVALID": "Too few or too many entries.",
            "GIVEN_TWICE": "A code stands twice in the list.",
        },
    )


async def sku_register(info: Info, input: SkuRegisterInput) -> SkuRegisterPayload:
    command = RegisterSkus(
        skus=tuple(
            SkuEntry(
                sku=each.sku,
                name=each.name,
                unit=each.unit,
                item_class=each.item_class or ItemClass.REGULAR,
            )
            for each in input.skus
        )
    )
    return SkuRegisterPayload(skus=same(await Act.of(info).send(command)))


@strawberry.type
class SkuMutations:
    sku_register: SkuRegisterPayload | None = mutation(
        SkuRegisterPayload, sku_register, "Register articles."
    )
