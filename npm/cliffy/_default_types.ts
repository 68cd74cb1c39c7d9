// The types that every command knows without being told.
import type { Type } from "./types.ts";
import {
  BooleanType,
  FileType,
  IntegerType,
  NumberType,
  SecretType,
  StringType,
} from "./value_types.ts";

export const DEFAULT_TYPES: Readonly<Record<string, Type<unknown>>> = {
  string: new StringType(),
  number: new NumberType(),
  integer: new IntegerType(),
  boolean: new BooleanType(),
  file: new FileType(),
  secret: new SecretType(),
};
