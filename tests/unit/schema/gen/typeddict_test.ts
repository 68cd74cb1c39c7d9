import { assertEquals } from "@std/assert";
import { typeddictGenerator } from "../../../../src/schema/gen/typeddict.ts";
import { dataSets } from "../../../schema/data_sets.ts";
import { judge } from "../../../schema/judges/typeddict.ts";
import { MODEL, NO_PLANS, PLANS, RECURSIVE } from "./_model.ts";
import { changed, CHANGES, ORDERS } from "./_orders.ts";
import { encode, judgeOrSkip, modelOf, SETS, textOf } from "./_python.ts";

const TEXT = `# Made by datahood 0.1.0 from 10 documents of orders.bson.
# Edits are lost when it is made again.
# Dates are in UTC, without a time zone unless the client is tz_aware.

from datetime import datetime
from typing import Literal, NotRequired, TypeAlias, TypedDict

from bson import ObjectId

# An object at address.
OrderAddress = TypedDict(
    "OrderAddress",
    {
        "street name": str,
        "class": int,
        # In 5 of 10 (50%).
        "in": NotRequired["OrderAddress"],
    },
)


class OrderPaymentCard(TypedDict):
    """An object at payment, with kind "card"."""

    kind: Literal["card"]
    last4: str


class OrderPaymentBank(TypedDict):
    """An object at payment, with kind "bank"."""

    kind: Literal["bank"]
    iban: str


# An object at payment.
OrderPayment: TypeAlias = OrderPaymentCard | OrderPaymentBank


class Order(TypedDict):
    """A document of orders."""

    _id: ObjectId
    # Null in 2 of 10 (20%).
    name: str | None
    # In 5 of 10 (50%).
    note: NotRequired[str]
    # In 5 of 10 (50%). Null in 2 of 5 (40%).
    closed: NotRequired[datetime | None]
    address: OrderAddress
    payment: OrderPayment
    stock: dict[str, int]
    # Always 2 elements: double, int.
    at: list[float | int]
    # Seen: "new", 'so "old"'.
    status: str
`;

Deno.test("`typeddictGenerator` writes what is read with ease", () => {
  assertEquals(textOf(typeddictGenerator, MODEL), TEXT);
});

Deno.test("`typeddictGenerator` writes types that compile and take what they were made of", async (t) => {
  await using python = await judgeOrSkip(judge);
  if (python === undefined) return;
  const sets = [...SETS, ORDERS].map((set) => ({ ...set, model: modelOf(set) }));
  const texts = sets.map(({ model }) => textOf(typeddictGenerator, model));
  const problems = await python.compile(texts);
  for (const [i, { name, model, documents }] of sets.entries()) {
    await t.step(name, async () => {
      assertEquals(problems[i], undefined, texts[i]);
      const refused = await python.accept(texts[i]!, model, documents);
      assertEquals(refused.filter((why) => why !== undefined), []);
    });
  }
});

Deno.test("`typeddictGenerator` writes types that refuse other documents", async (t) => {
  await using python = await judgeOrSkip(judge);
  if (python === undefined) return;
  const model = modelOf(ORDERS);
  const results = await python.accept(
    textOf(typeddictGenerator, model),
    model,
    CHANGES.map(changed),
  );
  for (const [i, { name, refused }] of CHANGES.entries()) {
    await t.step(name, () => assertEquals(results[i] !== undefined, refused, results[i]));
  }
});

Deno.test("`typeddictGenerator` writes types that need one another", async () => {
  await using python = await judgeOrSkip(judge);
  if (python === undefined) return;
  const text = textOf(typeddictGenerator, RECURSIVE);
  assertEquals(await python.compile([text]), [undefined]);
  const documents = encode(...PLANS, ...NO_PLANS);
  const results = await python.accept(text, RECURSIVE, documents);
  assertEquals(results.slice(0, PLANS.length).filter((why) => why !== undefined), []);
  assertEquals(results.slice(PLANS.length).filter((why) => why === undefined), []);
});

Deno.test("`typeddictGenerator` is right on real data", async (t) => {
  await using python = await judgeOrSkip(judge);
  if (python === undefined) return;
  const sets = (await dataSets()).map((set) => {
    const { db, collection } = set.namespace;
    return { ...set, model: modelOf({ ...set, name: `${db}.${collection}` }) };
  });
  const texts = sets.map(({ model }) => textOf(typeddictGenerator, model));
  const problems = await python.compile(texts);
  for (const [i, { name, model, documents }] of sets.entries()) {
    await t.step(name, async () => {
      assertEquals(problems[i], undefined, texts[i]);
      const refused = await python.accept(texts[i]!, model, documents);
      assertEquals(refused.filter((why) => why !== undefined), []);
    });
  }
});

Deno.test("`typeddictGenerator` writes types that documents can be written as constants of", async (t) => {
  await using python = await judgeOrSkip(judge);
  if (python === undefined) return;
  // mypy loses the alternatives of a dict's values: `dict[str, A | B]` of literals is refused. A
  // type with more fields than it names has no constants, and mypy is slow where types are deep.
  const own = SETS.filter(({ name }) => !/^maps$|^deep |many /.test(name));
  const sets = [...await dataSets(), ...own, ORDERS].map((set) => {
    const model = modelOf(set);
    const every = Math.ceil(set.documents.length / 5);
    const documents = set.documents.filter((_, i) => i % every === 0);
    return { name: set.name, model, documents, text: textOf(typeddictGenerator, model) };
  });
  const problems = await python.constants(sets);
  for (const [i, { name }] of sets.entries()) {
    await t.step(name, () => assertEquals(problems[i], undefined, sets[i]!.text));
  }
  const model = modelOf(ORDERS);
  const text = textOf(typeddictGenerator, model);
  // A bool is an int to mypy.
  const wrong = CHANGES.filter(({ refused, name }) => refused && name !== "a number as a boolean")
    .map(changed);
  const found = await python.constants(
    wrong.map((document) => ({ text, model, documents: [document] })),
  );
  assertEquals(found.filter((why) => why === undefined), [], "mypy takes what it should not");
});
