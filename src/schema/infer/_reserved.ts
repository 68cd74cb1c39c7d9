/**
 * Names that no type is given: globals, keywords and imports of the languages that types are made
 * for, all together, so that a type has the same name in each of them.
 */
export const RESERVED: ReadonlySet<string> = new Set(
  (
    // TypeScript: globals that types are written with, or that would be hidden.
    "Array ArrayBuffer Awaited BigInt Boolean Buffer Capitalize Date Error Exclude Extract Function " +
    "Infinity Int8Array Intl Iterable Iterator JSON Map Math NaN NonNullable Number Object Omit " +
    "Parameters Partial Pick Promise Proxy Readonly ReadonlyArray Record Reflect RegExp Required " +
    "ReturnType Set String Symbol Uint8Array Uncapitalize Uppercase Lowercase WeakMap WeakSet " +
    // BSON classes.
    "BSON BSONRegExp BSONSymbol BSONType Binary Code DBRef Decimal128 Document Double EJSON Int32 " +
    "Int64 Long MaxKey MinKey MongoClient Collection Db ObjectId ObjectID Regex SON Timestamp UUID " +
    // Zod, Mongoose.
    "Z Schema Types Model Mongoose Mixed Query Connection " +
    // Python.
    "Annotated Any BaseModel Callable ClassVar ConfigDict Dict Ellipsis Enum Exception Field Final " +
    "Generic Iterable List Literal Mapping Never None NotImplemented NotRequired Optional Protocol " +
    "Required RootModel Self Sequence Tuple Type TypeAlias TypeAdapter TypeError TypedDict Union " +
    "ValueError True False Warning KeyError ImportError"
  ).split(" "),
);
