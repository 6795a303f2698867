import { useState } from 'react';
import { blanksOf, type Blank, missingIn, previewOf } from '../../../convex/shared/whatsapp/templates';
import { useReply, useTakeOverAndSend } from '../../convex/threads';
import { useMembership } from '../../convex/session';
import type { TicketDetail } from '../../convex/tickets';
import { type OnWhatsapp, type Template, useCheckWhatsapp, useTemplates } from '../../convex/whatsapp';
import { isAllowed } from '../../../convex/shared/people/permissions';
import { sentenceFor } from '../../lib/errors';
import { useSubmit } from '../../lib/useSubmit';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Field, NativeSelect, TextInput } from '../../ui/field';
import type { Opens } from '../../ui/later';
import { notify } from '../../ui/toast';
import { WhatsappText } from './whatsappText';

export interface TemplateProps extends Opens {
  detail: TicketDetail;
  on: OnWhatsapp | null;
  iHold: boolean;
}

/** [M7] What reaches a customer who wrote more than 24 hours ago. */
export function TemplateDialog({ detail, on, iHold, open, onOpenChange }: TemplateProps) {
  const onClose = () => onOpenChange(false);
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Send a template"
      description="WhatsApp has approved these words. Once the customer answers, anything may be written for 24 hours."
    >
      {on && <Choosing detail={detail} on={on} iHold={iHold} onClose={onClose} />}
    </Dialog>
  );
}

type ChoosingProps = Pick<TemplateProps, 'detail' | 'iHold'> & { on: OnWhatsapp; onClose: () => void };

function Choosing(props: ChoosingProps) {
  const templates = useTemplates(props.on.channelId);
  if (templates === undefined) return <p className="text-sm text-ink-2">Looking up the templates…</p>;
  const usable = templates.filter(
    ({ status, notHere }) => status.toUpperCase() === 'APPROVED' && notHere === undefined,
  );
  if (usable.length === 0) return <NoTemplates {...props} />;
  return <TemplateForm {...props} templates={usable} />;
}

function NoTemplates({ on, onClose }: ChoosingProps) {
  const { teamId, role } = useMembership();
  const check = useCheckWhatsapp();
  const { error, isBusy, form } = useSubmit(async () => {
    const { said, templates } = await check({ teamId, channelId: on.channelId });
    notify(said ?? `${templates} templates are known.`, said === null ? {} : { tone: 'bad' });
    return 'asksMore';
  });
  return (
    <form aria-busy={isBusy} {...form}>
      <p className="text-sm text-ink-2">
        No approved template is known. They are written in the WhatsApp Manager, and approved within minutes.
      </p>
      <p role="alert" className="text-sm text-bad empty:hidden">
        {error}
      </p>
      <div className="mt-4 flex justify-end gap-2">
        <Button size="medium" onClick={onClose}>
          Close
        </Button>
        {isAllowed(role, 'channels.manage') && (
          <Button size="medium" tone="primary" type="submit" disabled={isBusy}>
            Look again
          </Button>
        )}
      </div>
    </form>
  );
}

const nameOf = ({ name, language }: Template) => `${name} ${language}`;

function TemplateForm({ detail, iHold, onClose, templates }: ChoosingProps & { templates: Template[] }) {
  const [chosen, setChosen] = useState(nameOf(templates[0]!));
  const [filled, setFilled] = useState<Record<string, string>>({});
  const template = templates.find((each) => nameOf(each) === chosen) ?? templates[0]!;
  const send = useSendTemplate(detail, iHold);
  const { error, isBusy, form } = useSubmit(async () => {
    const refused = await send(template, filled);
    if (refused === null) return onClose();
    notify(refused, { tone: 'bad' });
    return 'asksMore';
  });
  return (
    <form aria-busy={isBusy} {...form}>
      <fieldset disabled={isBusy} className="flex min-w-0 flex-col gap-4">
        <Field label="Template">
          <NativeSelect
            aria-label="Template"
            autoFocus
            value={nameOf(template)}
            onChange={(event) => {
              setChosen(event.target.value);
              setFilled({});
            }}
          >
            {templates.map((each) => (
              <option key={nameOf(each)} value={nameOf(each)}>
                {each.name} ({each.language}, {each.category.toLowerCase()})
              </option>
            ))}
          </NativeSelect>
        </Field>
        {blanksOf(template).map((blank) => (
          <Field key={`${nameOf(template)} ${blank.key}`} label={labelOf(blank)}>
            <TextInput
              required
              autoComplete="off"
              maxLength={500}
              value={filled[blank.key] ?? ''}
              onChange={(event) => setFilled({ ...filled, [blank.key]: event.target.value })}
            />
          </Field>
        ))}
        <div>
          <p className="text-sm font-medium">As the customer sees it</p>
          <p
            aria-label="Preview"
            dir="auto"
            className="mt-1 rounded-xl bg-accent-soft px-3 py-2 text-base wrap-anywhere whitespace-pre-wrap"
          >
            <WhatsappText text={previewOf(template, filled)} />
          </p>
        </div>
        <p role="alert" className="text-sm text-bad wrap-anywhere empty:hidden">
          {error}
        </p>
        <div className="flex justify-end gap-2">
          <Button size="medium" onClick={onClose}>
            Cancel
          </Button>
          <Button size="medium" tone="primary" type="submit" disabled={missingIn(template, filled) !== null}>
            {iHold ? 'Send template' : 'Take over & send template'}
          </Button>
        </div>
      </fieldset>
    </form>
  );
}

const places: Record<Blank['where'], string> = {
  header: 'in the heading',
  body: 'in the text',
  button: 'in the button’s address',
};
const labelOf = ({ name, where }: Blank) =>
  /^\d+$/.test(name) ? `Blank ${name} ${places[where]}` : `${name.replaceAll('_', ' ')} ${places[where]}`;

/** Like a reply: by whoever holds, or as they take over. Answers with why it did not go. */
function useSendTemplate({ ticket, control, lastSequence }: TicketDetail, iHold: boolean) {
  const { teamId } = useMembership();
  const reply = useReply();
  const takeOverAndSend = useTakeOverAndSend();
  // The same at each try: pressed twice, it goes once.
  const [clientMessageId] = useState(() => crypto.randomUUID());
  return async (template: Template, filled: Record<string, string>): Promise<string | null> => {
    const { name, language } = template;
    const values = blanksOf(template).map(({ key }) => ({ key, value: filled[key] ?? '' }));
    const message = {
      teamId,
      conversationId: ticket.conversationId,
      text: previewOf(template, filled),
      clientMessageId,
      seenThrough: lastSequence,
      template: { name, language, filled: values },
    };
    const outcome = iHold
      ? await reply({ ...message, epoch: control.epoch })
      : (await takeOverAndSend(message)).outcome;
    return 'refused' in outcome ? sentenceFor(outcome.refused, outcome) : null;
  };
}
