import { useState } from 'react';
import { coloursOf, correctedIn, plainColours, readColour } from '../../../convex/shared/customer/colours';
import {
  type Look,
  maxGreetingLength,
  maxNameLength,
  plainOffset,
} from '../../../convex/shared/customer/look';
import { catalogues } from '../../../convex/shared/customer/words/all';
import { type Language, languageNames, languages } from '../../../convex/shared/customer/words/catalogue';
import { type Channel, useUpdateChannel } from '../../convex/channels';
import { useMembership } from '../../convex/session';
import { Field, NativeSelect, Options, TextArea, TextInput } from '../../ui/field';
import { ChatPreview } from './chatPreview';
import { useSaving } from './settingRow';

const languageWords = { auto: 'As the page or the browser', ...languageNames };
const sideWords = { auto: 'Where a line ends: right, or left in Arabic', right: 'Right', left: 'Left' };

/** How a chat looks and speaks, shown while one chooses; each choice is kept when it is made or left. */
export function WebChatLook({ channel, mayChange }: { channel: Channel; mayChange: boolean }) {
  const { teamId, teamName } = useMembership();
  const update = useUpdateChannel();
  const { save } = useSaving();
  const [draft, setDraft] = useState<Look | null>(null);
  const look = draft ?? channel.look;
  const change = (part: Partial<Look>) => setDraft({ ...look, ...part });
  const keep = async (part: Partial<Look> = {}) => {
    const next = { ...look, ...part };
    if (draft === null && Object.keys(part).length === 0) return;
    setDraft(next);
    const done = 'Saved. Customers see it when they next open the chat.';
    if (await save(() => update({ teamId, channelId: channel._id, look: next }), done))
      setDraft((now) => (now === next ? null : now));
  };
  const given = { look, change, keep, disabled: !mayChange };
  return (
    <details className="mt-4">
      <summary className="w-fit cursor-pointer text-sm font-medium pointer-coarse:py-3">
        Look and language
      </summary>
      <div className="mt-3 grid gap-5 lg:grid-cols-2">
        <div className="flex flex-col gap-3">
          <Colour {...given} />
          <Texts {...given} teamName={teamName} />
          <Place {...given} />
        </div>
        <div className="lg:sticky lg:top-4 lg:self-start">
          <ChatPreview look={look} teamName={teamName} />
        </div>
      </div>
    </details>
  );
}

interface Given {
  look: Look;
  /** What is being chosen. */
  change: (part: Partial<Look>) => void;
  keep: (part?: Partial<Look>) => Promise<void>;
  disabled: boolean;
}

function Colour({ look, change, keep, disabled }: Given) {
  const typed = look.colour ?? '';
  const colour = readColour(typed);
  return (
    <Field label="Colour" hint={colour === null ? undefined : corrections(colour)}>
      <div className="flex gap-2">
        <input
          type="color"
          aria-label="Choose a colour"
          className="h-9 w-14 rounded-md border border-line-strong bg-surface pointer-coarse:h-11"
          value={colour ?? plainColours.light.accent}
          disabled={disabled}
          onChange={({ target }) => change({ colour: target.value })}
          onBlur={() => void keep()}
        />
        <TextInput
          value={typed}
          placeholder={plainColours.light.accent}
          disabled={disabled}
          onChange={({ target }) => change({ colour: target.value })}
          onBlur={() => void keep()}
        />
      </div>
    </Field>
  );
}

/** What becomes of it, so that nobody looks for their colour in vain. */
function corrections(colour: string): string {
  const colours = coloursOf(colour);
  const said = correctedIn(colour).map((theme) =>
    theme === 'light'
      ? `By day it is shown darker, ${colours.light.accent}`
      : `By night it is shown lighter, ${colours.dark.accent}`,
  );
  const why = 'so that buttons can be told from the page.';
  return said.length === 0
    ? 'It can be told apart and read by day and by night.'
    : `${said.join('. ')}, ${why}`;
}

function Texts({ look, change, keep, disabled, teamName }: Given & { teamName: string }) {
  const greet = (language: Language, text: string) =>
    change({ greetings: { ...look.greetings, [language]: text } });
  const shown = look.language === undefined ? languages : [look.language];
  return (
    <>
      <Field label="Name" hint="Shown where nobody in particular speaks.">
        <TextInput
          value={look.name ?? ''}
          placeholder={teamName}
          maxLength={maxNameLength}
          disabled={disabled}
          onChange={({ target }) => change({ name: target.value })}
          onBlur={() => void keep()}
        />
      </Field>
      <Field label="Language">
        <NativeSelect
          aria-label="Language"
          value={look.language ?? 'auto'}
          disabled={disabled}
          onChange={({ target }) =>
            void keep({ language: languages.find((language) => language === target.value) })
          }
        >
          <Options words={languageWords} />
        </NativeSelect>
      </Field>
      {shown.map((language) => (
        <Field key={language} label={`Greeting, ${languageNames[language]}`}>
          <TextArea
            rows={2}
            lang={language}
            value={look.greetings?.[language] ?? ''}
            placeholder={catalogues[language].greeting}
            maxLength={maxGreetingLength}
            disabled={disabled}
            onChange={({ target }) => greet(language, target.value)}
            onBlur={() => void keep()}
          />
        </Field>
      ))}
    </>
  );
}

function Place({ look, change, keep, disabled }: Given) {
  const offset = (key: 'offsetX' | 'offsetY') => ({
    type: 'number',
    min: 0,
    max: 400,
    disabled,
    value: look[key] ?? plainOffset,
    onChange: ({ target }: { target: HTMLInputElement }) => change({ [key]: target.valueAsNumber || 0 }),
    onBlur: () => void keep(),
  });
  return (
    <>
      <Field label="Side">
        <NativeSelect
          aria-label="Side"
          value={look.side ?? 'auto'}
          disabled={disabled}
          onChange={({ target }) =>
            void keep({
              side: target.value === 'left' || target.value === 'right' ? target.value : undefined,
            })
          }
        >
          <Options words={sideWords} />
        </NativeSelect>
      </Field>
      <div className="grid grid-cols-2 gap-2">
        <Field label="From the side, px">
          <TextInput {...offset('offsetX')} />
        </Field>
        <Field label="From below, px">
          <TextInput {...offset('offsetY')} />
        </Field>
      </div>
    </>
  );
}
