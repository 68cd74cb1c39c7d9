/** A document as JavaScript values, as the BSON library decodes it by default. */
export interface Document {
  /** A field; look at what it is before using it. */
  readonly [key: string]: unknown;
}
