import { MongoValidatorWriter } from "./_mongodb_validator_writer.ts";
import type { Generator } from "./generator.ts";

/**
 * A validator for a collection, in the `$jsonSchema` that MongoDB has: draft 4 of JSON Schema with
 * `bsonType`, without references.
 *
 * The text is JSON that can be given to the server as it is: of one collection the validator, or with
 * `collMod` the command that sets it; of several an object of validators by collection, or an array of
 * commands.
 */
export const mongodbValidatorGenerator: Generator = {
  kind: "mongodb-validator",
  summary: "a $jsonSchema validator for a collection of MongoDB",
  extension: ".validator.json",
  options: [
    { name: "closed", flag: "--closed", help: "refuse fields that were never seen" },
    { name: "enforceFormats", flag: "--enforce-formats", help: "check the formats of strings" },
    {
      name: "strictNumbers",
      flag: "--strict-numbers",
      help: "tell int, long and double apart; drivers send 1 as an int and 3e9 as a double",
    },
    {
      name: "collMod",
      flag: "--coll-mod",
      help:
        "the whole collMod command, with the careful level moderate and action warn: the server " +
        "logs what does not fit and refuses nothing until you say error",
    },
  ],
  generate(models, context) {
    return new MongoValidatorWriter(models, context).text();
  },
};
