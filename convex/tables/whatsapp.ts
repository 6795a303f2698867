/** Of WhatsApp alone: the templates of a number, and what goes out as one (docs/rules.md M7). */
import { defineTable } from 'convex/server';
import { v } from 'convex/values';
import { vTemplate } from '../shared/whatsapp/templates';

export const whatsappTables = {
  /**
   * As the provider last listed them; read where a template is chosen. Written by model/delivery/whatsapp/templates.ts; as many as the
   * account has.
   */
  whatsappTemplates: defineTable({
    channelId: v.id('channels'),
    name: v.string(),
    language: v.string(),
    template: vTemplate,
  }).index('by_channelId_and_name_and_language', ['channelId', 'name', 'language']),

  /** What an entry goes out as, in the provider's words. Written and read by model/delivery/whatsapp/templates.ts; kept as the entry. */
  whatsappTemplateSends: defineTable({
    entryId: v.id('entries'),
    template: v.string(),
  }).index('by_entryId', ['entryId']),
};
