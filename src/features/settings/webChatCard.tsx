import { useId } from 'react';
import { isAllowed } from '../../../convex/shared/people/permissions';
import { type Channel, useUpdateChannel } from '../../convex/channels';
import { useMembership } from '../../convex/session';
import { Badge } from '../../ui/badge';
import { Button, LinkButton } from '../../ui/button';
import { copy } from '../../ui/copy';
import { Field } from '../../ui/field';
import { notify } from '../../ui/toast';
import { SavedAgent } from './answeredBy';
import { ChatIdentity } from './chatIdentity';
import { SavedCheckbox, SavedLines } from './savedField';
import { useSaving } from './settingRow';
import { WebChatLook } from './webChatLook';

/** A chat: the snippet for it, and the demo shop that embeds it. */
export function WebChatCard({ channel }: { channel: Channel }) {
  const { teamId, role } = useMembership();
  const update = useUpdateChannel();
  const { isBusy, save } = useSaving();
  const snippet = `<script async src="${location.origin}/w.js?channel=${channel.publicId}" data-channel="${channel.publicId}"></script>`;
  const mayChange = isAllowed(role, 'channels.manage');
  const at = { teamId, channelId: channel._id };
  const switching = useId();
  async function turn(active: boolean) {
    if (!(await save(() => update({ ...at, active })))) return;
    const undo = { label: 'Undo', run: () => void turn(!active) };
    notify(active ? `${channel.name} is on.` : `${channel.name} is off for new visitors.`, { action: undo });
  }
  return (
    <section aria-label={channel.name} className="mb-5 rounded-lg border border-line p-4">
      <header className="flex items-center gap-2">
        <h2 className="flex-1 text-base font-semibold">{channel.name}</h2>
        <Badge tone={channel.active ? 'ok' : 'plain'}>{channel.active ? 'On' : 'Off'}</Badge>
        {mayChange && (
          <Button disabled={isBusy} aria-describedby={switching} onClick={() => void turn(!channel.active)}>
            {channel.active ? 'Switch this chat off' : 'Switch this chat on'}
          </Button>
        )}
      </header>
      <p id={switching} className="mt-1 text-sm text-ink-3">
        {channel.active ? 'Switched off, it takes no new visitors' : 'It takes no new visitors'}.
        Conversations that have begun go on, and are answered.
      </p>
      <SavedAgent channel={channel} name={channel.name} disabled={!mayChange} />
      <p className="mt-4 text-sm text-ink-2">Put this on every page where the chat should be:</p>
      <code className="mt-1 block rounded-md bg-surface-2 p-2.5 text-xs break-all select-all">{snippet}</code>
      <div className="mt-3 flex gap-2">
        <Button onClick={() => void copy(snippet)}>Copy</Button>
        <LinkButton href={`/demo.html?channel=${channel.publicId}`}>Open the demo shop</LinkButton>
      </div>
      <WebChatLook channel={channel} mayChange={mayChange} />
      <div className="mt-4">
        <Field
          label="Only on these sites"
          hint="One a line, such as https://shop.example. Empty: on every site."
        >
          <SavedLines
            rows={2}
            value={channel.origins}
            disabled={!mayChange}
            onSave={(origins) => update({ ...at, origins })}
            done="Saved. Pages that are open keep their chat."
          />
        </Field>
      </div>
      <div className="mt-4">
        <SavedCheckbox
          label="Show the page that customers write from"
          hint={
            <>
              Only of those who have agreed, as your page tells: <code>baton('consent', true)</code>. Without
              what follows a ? or #.
            </>
          }
          value={channel.showsPage}
          disabled={!mayChange}
          onSave={(showsPage) => update({ ...at, showsPage })}
        />
      </div>
      {mayChange && <ChatIdentity channel={channel} />}
    </section>
  );
}
