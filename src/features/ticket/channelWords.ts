import type { ChannelKind } from '../../../convex/shared/conversation/channels';

/** By which way the customer writes, as in "by email". */
export const channelWords = {
  web: 'web chat',
  email: 'email',
  whatsapp: 'WhatsApp',
  telegram: 'Telegram',
  api: 'API channel',
};

/** [C13] By what somebody of the team answers past Baton. */
export const outsideWords: Record<ChannelKind, string> = {
  web: 'from elsewhere',
  email: 'from a mail program',
  whatsapp: 'from the phone',
  telegram: 'from Telegram',
  api: 'from elsewhere',
};
