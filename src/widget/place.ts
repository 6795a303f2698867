/** [M9] The page the customer is on, told to the desk where the team wants it and the customer has agreed. */
import type { Place } from './protocol';
import type { ChatState } from './state';

/** `tell`: null takes it back. There is nothing to tell of before the first message. */
export function makePlace(tell: (place: Place | null) => void) {
  let place: Place | null | undefined;
  let told: string | undefined;
  const look = ({ conversation }: Pick<ChatState, 'conversation'>): void => {
    if (place === undefined || !conversation?.wantsPage || conversation.conversationId === null) return;
    const next = JSON.stringify(place);
    if (next !== told) tell(place);
    told = next;
  };
  return {
    look,
    set(next: Place | null, state: ChatState): void {
      place = next;
      look(state);
    },
  };
}
