import { isIdentifier, isKeyword } from "./_python.ts";

/** Names that generated code uses: no type gets one of them. */
export const RESERVED: ReadonlySet<string> = new Set(
  ("Annotated BaseModel BeforeValidator Binary Code ConfigDict DBRef DatetimeMS Decimal128 Field " +
    "Int64 Literal MaxKey Maybe MinKey NotRequired ObjectId Regex Timestamp TypeAlias TypeVar " +
    "TypedDict ValueError bool bytes datetime dict float int list object str T").split(" "),
);

/** The name of a type as Python has it. */
export function pythonTypeName(name: string): string {
  let found = [...name].map((c) => isIdentifier(`a${c}`) ? c : `_${c.codePointAt(0)!.toString(16)}`)
    .join("").replace(/^(?=\d|$)/, "T");
  while (RESERVED.has(found) || isKeyword(found) || !isIdentifier(found)) found += "_";
  return found;
}
