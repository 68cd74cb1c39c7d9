import { DRIVER_OPTIONS } from "./_driver_options.ts";
import { ZodWriter } from "./_zod_writer.ts";
import type { Generator } from "./generator.ts";

/**
 * Zod 4 schemas that take documents as the MongoDB driver decodes them, or their JSON form, and the
 * types that they infer.
 *
 * To Zod a value of a class is an object too. Objects all of whose fields are optional are not told
 * from a date, or where other fields are allowed from any value of a class.
 */
export const zodGenerator: Generator = {
  kind: "zod",
  summary: "Zod 4 schemas and their types, for documents as the MongoDB driver decodes them",
  extension: ".zod.ts",
  options: [
    { name: "closed", flag: "--closed", help: "refuse fields that were never seen" },
    { name: "enforceFormats", flag: "--enforce-formats", help: "check the formats of strings" },
    ...DRIVER_OPTIONS,
  ],
  generate(models, context) {
    return new ZodWriter(models, context).text();
  },
};
