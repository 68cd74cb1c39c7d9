import { MongooseWriter } from "./_mongoose_writer.ts";
import type { Generator } from "./generator.ts";

/**
 * Schemas and models of Mongoose 9, and the types that it infers of them.
 *
 * What Mongoose has no type for is `Mixed` with a validator; keys that it cannot hold are left out, and
 * a comment says so.
 */
export const mongooseGenerator: Generator = {
  kind: "mongoose",
  summary: "Mongoose 9 schemas, models and their types",
  extension: ".mongoose.ts",
  options: [
    { name: "closed", flag: "--closed", help: "refuse fields that were never seen" },
    { name: "enforceFormats", flag: "--enforce-formats", help: "check the formats of strings" },
  ],
  generate(models, context) {
    return new MongooseWriter(models, context).text();
  },
};
