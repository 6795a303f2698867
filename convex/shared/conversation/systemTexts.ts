/** [C2, M8] The fixed words the system may say to a customer. It never answers. */
import type { SystemText } from './entries';

const somebody = 'A person from the team';

/** `name`: the person's first name or full name as the team shows it. */
export const systemTexts: Record<SystemText, (name?: string) => string> = {
  personJoined: (name = somebody) => `${name} joined the conversation.`,
  agentBack: (name = 'The assistant') => `${name} is back and answers from here.`,
  waiting: () => 'Your message is with the team. A person will answer as soon as possible.',
  handedOver: () => 'A person from the team will take a look. You can keep writing here meanwhile.',
  nobodyHere: () =>
    'Nobody from the team is online right now. A person will answer when the team is back; you may leave your email address so that they can reach you.',
};
