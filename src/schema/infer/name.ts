/** Words whose plural is not made by rule; the rest follows the endings below. */
const SINGULARS: Readonly<Record<string, string>> = {
  addresses: "address",
  aliases: "alias",
  analyses: "analysis",
  bases: "base",
  buses: "bus",
  caches: "cache",
  calories: "calorie",
  canvases: "canvas",
  children: "child",
  cookies: "cookie",
  crises: "crisis",
  criteria: "criterion",
  echoes: "echo",
  feet: "foot",
  halves: "half",
  hashes: "hash",
  ids: "id",
  heroes: "hero",
  indices: "index",
  indexes: "index",
  knives: "knife",
  leaves: "leaf",
  lives: "life",
  matrices: "matrix",
  men: "man",
  movies: "movie",
  people: "person",
  potatoes: "potato",
  quizzes: "quiz",
  shelves: "shelf",
  statuses: "status",
  tomatoes: "tomato",
  vertices: "vertex",
  viruses: "virus",
  wives: "wife",
  wolves: "wolf",
  women: "woman",
};

/** Words that look like a plural and are none, or have no other singular. */
const SAME = new Set(
  ("always analytics athletics atlas bias canvas chaos christmas cosmos economics ethics ethos " +
    "gas graphics has kudos las lens logistics mathematics news os pancreas physics pos " +
    "politics series species statistics sales settings was").split(" "),
);

/** Endings of words that look like a plural and are none. */
const NOT_PLURAL = /(?:ss|us|is)$/;

/**
 * The singular of an English noun, with care: what does not look like a plural stays as it is.
 *
 * @param word One word in lower case.
 * @returns The singular, or the word.
 */
export function singular(word: string): string {
  const known = Object.hasOwn(SINGULARS, word) ? SINGULARS[word] : undefined;
  if (known !== undefined) return known;
  if (word.length < 4 || !word.endsWith("s") || NOT_PLURAL.test(word) || SAME.has(word)) {
    return word;
  }
  if (/(?:[^aeiou])ies$/.test(word)) return `${word.slice(0, -3)}y`;
  if (/(?:ch|sh|x|zz|ss)es$/.test(word)) return word.slice(0, -2);
  return word.slice(0, -1);
}

/** The words of a key: `billing_data`, `billingData` and `BILLING-DATA` have the same. */
export function wordsOf(key: string): string[] {
  return key.normalize("NFC")
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, "$1 $2")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

/** A key as a part of a type's name: `billing_data` is `BillingData`; the last word in singular. */
export function typeName(key: string, one = false): string {
  const words = wordsOf(key).map((word) => word.toLowerCase());
  const last = words.length - 1;
  if (one && last >= 0) words[last] = singular(words[last]!);
  return words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
}

/** The name of the type of documents of a collection: `orders` gives `Order`. */
export function rootTypeName(collection: string): string {
  const name = typeName(collection.split(".").at(-1) ?? "", true);
  return name === "" || /^\p{N}/u.test(name) ? `Document${name}` : name;
}
