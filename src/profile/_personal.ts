/**
 * Which values a profile of `enums` never keeps: those that look like someone's own, or like a secret.
 * It looks at one value or one key alone, so a field whose values are dropped once stays without,
 * whatever the order.
 */

const AT = 0x40;

/** What each ASCII character may be a part of. */
const LOCAL = 1, DOMAIN = 2, DIGIT = 4, LETTER = 8, SEPARATOR = 16;
const CLASS = new Uint8Array(256);
for (let c = 0; c < 128; c++) {
  const text = String.fromCharCode(c);
  CLASS[c] = (/[\w.!#$%&'*+/=?^`{|}~-]/.test(text) ? LOCAL : 0) |
    (/[a-z\d.-]/i.test(text) ? DOMAIN : 0) | (/\d/.test(text) ? DIGIT : 0) |
    (/[a-z]/i.test(text) ? LETTER : 0) | (/[ ()+./-]/.test(text) ? SEPARATOR : 0);
}

/**
 * Whether a text looks like someone's own, or like a secret: an e-mail address in it; a number of
 * seven digits or more, as of a phone, a card or an insurance (dates and IPv4 addresses are such too);
 * an IBAN; an IP address; an address with a password; a UUID; 16 letters and digits or more in a row, as
 * of ids, hashes and keys.
 *
 * @param b The bytes it is in, as UTF-8.
 * @param start Where it starts.
 * @param end Where it ends.
 */
export function looksPersonal(b: Uint8Array, start: number, end: number): boolean {
  if (hasEmail(b, start, end)) return true;
  let digits = 0, letters = 0, others = 0, blanks = 0, colons = 0;
  for (let i = start; i < end; i++) {
    const c = b[i]!, what = CLASS[c]!;
    if (what & DIGIT) digits++;
    else if (what & LETTER) letters++;
    else if (what & SEPARATOR) c === 0x20 ? blanks++ : 0;
    else if (c === 0x3a) colons++;
    else others++;
  }
  if (digits >= 7 && letters === 0 && others === 0 && colons === 0) return true;
  if (letters <= 2 && digits >= 12 && others === 0 && colons > 0) return true;
  if (isIban(b, start, end)) return true;
  if (isIpv4(digits, letters, others + blanks + colons, b, start, end)) return true;
  if (isIpv6(b, start, end)) return true;
  if (hasPassword(b, start, end)) return true;
  return letters > 0 && digits > 0 && hasToken(b, start, end);
}

/** Whether an `_id` holds an e-mail address, or a phone number with its `+`. */
export function looksPersonalId(b: Uint8Array, start: number, end: number): boolean {
  if (hasEmail(b, start, end)) return true;
  for (let i = start; i < end; i++) {
    if (b[i] !== 0x2b) continue;
    let digits = 0, at = i + 1;
    while (at < end && CLASS[b[at]!]! & (DIGIT | SEPARATOR)) {
      if (CLASS[b[at++]!]! & DIGIT) digits++;
    }
    if (digits >= 7) return true;
  }
  return false;
}

/** Whether a number has seven digits or more, as of a phone or an insurance. */
export function looksPersonalNumber(value: number): boolean {
  return value >= 1_000_000 || value <= -1_000_000;
}

/** `a@b.cc` anywhere. */
function hasEmail(b: Uint8Array, start: number, end: number): boolean {
  for (let at = start + 1; at < end - 3; at++) {
    if (b[at] !== AT || !(CLASS[b[at - 1]!]! & LOCAL) && b[at - 1]! < 128) continue;
    let i = at + 1;
    while (i < end && (CLASS[b[i]!]! & DOMAIN || b[i]! >= 128)) {
      if (b[i] === 0x2e && i > at + 1 && i + 1 < end && CLASS[b[i + 1]!]! & LETTER) return true;
      i++;
    }
  }
  return false;
}

function isIban(b: Uint8Array, start: number, end: number): boolean {
  if (end - start < 15 || end - start > 42) return false;
  const text = String.fromCharCode(...b.subarray(start, end));
  return /^[A-Z]{2}\d{2}(?: ?[A-Z\d]){11,30}$/i.test(text) && /\d{4}/.test(text.slice(4));
}

function isIpv4(
  digits: number,
  letters: number,
  others: number,
  b: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (digits < 4 || letters > 0 || others > 0) return false;
  let dots = 0;
  for (let i = start; i < end; i++) if (b[i] === 0x2e) dots++;
  return dots === 3 && end - start === digits + 3;
}

function isIpv6(b: Uint8Array, start: number, end: number): boolean {
  if (end - start < 4 || end - start > 45) return false;
  const text = String.fromCharCode(...b.subarray(start, end));
  return /^(?:[\da-f]{0,4}:){3,7}[\da-f.]*$/i.test(text);
}

/** `scheme://user:password@` */
function hasPassword(b: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (b[i] !== AT) continue;
    const text = String.fromCharCode(...b.subarray(start, i));
    return /:\/\/[^/]*:[^/]*$/.test(text);
  }
  return false;
}

/** A UUID, or letters and digits mixed without a sign between them. */
function hasToken(b: Uint8Array, start: number, end: number): boolean {
  let run = 0, digit = false, letter = false, dashes = 0;
  for (let i = start; i < end; i++) {
    const what = CLASS[b[i]!]!;
    if (what & (DIGIT | LETTER)) {
      run++;
      if (what & DIGIT) digit = true;
      else letter = true;
      if (run >= 16 && digit && letter) return true;
    } else {
      if (b[i] === 0x2d && (i - start === 8 || (i - start) % 5 === 3)) dashes++;
      run = 0;
      digit = letter = false;
    }
  }
  return end - start === 36 && dashes === 4;
}

const PERSONAL_KEYS = new Set(
  ("password passwd pwd passphrase passcode pin secret clientsecret token accesstoken refreshtoken " +
    "idtoken authtoken sessiontoken csrftoken bearer apikey secretkey privatekey accesskey " +
    "authorization cookie sessionid hash salt otp totp " +
    "email emailaddress mail phone phonenumber mobile mobilephone mobilenumber cellphone telephone " +
    "tel fax firstname lastname middlename fullname surname familyname givenname maidenname " +
    "birthday birthdate dateofbirth dob ssn socialsecuritynumber nationalid taxid passport " +
    "passportnumber driverslicense iban bic accountnumber cardnumber creditcard creditcardnumber " +
    "cvv cvc street streetaddress addressline1 addressline2 ip ipaddress remoteaddress cpf cnpj rg " +
    "nif telefone celular senha sobrenome username screenname nickname login " +
    "name contactname customername patient patientname employeename authorname displayname nome")
    .split(" "),
);

/**
 * Whether a key says that what stands under it is someone's own, or a secret: `password`,
 * `first_name`, `e-mail`. An `_id` is too: it is another in each document, so never a word of an enum.
 *
 * @param b The bytes it is in.
 * @param start Where it starts.
 * @param end Where it ends.
 */
export function isPersonalKey(b: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length > 32 || length < 2) return false;
  // Only a map has many keys, and few of those are letters alone.
  for (let i = start; i < end; i++) if (CLASS[b[i]!]! & DIGIT && i < end - 1) return false;
  const text = String.fromCharCode(...b.subarray(start, end));
  return text === "_id" || PERSONAL_KEYS.has(text.replace(/[ _.-]/g, "").toLowerCase());
}
