/** One order as BSON, written by hand: the driver's serializer would take most of the time. */

const encoder = new TextEncoder();
const name = (type: number, key: string): Uint8Array =>
  Uint8Array.of(type, ...encoder.encode(key), 0);
const text = (value: string): Uint8Array => encoder.encode(value);

const KEY = {
  id: name(7, "_id"),
  number: name(16, "no"),
  status: name(2, "status"),
  customer: name(3, "customer"),
  customerName: name(2, "name"),
  email: name(2, "email"),
  address: name(3, "address"),
  city: name(2, "city"),
  zip: name(2, "zip"),
  items: name(4, "items"),
  itemAt: [0, 1, 2, 3].map((index) => name(3, String(index))),
  sku: name(2, "sku"),
  quantity: name(16, "qty"),
  price: name(1, "price"),
  tags: name(4, "tags"),
  tagAt: [0, 1].map((index) => name(2, String(index))),
  total: name(19, "total"),
  paid: name(8, "paid"),
  createdAt: name(9, "at"),
  shippedAt: name(9, "shipped"),
  notShipped: name(10, "shipped"),
  views: name(18, "views"),
  note: name(2, "note"),
} as const;

const STATUS = ["new", "paid", "packed", "shipped", "delivered", "returned"].map(text);
const FIRST = ["Ada", "Björn", "Chloé", "Dmitri", "Emi", "Fatima", "Grace", "Hiroshi"].map(text);
const LAST = ["Lovelace", "Ångström", "Dupont", "Ivanov", "Tanaka", "Haddad", "Hopper"].map(text);
const MAILBOX = ["orders", "ada.l", "contact", "first", "shop"].map(text);
const MAIL_HOST = ["@example.org", "@mail.example.com", "@example.net"].map(text);
const CITY = ["London", "Göteborg", "Lyon", "São Paulo", "Kyoto", "Beirut", "Toronto"].map(text);
const TAG = ["gift", "express", "wholesale", "fragile", "new", "eu"].map(text);
const NOTE = [
  "Leave it with the neighbour, please.",
  "Ring twice.",
  "Invoice to the company address; the order number goes on the parcel.",
].map(text);
const SPACE = text(" ");
const SKU = text("SKU-");

/** The longest order that {@linkcode OrderWriter.write} makes, in bytes, rounded up. */
export const MAX_ORDER_BYTES = 1024;

/** Writes orders into a buffer, one after another, the same ones for the same seed. */
export class OrderWriter {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #state: number;
  #index = 0;

  /**
   * Creates a writer.
   *
   * @param buffer Where the orders go.
   * @param seed Which orders: equal seeds give equal bytes.
   */
  constructor(buffer: Uint8Array, seed: number) {
    this.#bytes = buffer;
    this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    this.#state = seed >>> 0;
  }

