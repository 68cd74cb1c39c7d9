/** The one private class of the driver that is used; its version is pinned and probed. */
export class DocumentSequence {
  constructor(field: string);
  push(document: unknown, bytes: Uint8Array): number;
}
