import { assertEquals, assertMatch } from "@std/assert";
import { pydanticGenerator } from "../../../../src/schema/gen/pydantic.ts";
import { FORMAT_NAMES, type FormatName } from "../../../../src/profile/mod.ts";
import { dataSets } from "../../../schema/data_sets.ts";
import { judge } from "../../../schema/judges/pydantic.ts";
import { field, INT, MODEL, NO_PLANS, PLANS, RECURSIVE, TEXT as STRING } from "./_model.ts";
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

Deno.test("`pydanticGenerator` writes types that need one another", async () => {
  await using python = await judgeOrSkip(judge);
  if (python === undefined) return;
  const text = textOf(pydanticGenerator, RECURSIVE);
  assertEquals(await python.compile([text]), [undefined]);
  const documents = encode(...PLANS, ...NO_PLANS);
  const results = await python.accept(text, RECURSIVE, documents);
  assertEquals(results.slice(0, PLANS.length).filter((why) => why !== undefined), []);
  assertEquals(results.slice(PLANS.length).filter((why) => why === undefined), []);
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

Deno.test("`pydanticGenerator` checks formats where `enforceFormats` is given", async (t) => {
  await using python = await judgeOrSkip(judge);
  if (python === undefined) return;
  const formats: readonly {
    readonly format: FormatName;
    readonly take: readonly string[];
    readonly refuse: string;
  }[] = [
    {
      format: "uuid",
      take: ["123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-426614174000"],
      refuse: "123e4567e89b12d3a456426614174000",
    },
    {
      format: "dateTime",
      take: [
        "2024-01-01T00:00:00Z",
        "2024-12-31 24:00",
        "2024-01-01t23:59:60,123+05:30",
        "2024-01-01T00:00:00.000-0800",
        "2024-01-01T00:00+01",
      ],
      refuse: "yesterday",
    },
    { format: "date", take: ["2024-01-31", "0001-12-01"], refuse: "2024-13-01" },
    { format: "email", take: ["a@b.c", "x.y+z@mail.example.org"], refuse: "a at b" },
    { format: "uri", take: ["https://x.y/?q=1#z", "git+ssh://h"], refuse: "https://a b" },
    { format: "ipv4", take: ["127.0.0.1", "255.255.255.255"], refuse: "1.2.3" },
    { format: "ipv6", take: ["::1", "fe80::1", "::", "1:2:3:4:5:6:1.2.3.4"], refuse: "cafe" },
    { format: "hex24", take: ["0123456789abcdefABCDEF01"], refuse: "0123" },
    { format: "int", take: ["0", "-1", "1234567890123456789"], refuse: "01" },
    {
      format: "base64",
      take: ["aGVsbG8gd29ybGQsIGhlbGxv", "aGVsbG8gd29ybGQsIGhlbA=="],
      refuse: "?",
    },
  ];
  assertEquals(formats.map(({ format }) => format).sort(), [...FORMAT_NAMES].sort());
  for (const { format, take, refuse } of formats) {
    await t.step(format, async () => {
      const documents = encode(...Array.from({ length: 40 }, (_, i) => ({
        text: take[i % take.length],
      })));
      const model = modelOf({ name: "texts", documents });
      const text = textOf(pydanticGenerator, model, { enforceFormats: true });
      assertMatch(text, /text: _\w+\n/);
      assertEquals(await python.compile([text]), [undefined]);
      const all = [...documents, ...encode({ text: refuse })];
      const results = await python.accept(text, model, all);
      assertEquals(results.slice(0, -1).filter((why) => why !== undefined), []);
      assertMatch(results.at(-1) ?? "taken", /match pattern/);
      const free = await python.accept(textOf(pydanticGenerator, model), model, all);
      assertEquals(free.filter((why) => why !== undefined), []);
    });
  }
});

Deno.test("`pydanticGenerator` writes several collections as one module", async () => {
  await using python = await judgeOrSkip(judge);
  if (python === undefined) return;
  const models = [MODEL, modelOf(SETS[0]!)];
  const text = pydanticGenerator.generate(models, {
    source: "coding: latin-1\n\0\u2028# type: ignore",
    version: "0.1.0",
    options: {},
  });
  assertEquals(await python.compile([text]), [undefined]);
});
