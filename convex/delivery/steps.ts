/**
 * The places at which a send may die, by name (docs/rules.md M2). Where the deployment names an address in DELIVERY_STEPS, each is
 * told there before the send goes on; whoever is told may end the process and need not answer. Tests do.
 */
export type Step = 'claimed' | 'prepared' | 'kept' | 'called' | 'settled';

export async function passes(step: Step, of: string): Promise<void> {
  const { DELIVERY_STEPS: address = '' } = process.env;
  if (address !== '') await fetch(`${address}/${step}/${of}`);
}
