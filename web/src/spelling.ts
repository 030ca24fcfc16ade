// Words that a person takes for the same, whatever their case and accents; the server's spelling.py knows more and decides.

const ACCENTS = /[\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff]/g;
const APOSTROPHES = /['`´’‘‛ʹʺʻʼʽʾʿˈˊˋ′՚]/g;
const LETTERS: Record<string, string> = { ı: "i", ł: "l", ø: "o", đ: "d", ð: "d", æ: "ae", œ: "oe", þ: "th", ß: "ss", ə: "e", ي: "ی", ى: "ی", ك: "ک", ة: "ه" };

/** A text without case, accents, apostrophes and invisible signs, blanks made one. */
export function fold(text: string): string {
  const plain = text.replace(APOSTROPHES, "").normalize("NFKD").toLowerCase().replace(ACCENTS, "").replace(/\p{Cf}/gu, "");
  return plain.replace(/\p{Pd}/gu, "-").replace(/[ıłøđðæœþßəيىكة]/g, (letter) => LETTERS[letter] ?? letter).replace(/\s+/gu, " ").trim();
}
