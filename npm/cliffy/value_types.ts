// The value types of @cliffy/command that every command knows.
import { invalidType } from "./errors.ts";
import { type ArgumentValue, Type } from "./types.ts";

export class StringType extends Type<string> {
  parse(type: ArgumentValue): string {
    return type.value;
  }
}

export class FileType extends StringType {}

export class SecretType extends StringType {
  override defaultText(): string {
    return "******";
  }
}

export class NumberType extends Type<number> {
  parse(type: ArgumentValue): number {
    const value = Number(type.value);
    if (type.value && Number.isFinite(value)) return value;
    throw invalidType(type);
  }
}

export class IntegerType extends Type<number> {
  parse(type: ArgumentValue): number {
    const value = Number(type.value);
    if (Number.isInteger(value)) return value;
    throw invalidType(type);
  }
}

export class BooleanType extends Type<boolean> {
  parse(type: ArgumentValue): boolean {
    if (type.value === "1" || type.value === "true") return true;
    if (type.value === "0" || type.value === "false") return false;
    throw invalidType(type, ["true", "false", "1", "0"]);
  }

  override complete(): string[] {
    return ["true", "false"];
  }
}

/** Allows only the given values. */
export class EnumType<const T extends string | number | boolean> extends Type<T> {
  readonly #allowed: readonly T[];

  constructor(values: ReadonlyArray<T> | Record<string, T>) {
    super();
    this.#allowed = Array.isArray(values) ? values : Object.values(values);
  }

  parse(type: ArgumentValue): T {
    for (const value of this.#allowed) {
      if (value.toString() === type.value) return value;
    }
    throw invalidType(type, this.#allowed);
  }

  override values(): T[] {
    return [...this.#allowed];
  }

  override complete(): T[] {
    return this.values();
  }
}
