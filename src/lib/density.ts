/** How high the rows of the inbox are, for this person on this machine. */
import { useSyncExternalStore } from 'react';
import { kept } from './kept';

export type Density = 'comfortable' | 'compact';

const density = kept<Density>(
  'baton.density',
  'comfortable',
  (stored) => (stored === 'compact' ? 'compact' : 'comfortable'),
  (chosen) => chosen,
);

export const setDensity = density.set;
export const useDensity = () => useSyncExternalStore(density.listen, density.now);
