import type { CSSProperties } from 'react';
import {
  coloursOf,
  grounds,
  plainColours,
  readColour,
  type Theme,
  themes,
} from '../../../convex/shared/customer/colours';
import type { Look } from '../../../convex/shared/customer/look';
import { catalogues } from '../../../convex/shared/customer/words/all';

interface Props {
  look: Look;
  teamName: string;
}

/** A chat as customers see it, by day and by night, while its look is being chosen. */
export function ChatPreview({ look, teamName }: Props) {
  return (
    <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-1">
      {themes.map((theme) => (
        <Preview key={theme} theme={theme} look={look} teamName={teamName} />
      ))}
    </div>
  );
}

function Preview({ theme, look, teamName }: Props & { theme: Theme }) {
  const colour = readColour(look.colour ?? '');
  const { accent, onAccent, soft } = (colour === null ? plainColours : coloursOf(colour))[theme];
  const { surface, ink } = grounds[theme];
  const language = look.language ?? 'en';
  const words = catalogues[language];
  const filled: CSSProperties = { background: accent, color: onAccent };
  return (
    <div
      role="img"
      aria-label={`The chat ${theme === 'light' ? 'by day' : 'by night'}`}
      lang={language}
      className="flex h-80 flex-col gap-2 rounded-lg border border-line bg-surface-2 p-3 text-sm"
    >
      <div
        className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-xl"
        style={{ background: surface, color: ink }}
      >
        <p className="flex items-center gap-2 p-3 font-semibold" style={{ background: soft }}>
          <span className="grid size-7 shrink-0 place-items-center rounded-full" style={filled}>
            {[...(look.name || teamName)][0]?.toUpperCase()}
          </span>
          <span className="truncate">{look.name || teamName}</span>
        </p>
        <p
          dir="auto"
          className="m-3 w-fit max-w-[84%] rounded-2xl px-3 py-1.5 wrap-anywhere whitespace-pre-line"
          style={{ background: soft }}
        >
          {look.greetings?.[language] || words.greeting}
        </p>
        <p className="mx-3 w-fit max-w-[84%] self-end rounded-2xl px-3 py-1.5" style={filled}>
          {language === 'de' ? 'Wo ist meine Bestellung?' : 'Where is my order?'}
        </p>
        <p
          className="m-3 mt-auto flex items-center justify-between rounded-full border p-1 ps-3"
          style={{ borderColor: accent }}
        >
          {words.placeholder}
          <span className="grid size-7 place-items-center rounded-full" style={filled}>
            ↑
          </span>
        </p>
      </div>
      <span
        className={`size-9 shrink-0 rounded-full shadow-pop ${look.side === 'left' ? 'self-start' : 'self-end'}`}
        style={filled}
      />
    </div>
  );
}
