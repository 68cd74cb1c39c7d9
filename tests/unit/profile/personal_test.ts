import { assertEquals } from "@std/assert";
import {
  isPersonalKey,
  looksPersonal,
  looksPersonalId,
  looksPersonalNumber,
} from "../../../src/profile/_personal.ts";

const encoder = new TextEncoder();

/** Looks at a text in the middle of other bytes, which must not matter. */
function within(look: (b: Uint8Array, start: number, end: number) => boolean, text: string) {
  const bytes = encoder.encode(`a1@${text}@b.cc`);
  return look(bytes, 3, bytes.length - 5);
}

Deno.test("looksPersonal() finds what is someone's own, or a secret", () => {
  const table = [
    "ada@example.org",
    "Ada Lovelace <ada.l+x@mail.example.org>",
    "mailto:ada@example.org",
    "björn@exämple.de",
    "+49 30 1234567",
    "(030) 123-4567",
    "030/1234567",
    "5551234",
    "4111 1111 1111 1111",
    "4111111111111111",
    "123-45-6789",
    "123.456.789-09",
    "DE89 3704 0044 0532 0130 00",
    "GB29NWBK60161331926819",
    "192.168.10.1",
    "8.8.8.8",
    "2001:db8::8a2e:370:7334",
    "1815-12-10",
    "2024-01-02T03:04:05Z",
    "postgres://ada:secret@db/x",
    "507f1f77bcf86cd799439011",
    "123e4567-e89b-12d3-a456-426614174000",
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
  ];
  for (const text of table) assertEquals(within(looksPersonal, text), true, text);
});

Deno.test("looksPersonal() leaves words of enums and tags alone", () => {
  const table = [
    "",
    "card",
    "CREDIT_CARD",
    "in progress",
    "application/vnd.ms-excel",
    "text/html; charset=utf-8",
    "en-US",
    "Europe/Berlin",
    "America/Argentina/ComodRivadavia",
    "v1.2.3",
    "10.15.7",
    "2024",
    "12345",
    "404",
    "-1",
    "12:30",
    "09:00-17:30",
    "@ada",
    "a@b",
    "x @ y.z",
    "price@2.50",
    "https://example.org/schema.json",
    '<a href="http://twitter.com" rel="nofollow">Twitter Web Client</a>',
    "Pacific Time (US & Canada)",
    "POINT",
    "urn:ietf:rfc:3986",
    "h264-1080p",
    "iso8859-15",
    "Größe 42",
    "注文",
  ];
  for (const text of table) assertEquals(within(looksPersonal, text), false, text);
});

Deno.test("looksPersonalId() leaves ids alone that are no address or phone", () => {
  for (
    const text of ["ada@example.org", "user:ada@example.org", "+49 30 1234567", "tel:+4930123456"]
  ) {
    assertEquals(within(looksPersonalId, text), true, text);
  }
  const ids = [
    "507f1f77bcf86cd799439011",
    "1234567890",
    "a+1",
    "123e4567-e89b-12d3-a456-426614174000",
  ];
  for (const text of ids) assertEquals(within(looksPersonalId, text), false, text);
});

Deno.test("looksPersonalNumber() finds seven digits or more", () => {
  for (const value of [1_000_000, -1_000_000, 19_850_102, 2 ** 31 - 1]) {
    assertEquals(looksPersonalNumber(value), true, String(value));
  }
  for (const value of [0, -1, 404, 2024, 99_999, 999_999]) {
    assertEquals(looksPersonalNumber(value), false, String(value));
  }
});

Deno.test("isPersonalKey() knows the names of secrets and of what is someone's own", () => {
  for (
    const key of [
      "password",
      "PassWord",
      "api_key",
      "e-mail",
      "firstName",
      "last name",
      "IBAN",
      "name",
      "customerName",
      "_id",
    ]
  ) {
    assertEquals(within(isPersonalKey, key), true, key);
  }
  for (
    const key of ["", "a", "id", "title", "kind", "status", "passwordless", "email_verified", "1"]
  ) {
    assertEquals(within(isPersonalKey, key), false, key);
  }
});
