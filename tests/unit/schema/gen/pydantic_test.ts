import { assertEquals, assertMatch } from "@std/assert";
import { pydanticGenerator } from "../../../../src/schema/gen/pydantic.ts";
import { dataSets } from "../../../schema/data_sets.ts";
import { judge } from "../../../schema/judges/pydantic.ts";
import { field, INT, MODEL, TEXT as STRING } from "./_model.ts";
import { changed, CHANGES, ORDER, ORDERS } from "./_orders.ts";
import { encode, judgeOrSkip, modelOf, SETS, textOf } from "./_python.ts";

const TEXT = `# Made by datahood 0.1.0 from 10 documents of orders.bson.
# Edits are lost when it is made again.
# Dates are in UTC, without a time zone unless the client is tz_aware.

from datetime import datetime
from typing import Annotated, Literal, TypeAlias, TypeVar

from bson import ObjectId
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

T = TypeVar("T")


def _never_null(value: object) -> object:
    if value is None:
        raise ValueError("null, though the field is only ever missing")
    return value


# A field that may be missing, and then is None here; null in its place is refused.
Maybe: TypeAlias = Annotated[T | None, BeforeValidator(_never_null)]


class _Document(BaseModel):
    """As bson.decode gives it; model_dump(by_alias=True, exclude_unset=True) is it again."""

    model_config = ConfigDict(
        strict=True,
        extra="allow",
        populate_by_name=True,
        arbitrary_types_allowed=True,
        protected_namespaces=(),
    )


class OrderAddress(_Document):
    """An object at address."""

    street_name: str = Field(alias="street name")
    class_: int = Field(alias="class")
    # In 5 of 10 (50%).
    in_: Maybe["OrderAddress"] = Field(default=None, alias="in")


class OrderPaymentCard(_Document):
    """An object at payment, with kind "card"."""

    kind: Literal["card"]
    last4: str


class OrderPaymentBank(_Document):
    """An object at payment, with kind "bank"."""

    kind: Literal["bank"]
    iban: str


# An object at payment.
OrderPayment: TypeAlias = Annotated[
    OrderPaymentCard | OrderPaymentBank, Field(discriminator="kind")
]


class Order(_Document):
    """A document of orders."""

    id: ObjectId = Field(alias="_id")
    # Null in 2 of 10 (20%).
    name: str | None
    # In 5 of 10 (50%).
    note: Maybe[str] = None
    # In 5 of 10 (50%). Null in 2 of 5 (40%).
    closed: datetime | None = None
    address: OrderAddress
    payment: OrderPayment
    stock: dict[str, int]
    # Always 2 elements: double, int.
    at: Annotated[list[float | int], Field(min_length=2, max_length=2)]
    # Seen: "new", 'so "old"'.
    status: str


OrderAddress.model_rebuild()
`;

Deno.test("`pydanticGenerator` writes what is read with ease", () => {
  assertEquals(textOf(pydanticGenerator, MODEL), TEXT);
});

Deno.test("`pydanticGenerator` writes types that compile and take what they were made of", async (t) => {
  await using python = await judgeOrSkip(judge);
  if (python === undefined) return;
  const sets = [...SETS, ORDERS].map((set) => ({ ...set, model: modelOf(set) }));
  const texts = sets.map(({ model }) => textOf(pydanticGenerator, model));
  const problems = await python.compile(texts);
  for (const [i, { name, model, documents }] of sets.entries()) {
    await t.step(name, async () => {
      assertEquals(problems[i], undefined, texts[i]);
      const refused = await python.accept(texts[i]!, model, documents);
      assertEquals(refused.filter((why) => why !== undefined), []);
      const other = await python.again(texts[i]!, model, documents);
      assertEquals(other.filter((how) => how !== undefined), []);
    });
  }
});

Deno.test("`pydanticGenerator` writes types that refuse other documents", async (t) => {
  await using python = await judgeOrSkip(judge);
  if (python === undefined) return;
  const model = modelOf(ORDERS);
  const results = await python.accept(
    textOf(pydanticGenerator, model),
    model,
    CHANGES.map(changed),
  );
  for (const [i, { name, refused }] of CHANGES.entries()) {
    await t.step(name, () => assertEquals(results[i] !== undefined, refused, results[i]));
  }
});

Deno.test("`pydanticGenerator` is right on real data", async (t) => {
  await using python = await judgeOrSkip(judge);
  if (python === undefined) return;
  const sets = (await dataSets()).map((set) => {
    const { db, collection } = set.namespace;
    return { ...set, model: modelOf({ ...set, name: `${db}.${collection}` }) };
  });
  const texts = sets.map(({ model }) => textOf(pydanticGenerator, model));
  const problems = await python.compile(texts);
  for (const [i, { name, model, documents }] of sets.entries()) {
    await t.step(name, async () => {
      assertEquals(problems[i], undefined, texts[i]);
      const refused = await python.accept(texts[i]!, model, documents);
      assertEquals(refused.filter((why) => why !== undefined), []);
      const other = await python.again(texts[i]!, model, documents);
      assertEquals(other.filter((how) => how !== undefined), []);
    });
  }
});

Deno.test("`pydanticGenerator` refuses other fields where `closed` is given", async () => {
  await using python = await judgeOrSkip(judge);
  if (python === undefined) return;
  const model = modelOf(ORDERS);
  const more = ["customer", "payment", "none"].map((at) => {
    const order: Record<string, unknown> = { ...ORDER };
    if (at === "none") order.more = 1;
    else order[at] = { ...ORDER[at] as Record<string, unknown>, more: 1 };
    return encode(order)[0]!;
  });
  const documents = [...more, ...ORDERS.documents];
  const closed = await python.accept(
    textOf(pydanticGenerator, model, { closed: true }),
    model,
    documents,
  );
  for (const why of closed.slice(0, 3)) assertMatch(why ?? "taken", /more: Extra inputs/);
  assertEquals(closed.slice(3).filter((why) => why !== undefined), []);
  const open = await python.accept(textOf(pydanticGenerator, model), model, documents);
  assertEquals(open.filter((why) => why !== undefined), []);
});

Deno.test("`pydanticGenerator` names attributes without regard to the order of fields", () => {
  const keys = ["_id", "id", "a b", "a-b", "class", "json", "model_config", "__x", "_x", "", "2x"];
  const attributes = (keys: readonly string[]) => {
    const fields = keys.map((key) => field(key, [INT, STRING]));
    const root = { type: "object", name: "X", path: "", count: 1, open: false, fields } as const;
    const text = textOf(pydanticGenerator, { ...MODEL, root });
    return [...text.matchAll(/^ {4}(\w+): int \| str(?: = Field\(alias="(.*)"\))?$/gm)]
      .map(([, name, key]) => [key ?? name, name]).sort();
  };
  assertEquals(attributes(keys), [
    ["", "empty"],
    ["2x", "field_2x"],
    ["__x", "x"],
    ["_id", "id_"],
    ["_x", "x_"],
    ["a b", "a_b"],
    ["a-b", "a_b_"],
    ["class", "class_"],
    ["id", "id"],
    ["json", "json_"],
    ["model_config", "model_config_"],
  ]);
  assertEquals(attributes(keys.toReversed()), attributes(keys));
});
