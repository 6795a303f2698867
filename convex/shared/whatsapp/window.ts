/** The 24 hours in which WhatsApp lets a team write freely (docs/rules.md M7). Each message of the customer begins them anew. Pure. */

export const windowMs = 24 * 3_600_000;

/** `lastInboundAt`: by the provider's clock; undefined: they have never written by this number. */
export function isWindowOpen(lastInboundAt: number | undefined, now: number): boolean {
  return lastInboundAt !== undefined && now < lastInboundAt + windowMs;
}

export const windowClosed =
  'The customer wrote more than 24 hours ago: WhatsApp takes only an approved template now.';
