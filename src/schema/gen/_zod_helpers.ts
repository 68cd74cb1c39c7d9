import type { ZodHelper } from "./_zod_scalar.ts";

/** The names of a file's helpers, by what they are. */
const NAMES: Readonly<Record<ZodHelper, string>> = {
  ObjectId: "objectId",
  Decimal128: "decimal128",
  Long: "long",
  Int32: "int32",
  Double: "double",
  Timestamp: "timestamp",
  Binary: "binary",
  UUID: "uuid",
  Code: "code",
  BSONRegExp: "bsonRegExp",
  BSONSymbol: "bsonSymbol",
  DBRef: "dbRef",
  MinKey: "minKey",
  MaxKey: "maxKey",
  anyNumber: "anyNumber",
  anyDate: "anyDate",
  inherited: "inherited",
};

/** Names that types cannot have in such a file, as it means something else by them. */
export const ZOD_RESERVED: ReadonlySet<string> = new Set([
  ...Object.keys(NAMES),
  ...Object.values(NAMES),
  ...["z", "bson", "Object", "Date", "RegExp", "Symbol", "undefined", "globalThis"],
]);

/** The name of a helper's schema. */
export function helperName(helper: ZodHelper): string {
  return NAMES[helper];
}

/**
 * Declarations of the helpers that are used, and the names of the driver's classes in them.
 *
 * @param used Which.
 * @param json Whether they are of the JSON form.
 */
export function helperLines(
  used: ReadonlySet<ZodHelper>,
  json: boolean,
): { lines: string[]; classes: string[] } {
  const lines: string[] = [];
  const classes: string[] = [];
  for (const helper of Object.keys(NAMES) as ZodHelper[]) {
    if (!used.has(helper)) continue;
    const name = NAMES[helper];
    switch (helper) {
      case "anyNumber":
        lines.push(
          `const ${name} = z.custom<number>(`,
          `  (value) => typeof value === "number",`,
          `  "Invalid input: expected number, NaN and infinite too",`,
          `);`,
        );
        break;
      case "anyDate":
        lines.push(
          `const ${name} = z.custom<Date>(`,
          `  (value) => value instanceof Date,`,
          `  "Invalid input: expected Date, invalid too",`,
          `);`,
        );
        break;
      case "inherited":
        lines.push(
          `/** What every object inherits under such a key: the document has no such field. */`,
          `const ${name} = z.custom<never>((value) => typeof value === "function");`,
        );
        break;
      case "ObjectId":
      case "UUID":
        if (json) {
          const pattern = helper === "UUID"
            ? "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
            : "[0-9a-f]{24}";
          lines.push(`const ${name} = z.string().regex(/^${pattern}$/);`);
          break;
        }
        classes.push(helper);
        lines.push(
          helper === "UUID"
            ? `const ${name} = bson<UUID>("Binary", "UUID", ({ sub_type }) => sub_type === 4);`
            : `const ${name} = bson<ObjectId>("ObjectId");`,
        );
        break;
      default:
        classes.push(helper);
        lines.push(`const ${name} = bson<${helper}>("${helper}");`);
    }
  }
  if (classes.length > 0) {
    lines.unshift(...BSON_LINES);
  }
  return { lines, classes };
}

const BSON_LINES = [
  "/** A class of the driver's, by the name it gives itself: any copy of the driver will do. */",
  "const bson = <T>(type: string, name = type, test: (value: T) => boolean = () => true) =>",
  "  z.custom<T>(",
  "    (value) => Object.getPrototypeOf(Object(value))?._bsontype === type && test(value as T),",
  "    `Invalid input: expected ${name}`,",
  "  );",
];