  /**
   * Writes the next order.
   *
   * @param at Offset in the buffer, with {@linkcode MAX_ORDER_BYTES} left after it.
   * @returns The offset after the order.
   */
  write(at: number): number {
    this.#at = at;
    const index = this.#index++;
    const view = this.#view;
    const order = this.#open();
    this.#objectId(index);
    this.#int(KEY.number, 100_000 + index);
    this.#string(KEY.status, this.#pick(STATUS));
    this.#customer();
    const cents = this.#items();
    this.#tags();
    this.#copy(KEY.total);
    view.setUint32(this.#at, cents, true);
    view.setUint32(this.#at + 4, 0, true);
    view.setUint32(this.#at + 8, 0, true);
    // The exponent −2 of a Decimal128: biased by 6176, above 49 bits of the coefficient.
    view.setUint32(this.#at + 12, 6174 << 17, true);
    this.#at += 16;
    this.#copy(KEY.paid);
    this.#bytes[this.#at++] = this.#below(2);
    const created = 1_700_000_000_000 + index * 1000 + this.#below(1000);
    this.#long(KEY.createdAt, created);
    const shipped = this.#below(4);
    if (shipped === 0) this.#copy(KEY.notShipped);
    else if (shipped < 3) this.#long(KEY.shippedAt, created + this.#below(2 ** 29));
    this.#long(KEY.views, this.#below(2 ** 20) * 2 ** 20);
    if (this.#below(8) === 0) this.#string(KEY.note, this.#pick(NOTE));
    this.#close(order);
    return this.#at;
  }

  #customer(): void {
    this.#copy(KEY.customer);
    const customer = this.#open();
    this.#string(KEY.customerName, this.#pick(FIRST), SPACE, this.#pick(LAST));
    this.#string(KEY.email, this.#pick(MAILBOX), this.#pick(MAIL_HOST));
    this.#copy(KEY.address);
    const address = this.#open();
    this.#string(KEY.city, this.#pick(CITY));
    this.#digits(KEY.zip, undefined, 5);
    this.#close(address);
    this.#close(customer);
  }

  /** Returns the sum in cents. */
  #items(): number {
    this.#copy(KEY.items);
    const items = this.#open();
    const count = 1 + this.#below(3);
    let sum = 0;
    for (let item = 0; item < count; item++) {
      this.#copy(KEY.itemAt[item]!);
      const start = this.#open();
      this.#digits(KEY.sku, SKU, 6);
      const quantity = 1 + this.#below(9);
      const cents = 99 + this.#below(20_000);
      sum += quantity * cents;
      this.#int(KEY.quantity, quantity);
      this.#copy(KEY.price);
      this.#view.setFloat64(this.#at, cents / 100, true);
      this.#at += 8;
      this.#close(start);
    }
    this.#close(items);
    return sum;
  }

  #tags(): void {
    this.#copy(KEY.tags);
    const tags = this.#open();
    const count = this.#below(3);
    for (let tag = 0; tag < count; tag++) this.#string(KEY.tagAt[tag]!, this.#pick(TAG));
    this.#close(tags);
  }

  /** Ascending, as a driver's are: a time, five fixed bytes, a counter. */
  #objectId(index: number): void {
    this.#copy(KEY.id);
    this.#view.setUint32(this.#at, 1_700_000_000 + Math.floor(index / 1000));
    this.#view.setUint32(this.#at + 4, 0x64617461);
    this.#view.setUint32(this.#at + 8, (0x68 << 24) | (index & 0xffffff));
    this.#at += 12;
  }

  #open(): number {
    const start = this.#at;
    this.#at += 4;
    return start;
  }

  #close(start: number): void {
    this.#bytes[this.#at++] = 0;
    this.#view.setInt32(start, this.#at - start, true);
  }

  #int(key: Uint8Array, value: number): void {
    this.#copy(key);
    this.#view.setInt32(this.#at, value, true);
    this.#at += 4;
  }

  #long(key: Uint8Array, value: number): void {
    this.#copy(key);
    this.#view.setUint32(this.#at, value % 2 ** 32, true);
    this.#view.setUint32(this.#at + 4, Math.floor(value / 2 ** 32), true);
    this.#at += 8;
  }

  #string(key: Uint8Array, a: Uint8Array, b?: Uint8Array, c?: Uint8Array): void {
    this.#copy(key);
    const start = this.#open();
    this.#copy(a);
    if (b) this.#copy(b);
    if (c) this.#copy(c);
    this.#bytes[this.#at++] = 0;
    this.#view.setInt32(start, this.#at - start - 4, true);
  }

  #digits(key: Uint8Array, prefix: Uint8Array | undefined, count: number): void {
    this.#copy(key);
    const start = this.#open();
    if (prefix) this.#copy(prefix);
    let value = this.#below(10 ** count);
    for (let digit = count - 1; digit >= 0; digit--) {
      this.#bytes[this.#at + digit] = 48 + value % 10;
      value = Math.floor(value / 10);
    }
    this.#at += count;
    this.#bytes[this.#at++] = 0;
    this.#view.setInt32(start, this.#at - start - 4, true);
  }

  #copy(from: Uint8Array): void {
    const to = this.#bytes;
    let at = this.#at;
    for (let index = 0; index < from.length; index++) to[at++] = from[index]!;
    this.#at = at;
  }

  #pick(list: readonly Uint8Array[]): Uint8Array {
    return list[this.#below(list.length)]!;
  }

  /** An integer from 0 to below `limit`: mulberry32, which is enough for data of no meaning. */
  #below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 * limit);
  }
}
