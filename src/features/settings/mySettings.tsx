import { useState } from 'react';
import { maxSignature } from '../../../convex/shared/people/people';
import { actionIds, definitionOf } from '../../actions/catalogue';
import { keysOf, remap, resetKeys, setSingleKeys, useKeyPreferences } from '../../actions/preferences';
import { useSetName, useSetSignature } from '../../convex/members';
import { useMembership, useSignIn } from '../../convex/session';
import { type Density, setDensity, useDensity } from '../../lib/density';
import { getThemeChoice, setThemeChoice, type ThemeChoice } from '../../lib/theme';
import { Button } from '../../ui/button';
import { Checkbox, NativeSelect, TextInput } from '../../ui/field';
import { notify } from '../../ui/toast';
import { NoticeSettings } from './noticeSettings';
import { SavedInput, SavedText } from './savedField';
import { SettingGroup, SettingRow } from './settingRow';
import { SignInSettings } from './signInSettings';

/** Appearance, keys and the sign-in, for this person on this machine. */
export function MySettings() {
  const [theme, setTheme] = useState(getThemeChoice);
  const density = useDensity();
  const { signOut } = useSignIn();
  return (
    <>
      <NameSettings />
      <SettingGroup title="Appearance">
        <SettingRow label="Theme" hint="Follows the system unless you choose.">
          <NativeSelect
            aria-label="Theme"
            value={theme}
            onChange={(event) => {
              const choice = event.target.value as ThemeChoice;
              setTheme(choice);
              setThemeChoice(choice);
              notify('Saved.');
            }}
          >
            <option value="system">System</option>
            <option value="light">Light</option>
            <option value="dark">Dark</option>
          </NativeSelect>
        </SettingRow>
        <SettingRow label="Rows of the inbox" hint="Compact: one line a ticket.">
          <NativeSelect
            aria-label="Rows of the inbox"
            value={density}
            onChange={(event) => {
              setDensity(event.target.value as Density);
              notify('Saved.');
            }}
          >
            <option value="comfortable">Comfortable</option>
            <option value="compact">Compact</option>
          </NativeSelect>
        </SettingRow>
      </SettingGroup>
      <NoticeSettings />
      <MailSettings />
      <KeySettings />
      <SignInSettings />
      <Button size="medium" onClick={() => void signOut()}>
        Sign out
      </Button>
    </>
  );
}

function NameSettings() {
  const { teamId, teamName, name } = useMembership();
  const rename = useSetName();
  return (
    <SettingGroup title="You">
      <SettingRow label="Name" hint={`In ${teamName}. Your customers see the first word of it.`}>
        <SavedInput
          aria-label="Your name"
          autoComplete="name"
          maxLength={80}
          value={name}
          onSave={(next) => rename({ teamId, name: next })}
        />
      </SettingRow>
    </SettingGroup>
  );
}

function MailSettings() {
  const { teamId, signature } = useMembership();
  const sign = useSetSignature();
  return (
    <SettingGroup title="Email">
      <SettingRow
        label="Signature"
        hint="Below what you write by mail, above what it answers. Empty: your first name and the address’s."
      >
        <SavedText
          aria-label="Signature"
          rows={4}
          maxLength={maxSignature}
          value={signature}
          onSave={(text) => sign({ teamId, text })}
        />
      </SettingRow>
    </SettingGroup>
  );
}

function KeySettings() {
  const { singleKeys } = useKeyPreferences();
  return (
    <SettingGroup title="Keyboard">
      <SettingRow
        label="Single-key shortcuts"
        hint="J, K, E and the like. Off, only keys with Ctrl or ⌘ act."
      >
        <Checkbox
          label="Single keys act"
          checked={singleKeys}
          onChoose={(isOn) => {
            setSingleKeys(isOn);
            notify('Saved.');
          }}
        />
      </SettingRow>
      <details className="border-b border-line py-3.5">
        <summary className="cursor-pointer text-base font-medium pointer-coarse:py-3">Change keys</summary>
        <p className="mt-1 text-sm text-ink-3">
          Write a key (e), a sequence (g i) or a chord ($mod+k; $mod is Ctrl or ⌘). Empty removes it.
        </p>
        <ul className="mt-3 space-y-1.5">
          {actionIds.map((id) => (
            <li key={id} className="flex items-center gap-3">
              <span className="flex-1 text-sm">{definitionOf(id).label}</span>
              <TextInput
                key={keysOf(id)[0] ?? ''}
                aria-label={`Keys for ${definitionOf(id).label}`}
                defaultValue={keysOf(id)[0] ?? ''}
                className="max-w-40"
                onBlur={(event) => {
                  const keys = event.target.value.trim();
                  if (keys === (keysOf(id)[0] ?? '')) return;
                  const holder = remap(id, keys);
                  if (holder) {
                    event.target.value = keysOf(id)[0] ?? '';
                    notify(`“${keys}” is taken by “${definitionOf(holder).label}”.`, { tone: 'bad' });
                  } else notify('Saved.');
                }}
              />
            </li>
          ))}
        </ul>
        <Button className="mt-3" onClick={resetKeys}>
          Back to the defaults
        </Button>
      </details>
    </SettingGroup>
  );
}
