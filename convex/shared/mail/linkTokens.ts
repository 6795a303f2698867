/**
 * What the links of our mails open is their recipient's alone (docs/rules.md M9, R3): an invitation, a new password, a
 * conversation. It is taken out of what staff see of a mail that left, and of what comes back quoted in an answer. Pure.
 *
 * Mail programs write an address anew on its way: percent-encoded into another one (once or twice), with `-23` for `#` or `*`
 * for it (Proofpoint), with HTML's names of its characters, or broken over lines that each begin with a `>`.
 */
const encoded = (hex: string) => `%(?:25)*${hex}|&#0*(?:${parseInt(hex, 16)}|x0*${hex});?`;
const hash = `(?:[#*]|-23|${encoded('23')}|&num;)`;
const equals = `(?:=|-3d|${encoded('3d')}|&equals;)`;
const slash = `(?:[/_]|-2f|${encoded('2f')}|&sol;)`;
const one = `(?:${encoded('2d')}|${encoded('5f')}|&lowbar;|[\\w-])`;
/** A line's end and the marks of a quote; in HTML, where a word may break. */
const broken = `(?:[ \\t]*\\r?\\n(?:[ \\t>]|&gt;)*|&shy;|\\u00ad|\\u200b|<wbr ?/?>|<br ?/?>(?:\\s|>|&gt;)*)?`;
/** 32 bytes have 43 characters; broken, exactly those. What is shorter opens nothing. */
const token = `(?:${one}{43,}|(?:${broken}${one}){43})`;

const inFragment = new RegExp(`${hash}(?:mail|token)${equals}${token}`, 'gi');
const inPath = new RegExp(`(${slash}invite${slash})${token}`, 'gi');

/** The same text, with what would open something left out. */
export const withoutTokens = (text: string): string => text.replace(inFragment, '').replace(inPath, '$1…');
