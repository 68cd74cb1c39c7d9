/** Looking into raw documents of the server's own commands. */
import { deserialize, type Document, onDemand } from "bson";

/** The bytes of a field that holds a document or an array; `undefined` if it is not there. */
export function rawField(bytes: Uint8Array, name: string): Uint8Array | undefined {
  for (const element of onDemand.parseToElements(bytes)) {
    const [type, nameOffset, nameLength, offset, length] = element;
    if (type !== 3 && type !== 4) continue;
    if (name === new TextDecoder().decode(bytes.subarray(nameOffset, nameOffset + nameLength))) {
      return bytes.slice(offset, offset + length);
    }
  }
  return undefined;
}

/** A document's values, for looking at it. */
export function decoded(bytes: Uint8Array): Document {
  return deserialize(bytes);
}
