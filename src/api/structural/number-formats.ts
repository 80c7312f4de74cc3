/** Numbers that carry a check digit: book numbers (ISO 2108) and those of payment cards (ISO/IEC 7812), as kube-openapi takes them. */

const card =
  /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/;

/** Of ten digits, the last of which may be X for ten; spaces and dashes do not count. */
export function isISBN10(text: string): boolean {
  const digits = text.replace(/[\s-]+/g, '');
  if (!/^(?:\d{9}X|\d{10})$/.test(digits)) return false;
  return sum(digits, (position) => position + 1) % 11 === 0;
}

export function isISBN13(text: string): boolean {
  const digits = text.replace(/[\s-]+/g, '');
  return /^\d{13}$/.test(digits) && sum(digits, (position) => (position % 2 === 0 ? 1 : 3)) % 10 === 0;
}

/** Of the networks that there are, with Luhn's check; whatever is no digit does not count. */
export function isCreditCard(text: string): boolean {
  const digits = text.replace(/\D+/g, '');
  if (!card.test(digits)) return false;
  let total = 0;
  for (let position = 0; position < digits.length; position++) {
    const digit = Number(digits[digits.length - 1 - position]);
    const weighed = position % 2 === 1 ? digit * 2 : digit;
    total += weighed > 9 ? weighed - 9 : weighed;
  }
  return total % 10 === 0;
}

function sum(digits: string, weight: (position: number) => number): number {
  let total = 0;
  for (let position = 0; position < digits.length; position++) {
    const digit = digits[position];
    total += weight(position) * (digit === 'X' ? 10 : Number(digit));
  }
  return total;
}
