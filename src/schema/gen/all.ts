import type { Generator } from "./generator.ts";
import { jsonSchemaGenerator } from "./json_schema.ts";
import { mongodbValidatorGenerator } from "./mongodb_validator.ts";
import { mongooseGenerator } from "./mongoose.ts";
import { pydanticGenerator } from "./pydantic.ts";
import { typeddictGenerator } from "./typeddict.ts";
import { typescriptGenerator } from "./typescript.ts";
import { zodGenerator } from "./zod.ts";

/** Every target that types can be written for; the first is the default. */
export const GENERATORS: readonly Generator[] = [
  typescriptGenerator,
  zodGenerator,
  jsonSchemaGenerator,
  mongodbValidatorGenerator,
  mongooseGenerator,
  typeddictGenerator,
  pydanticGenerator,
];
