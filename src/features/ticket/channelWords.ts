/** By which way the customer writes, as in "by email". */
export const channelWords = {
  web: 'web chat',
  email: 'email',
  whatsapp: 'WhatsApp',
  telegram: 'Telegram',
  api: 'API channel',
};
