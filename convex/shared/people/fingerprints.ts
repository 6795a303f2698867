/** How a common password is kept and found: by a fingerprint, of its stem too. Pure; imports nothing, for the script that makes them. */

const minStem = 5;

/** Without the digits and signs around it: `dragon!2026` is `dragon`. Too short a stem says nothing. */
export function stemOf(text: string): string {
  const stem = text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  return stem.length < minStem ? text : stem;
}

/** FNV-1a, 32 bits: no secret, only short. */
export function fingerprintOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
