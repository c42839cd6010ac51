/* National numbers of France by their key, as the service checks them: a slip is seen at once. */

export const RPPS = "https://rpps.esante.gouv.fr";
export const FINESS = "https://finess.esante.gouv.fr";
/** INS: of a NIR, of a NIA, in test. */
export const INS = { "INS-NIR": "urn:oid:1.2.250.1.213.1.4.8", "INS-NIA": "urn:oid:1.2.250.1.213.1.4.9", "INS-TEST": "urn:oid:1.2.250.1.213.1.4.10" };

/** As they are written on cards: with spaces. */
export const bare = (number) => number.replace(/[\s.-]/g, "").toUpperCase();

export function nirFits(number) {
  if (!/^[1-478]\d{4}(\d{2}|2[AB])\d{8}$/.test(number)) return false;
  const body = number.slice(0, 5) + number.slice(5, 7).replace("2A", "19").replace("2B", "18") + number.slice(7, 13);
  return Number(number.slice(13)) === 97 - (Number(body) % 97);
}

export const rppsFits = (number) => /^\d{11}$/.test(number) && luhn(number);

/** Those of Corsica have a letter, and no published rule for their key. */
export const finessFits = (number) => /^2[AB]\d{7}$/.test(number) || (/^\d{9}$/.test(number) && luhn(number));

const luhn = (number) => [...number].reverse().reduce((sum, digit, at) => {
  const value = Number(digit) * (at % 2 + 1);
  return sum + (value > 9 ? value - 9 : value);
}, 0) % 10 === 0;
