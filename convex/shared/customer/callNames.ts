/**
 * What the team calls a customer who has not said who they are (docs/rules.md M9): two words that are nobody's name, always the same
 * for one customer, so that one is told from another. Pure.
 */
const moods =
  'Bright Brisk Calm Clear Cosy Early Evening Fair Gentle Glad Golden Green Kind Light Merry Mild Mossy Morning Northern Patient Polar Quiet Silver Simple Snowy Soft Southern Spotted Steady Still Warm Woodland'.split(
    ' ',
  );
const animals =
  'Badger Beaver Bison Crane Curlew Deer Dove Finch Gecko Hare Heron Ibis Kestrel Koala Lark Linnet Lynx Marmot Moose Otter Owl Panda Plover Puffin Quail Seal Siskin Sparrow Swan Tern Thrush Wren'.split(
    ' ',
  );

/** By the id alone: "Quiet Otter". */
export function callNameOf(customerId: string): string {
  let hash = 0x811c9dc5;
  for (const character of customerId) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  // Neighbouring ids differ in their last characters alone, which the last step leaves in the low bits.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
  return `${moods[(hash >>> 8) % moods.length]} ${animals[(hash >>> 16) % animals.length]}`;
}
