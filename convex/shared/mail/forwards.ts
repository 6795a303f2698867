/** What is passed on to somebody outside (docs/rules.md M3). Pure. */

/** Addresses one may go to. */
export const maxForwardAddresses = 10;

/** As people write several: with commas, semicolons, spaces or on lines of their own. */
export const addressesOf = (written: string): string[] => written.split(/[\s,;]+/).filter(Boolean);
