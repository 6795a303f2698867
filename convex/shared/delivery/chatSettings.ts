/** What a messenger's channel is connected to, as its provider names it. Pure. */
import { v } from 'convex/values';

export const vTelegramSettings = v.object({
  /** The bot's own id: what its updates and its customers' ids are numbered within. */
  botId: v.string(),
  /** Without the @. */
  username: v.string(),
});

export const vWhatsAppSettings = v.object({
  /** The number's id: what is sent leaves by it, and what comes in names it. */
  phoneNumberId: v.string(),
  /** The business account (WABA) it is of. */
  businessId: v.string(),
  /** As people dial it. */
  number: v.string(),
});
