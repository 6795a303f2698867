/** Numbers of WhatsApp, and what may be written by them to a customer. */
import { useAction, useMutation } from 'convex/react';
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { useShared } from './useShared';

export const useConnectWhatsapp = () => useMutation(api.whatsapp.connect);
export const useNewVerifyToken = () => useMutation(api.whatsapp.newVerifyToken);
export const useCheckWhatsapp = () => useAction(api.whatsapp.check);

export type Template = FunctionReturnType<typeof api.whatsapp.templates>[number];
export const useTemplates = (channelId: Id<'channels'>) => useShared(api.whatsapp.templates, { channelId });

export type OnWhatsapp = NonNullable<FunctionReturnType<typeof api.whatsapp.ofConversation>>;
/** Of a conversation on WhatsApp; `null` where it is not there, `undefined` until it is known. */
export const useOnWhatsapp = (conversationId: Id<'conversations'> | null) =>
  useShared(api.whatsapp.ofConversation, conversationId === null ? 'skip' : { conversationId });
