import { JsonSchemaWriter } from "./_json_schema_writer.ts";
import type { Generator } from "./generator.ts";

/**
 * JSON Schema (2020-12) of documents as Extended JSON v2 has them, relaxed or canonical.
 *
 * A field of the user's that has the name of an Extended JSON key, such as `$oid`, is a field like
 * any other: it is written as it is, and Extended JSON does not tell them apart.
 */
export const jsonSchemaGenerator: Generator = {
  kind: "json-schema",
  summary: "JSON Schema 2020-12, for documents as Extended JSON",
  extension: ".schema.json",
  options: [
    {
      name: "ejson",
      flag: "--ejson <form>",
      help: "the Extended JSON that documents are in: relaxed or canonical",
      default: "relaxed",
      words: ["relaxed", "canonical"],
    },
    { name: "closed", flag: "--closed", help: "refuse fields that were never seen" },
    { name: "enforceFormats", flag: "--enforce-formats", help: "check the formats of strings" },
  ],
  generate(models, context) {
    return new JsonSchemaWriter(models, context).text();
  },
};
