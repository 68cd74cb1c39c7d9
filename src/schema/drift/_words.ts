import { KIND, KIND_NAMES, type KindName, type ValueNode } from "../../profile/mod.ts";

/** `a string`, `an int`. */
export function aKind(kind: KindName): string {
  return `${/^[aeiou]/.test(kind) && kind !== "undefined" ? "an" : "a"} ${kind}`;
}

/** The kinds at a path: `double or null`. */
export function kindsOf(node: ValueNode): string {
  const names = KIND_NAMES.filter((_, kind) => node.counts[kind]! > 0);
  // What a value can be comes before that it can be none.
  names.sort((a, b) => Number(isNothing(a)) - Number(isNothing(b)));
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

/** Null and undefined are told as states, not as kinds of values. */
export function isNothing(kind: KindName): boolean {
  return KIND[kind] === KIND.null || KIND[kind] === KIND.undefined;
}

/** `12%`, or finer where that says nothing. */
export function share(count: number, of: number): string {
  const percent = 100 * count / of;
  if (percent > 0 && percent < 1) return "<1%";
  if (percent > 99 && percent < 100) return ">99%";
  return `${Math.round(percent)}%`;
}

/** `, _id {"$oid":"…"}`: what a message ends in. */
export function idWords(ids: readonly string[], count: number): string {
  if (ids.length === 0) return "";
  return `, _id ${ids.join(", ")}${count > ids.length ? ", …" : ""}`;
}

/** A text on one line that no terminal or log reads as anything else. */
export function oneLine(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu,
    (c) => `\\u${c.codePointAt(0)!.toString(16).padStart(4, "0")}`,
  );
}
