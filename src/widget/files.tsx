/** @jsxImportSource preact */
/** The customer's files: what they have chosen for the next message, and what stands in the thread. */
import { useRef, useState } from 'preact/hooks';
import { type ShownFile, maxFilesOfMessage, sizeWords } from '../../convex/shared/conversation/attachments';
import { faultOf } from '../lib/upload';
import type { Chat } from './chat';
import type { SentFile } from './outbox';
import { Icon } from './parts';
import { words } from './words';

interface Chosen {
  id: number;
  file: File;
  state: 'uploading' | 'ready' | 'failed';
  failure?: string;
  sent?: SentFile;
}

export type Tray = ReturnType<typeof useTray>;

export function useTray(chat: Chat) {
  const [files, setFiles] = useState<Chosen[]>([]);
  /** Of what was chosen last. */
  const [leftOut, setLeftOut] = useState(0);
  const made = useRef(0);
  const change = (id: number, change: Partial<Chosen>) =>
    setFiles((all) => all.map((each) => (each.id === id ? { ...each, ...change } : each)));
  const upload = async (id: number, file: File) => {
    const fault = faultOf(file);
    try {
      if (fault !== null) throw new Error(fault);
      change(id, { sent: await chat.upload(file), state: 'ready' });
    } catch (error) {
      change(id, { state: 'failed', failure: (error as Error).message });
    }
  };
  return {
    files,
    leftOut,
    isReady: files.every(({ state }) => state === 'ready'),
    add(chosen: File[]) {
      const room = chosen.slice(0, maxFilesOfMessage - files.length);
      const added = room.map((file): Chosen => ({ id: ++made.current, file, state: 'uploading' }));
      setFiles([...files, ...added]);
      setLeftOut(chosen.length - room.length);
      for (const { id, file } of added) void upload(id, file);
    },
    retry(id: number) {
      change(id, { state: 'uploading' });
      void upload(id, files.find((each) => each.id === id)!.file);
    },
    remove(id: number) {
      setFiles((all) => all.filter((each) => each.id !== id));
      setLeftOut(0);
    },
    /** They go with a message. */
    take(): SentFile[] {
      setFiles([]);
      setLeftOut(0);
      return files.flatMap(({ sent }) => sent ?? []);
    },
  };
}

export function TrayFiles({ tray }: { tray: Tray }) {
  return (
    <>
      <ChosenFiles tray={tray} />
      <p class="byline bad" role="status">
        {tray.leftOut > 0 && words.leftOut(tray.leftOut)}
      </p>
    </>
  );
}

function ChosenFiles({ tray: { files, retry, remove } }: { tray: Tray }) {
  if (files.length === 0) return null;
  return (
    <ul class="tray" aria-label={words.toSend}>
      {files.map(({ id, file, state, failure }) => (
        <li key={id} class={state}>
          <bdi>{file.name}</bdi>
          <span role="status">
            {state === 'uploading' ? words.uploading : state === 'failed' ? failure : sizeWords(file.size)}
          </span>
          {state === 'failed' && faultOf(file) === null && (
            <button type="button" class="link" onClick={() => retry(id)}>
              {words.retry}
            </button>
          )}
          <button
            type="button"
            class="round plain"
            aria-label={`${words.remove} ${file.name}`}
            onClick={() => remove(id)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}

export function AttachButton({ onChoose }: { onChoose: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={words.attach}
        onChange={({ currentTarget }) => {
          onChoose([...(currentTarget.files ?? [])]);
          // The same file again is a choice too.
          currentTarget.value = '';
        }}
      />
      <button
        type="button"
        class="round plain"
        aria-label={words.attach}
        title={words.attach}
        onClick={() => input.current!.click()}
      >
        <Icon name="clip" />
      </button>
    </>
  );
}

/** Of a fixed size, so that nothing moves when a picture comes. */
export function Files({ files, label }: { files: ShownFile[]; label: string }) {
  return (
    <ul class="files" aria-label={label}>
      {files.map(({ path, name, size, isImage }) => (
        <li key={path}>
          <a
            href={path}
            target="_blank"
            rel="noopener noreferrer"
            title={name}
            class={isImage ? 'picture' : ''}
          >
            {isImage ? (
              <img src={path} alt={name} loading="lazy" width={160} height={160} />
            ) : (
              <>
                <Icon name="file" />
                <span>
                  <bdi>{name}</bdi>
                  <small>{sizeWords(size)}</small>
                </span>
              </>
            )}
          </a>
        </li>
      ))}
    </ul>
  );
}
