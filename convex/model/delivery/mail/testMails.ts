/** "Send a test" (docs/rules.md M2): a mail from an address to where its answers come in, known again when it arrives. */
import type { Doc } from '../../../_generated/dataModel';
import type { MutationCtx } from '../../../_generated/server';
import { testMail } from '../../../shared/delivery/deskTexts';
import { appError } from '../../kit/errors';
import { newToken } from '../../kit/secrets';
import { sendDeskMail } from './deskMails';
import { noteTestSent } from '../health';

export async function sendTest(ctx: MutationCtx, channel: Doc<'channels'>): Promise<void> {
  const { _id: channelId, teamId, mail } = channel;
  if (mail === undefined) throw appError('INVALID_INPUT', 'This channel is no address.');
  const words = testMail(newToken());
  await noteTestSent(ctx, channelId, words.subject);
  await sendDeskMail(ctx, { teamId, kind: 'test', to: mail.replyAddress, ...words }, channel);
}
