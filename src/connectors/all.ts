import type { ConnectorDescriptor } from "../core/mod.ts";
import { archiveDescriptor } from "./archive/descriptor.ts";
import { bsonDescriptor } from "./bson/descriptor.ts";
import { dumpDescriptor } from "./dump/descriptor.ts";
import { mongodbDescriptor } from "./mongodb/descriptor.ts";
import { nullDescriptor } from "./null/descriptor.ts";

/**
 * What datahood can read and write, as data: naming a connector here is all it takes for addresses,
 * help and permissions to know it. Their code is loaded when one is made.
 */
export const CONNECTORS = [
  mongodbDescriptor,
  bsonDescriptor,
  dumpDescriptor,
  archiveDescriptor,
  nullDescriptor,
] as const satisfies readonly ConnectorDescriptor[];
