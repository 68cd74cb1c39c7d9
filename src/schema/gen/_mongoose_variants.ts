import type { FieldModel, TypeModel, ValueModel, VariantsModel } from "../model.ts";

/** A field, and where it has to be there if not everywhere. */
export interface VariantField {
  /** The field. */
  readonly field: FieldModel;
  /** The field that tells, and its values with which this one is always there. */
  readonly where?: { readonly key: string; readonly values: readonly (string | number)[] };
}

/** The fields of all variants as those of one object. */
export function mergeVariants({ tag, variants, count }: VariantsModel): VariantField[] {
  const keys = [...new Set(variants.flatMap(({ object }) => object.fields.map(({ key }) => key)))];
  return keys.map((key): VariantField => {
    const found = variants.flatMap(({ value, object }) =>
      object.fields.filter((field) => field.key === key).map((field) => ({ value, field }))
    );
    const fields = found.map(({ field }) => field);
    const always = found.filter(({ field }) => !field.optional).map(({ value }) => value);
    const everywhere = always.length === variants.length;
    const field: FieldModel = {
      key,
      value: mergeValues(fields.map(({ value }) => value)),
      optional: !everywhere,
      count: fields.reduce((sum, { count }) => sum + count, 0),
      of: count,
      ...(fields.some(({ personal }) => personal) ? { personal: true } : {}),
    };
    return everywhere || always.length === 0
      ? { field }
      : { field, where: { key: tag, values: always } };
  });
}

function mergeValues(values: readonly ValueModel[]): ValueModel {
  const types = new Map<string, TypeModel>();
  for (const type of values.flatMap(({ types }) => types)) {
    const id = type.type === "scalar"
      ? `scalar ${type.kind} ${type.closed} ${type.format}`
      : "name" in type
      ? `named ${type.name}`
      : `${type.type} ${types.size}`;
    const before = types.get(id);
    types.set(id, before === undefined ? type : mergeTypes(before, type));
  }
  const sum = (of: (value: ValueModel) => number) => values.reduce((all, one) => all + of(one), 0);
  return {
    types: [...types.values()],
    nulls: sum(({ nulls }) => nulls),
    undefineds: sum(({ undefineds }) => undefineds),
    total: sum(({ total }) => total),
    outliers: values.flatMap(({ outliers }) => outliers),
  };
}

function mergeTypes(one: TypeModel, other: TypeModel): TypeModel {
  const count = one.count + other.count;
  if (one.type !== "scalar" || other.type !== "scalar") return { ...one, count };
  const values = new Map(
    [...one.values ?? [], ...other.values ?? []].map((entry) => [entry.value, entry]),
  );
  const { constant: _, values: __, range: ___, ...rest } = one;
  const sum = (key: "unsafe" | "notFinite") => (one[key] ?? 0) + (other[key] ?? 0);
  const subtypes = one.subtypes && new Map([...one.subtypes, ...other.subtypes ?? []]);
  return {
    ...rest,
    count,
    unsafe: sum("unsafe"),
    notFinite: sum("notFinite"),
    ...(values.size > 0 ? { values: [...values.values()] as typeof one.values & object } : {}),
    ...(subtypes === undefined ? {} : { subtypes }),
  };
}
