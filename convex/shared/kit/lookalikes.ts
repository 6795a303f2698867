/**
 * Texts that pass for others: names and addresses are read by people, who go by what they see (docs/rules.md E6, M9). Pure.
 *
 * Refused are characters that cannot be seen (controls, directions, zero widths) and words whose letters come from several
 * scripts, as in an address of a bank with one Cyrillic letter (Unicode UTS 39, "highly restrictive").
 */

/** Joiners that spell words of some scripts, and emoji made of several characters. */
const spelling =
  /(?<=[\p{M}\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Sinhala}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}])[\u200c\u200d]|\p{RGI_Emoji}/gv;
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;

export function hidesCharacters(text: string): boolean {
  return unseen.test(text.replace(spelling, ''));
}

/** Those that are written together in one word count as one. */
const scripts = [
  /[\p{Script=Latin}]/u,
  /[\p{Script=Cyrillic}]/u,
  /[\p{Script=Greek}\p{Script=Coptic}]/u,
  /[\p{Script=Armenian}]/u,
  /[\p{Script=Georgian}]/u,
  /[\p{Script=Hebrew}]/u,
  /[\p{Script=Arabic}]/u,
  /[\p{Script=Cherokee}\p{Script=Lisu}\p{Script=Deseret}\p{Script=Vai}]/u,
];
/** Japanese, Chinese and Korean words have Latin letters in them. */
const eastAsian =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u;
const anyLetter = /\p{L}/u;

/** Letters of one word from several scripts. */
function mixes(word: string): boolean {
  let rest = word;
  let found = 0;
  for (const script of scripts) {
    if (!script.test(rest)) continue;
    found++;
    rest = rest.replaceAll(new RegExp(script.source, 'gu'), '');
  }
  const others = rest.replaceAll(new RegExp(eastAsian.source, 'gu'), '');
  return (
    found + (anyLetter.test(others.replaceAll(/\p{Script=Common}|\p{Script=Inherited}/gu, '')) ? 1 : 0) > 1
  );
}

/** A name of several words may have each in its own script. */
export function mixesScripts(name: string): boolean {
  return name.split(/[^\p{L}\p{M}\p{N}]+/u).some(mixes);
}

/** An address is one word. Full-width and other doubles of a letter are another one in disguise, too. */
export function isAddressInDisguise(address: string): boolean {
  return hidesCharacters(address) || address.normalize('NFKC') !== address || mixes(address);
}
