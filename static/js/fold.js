// Lower case without umlauts and accents, as `core.folding.fold` on the server.
const GERMAN = { ä: "ae", ö: "oe", ü: "ue", ß: "ss" };

export function fold(text) {
  const lowered = text.normalize("NFKC").toLowerCase().replace(/[äöüß]/g, (letter) => GERMAN[letter]);
  return lowered.normalize("NFKD").replace(/\p{M}/gu, "");
}

export function containsWords(folded, words) {
  return fold(words).split(/\s+/).every((word) => folded.includes(word));
}
