/** Why the server did not take a document, in words that hold no values of it. */
import { codeError } from "./_sending.ts";
import { isRetryable } from "./translate_error.ts";

/** An entry of `writeErrors` of a reply, which is checked where it is used. */
export interface WriteError {
  /** Index of the document in the message. */
  readonly index: number;
  /** The server's code. */
  readonly code: number;
  /** The server's text; it may quote values. */
  readonly errmsg?: unknown;
  /** What a validator said. */
  readonly errInfo?: unknown;
  /** Fields of the unique index. */
  readonly keyPattern?: unknown;
}

export const DUPLICATE_KEY = new Set([11000, 11001, 12582]);
const VALIDATION_FAILED = 121;
const MAX_REASON = 300;
const MAX_SAID = 120;

/** Codes of a full disk or quota: no later document will be taken either. */
export const FULL = new Set([14031, 8000]);

/** Reasons of single documents whose code says all. */
const REASONS: Readonly<Record<number, string>> = {
  52: "a field name of it starts with $, which this server does not store",
  53: "its _id is of a type that cannot be one",
  57: "a field name of it holds a dot, which this server does not store",
  10334: "it is larger than the server takes",
  17280: "an indexed value of it is too large for the index",
  17419: "it would be larger than the server takes",
};

/** Whether the code of a single document's error means that the same may work later. */
export function isRetryableCode(code: number): boolean {
  return isRetryable(codeError(code));
}

/** Why a document was refused. */
export function reasonOf(error: WriteError): string {
  if (error.code === VALIDATION_FAILED) return validationReason(error.errInfo);
  const known = REASONS[error.code];
  if (known !== undefined) return known;
  const said = withoutValues(error.errmsg);
  return said === ""
    ? `the server refuses it (code ${error.code})`
    : `the server refuses it: ${said}`;
}

/** The server's text up to where it may begin to quote a value. */
export function withoutValues(text: unknown): string {
  if (typeof text !== "string") return "";
  const end = text.search(/[{}[\]"`<>\d]|(?<![A-Za-z])'/);
  const said = (end < 0 ? text : text.slice(0, end)).slice(0, MAX_SAID).replace(/[\s:,($]+$/, "");
  return said === "" || said.length === text.length ? said : `${said} …`;
}

/** What a validator did not like: names of fields and rules, not what was in them. */
function validationReason(errInfo: unknown): string {
  const found: string[] = [];
  if (isRecord(errInfo)) collect(errInfo.details, "", found);
  const rules = [...new Set(found)].join(", ");
  const reason = "the collection's validator refuses it";
  if (rules === "") return reason;
  const text = `${reason}: ${rules}`;
  return text.length > MAX_REASON ? `${text.slice(0, MAX_REASON)}…` : text;
}

function collect(details: unknown, path: string, found: string[]): void {
  if (Array.isArray(details)) {
    for (const each of details) collect(each, path, found);
    return;
  }
  if (!isRecord(details)) return;
  const { operatorName, missingProperties, propertyName, additionalProperties } = details;
  const at = typeof propertyName === "string"
    ? path === "" ? propertyName : `${path}.${propertyName}`
    : path;
  const before = found.length;
  for (
    const [list, state] of [[missingProperties, "is missing"], [
      additionalProperties,
      "is extra",
    ]] as const
  ) {
    if (!Array.isArray(list)) continue;
    for (const name of list) {
      if (typeof name !== "string") continue;
      found.push(`"${at === "" ? name : `${at}.${name}`}" ${state}`);
    }
  }
  for (
    const key of [
      "schemaRulesNotSatisfied",
      "propertiesNotSatisfied",
      "clausesNotSatisfied",
      "details",
      "schemasNotSatisfied",
    ]
  ) {
    collect(details[key], at, found);
  }
  if (found.length > before || typeof operatorName !== "string") return;
  found.push(at === "" ? operatorName : `"${at}" fails ${operatorName}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
