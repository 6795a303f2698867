/** What heats a conversation up, in words: short in a row, whole where it is read. */
import type { HeatReason } from '../../../convex/shared/agents/heat';

type Tone = 'plain' | 'accent' | 'warn' | 'bad';

export const heatTones: Record<HeatReason['kind'], Tone> = {
  angry: 'bad',
  askedAgain: 'warn',
  nearRule: 'warn',
  orderValue: 'accent',
};

export function heatWords(reason: HeatReason): string {
  switch (reason.kind) {
    case 'angry':
      return 'Sounds angry';
    case 'askedAgain':
      return `Asked ${reason.times} times`;
    case 'nearRule':
      return `Near “${reason.rule}”`;
    case 'orderValue':
      return `Order of ${reason.value.toLocaleString()}`;
  }
}

/** As a sentence. */
export function whyHot(reason: HeatReason): string {
  switch (reason.kind) {
    case 'angry':
      return 'The customer sounds angry.';
    case 'askedAgain':
      return `The customer has asked the same ${reason.times} times.`;
    case 'nearRule':
      return `One thing is missing for the rule “${reason.rule}”: ${reason.missing}`;
    case 'orderValue':
      return `An order of ${reason.value.toLocaleString()} is at stake.`;
  }
}
