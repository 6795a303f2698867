/** @jsxImportSource preact */
/** What goes with the next message, how far it has come, and what does not go. */
import { maxFilesOfMessage } from '../../convex/shared/kit/limits';
import type { NotGoing, Tray } from './files';
import { Icon } from './parts';
import { numberOf, say, sayCounted, sizeLimit, sizeOf } from './speech';
import './styles/tray.css';

export function TrayFiles({ tray }: { tray: Tray }) {
  return (
    <>
      <ChosenFiles tray={tray} />
      <p class="byline bad" role="alert">
        {notGoingLine(tray.notGoing)}
      </p>
    </>
  );
}

const reasons = {
  empty: () => say('fileEmpty'),
  tooLarge: () => say('fileTooLarge', { size: sizeLimit() }),
  folder: () => say('fileFolder'),
};

/** The rest goes. */
function notGoingLine({ refused, leftOut }: NotGoing): string {
  const lines = refused.map(({ name, why }) => say('notGoing', { name, why: reasons[why]() }));
  if (leftOut > 0) lines.push(sayCounted('leftOut', leftOut, { most: numberOf(maxFilesOfMessage) }));
  return lines.join(' ');
}

function ChosenFiles({ tray: { files, retry, remove } }: { tray: Tray }) {
  if (files.length === 0) return null;
  return (
    <ul class="tray" aria-label={say('toSend')}>
      {files.map(({ id, file: { name, size }, state, share, failure }) => (
        <li key={id} class={state}>
          <bdi>{name}</bdi>
          <span role="status">
            {state === 'uploading' ? say('uploading') : state === 'failed' ? failure : sizeOf(size)}
          </span>
          {state === 'uploading' && <progress aria-label={say('uploadOf', { name })} value={share} max={1} />}
          {state === 'failed' && (
            <button type="button" class="link" onClick={() => retry(id)}>
              {say('retry')}
            </button>
          )}
          <button
            type="button"
            class="round plain"
            aria-label={say(state === 'uploading' ? 'stopFile' : 'removeFile', { name })}
            onClick={() => remove(id)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}
