/** @jsxImportSource preact */
/** The customer's files: what they have chosen for the next message, and what stands in the thread. */
import { useRef, useState } from 'preact/hooks';
import type { ShownFile } from '../../convex/shared/conversation/attachments';
import { maxFilesOfMessage } from '../../convex/shared/kit/limits';
import { type Picked, pickFiles, roomFor } from '../lib/upload';
import type { Chat } from './chat';
import type { SentFile } from './outbox';
import { Icon } from './parts';
import { say, sayCounted, sizeLimit, sizeOf } from './speech';

interface Chosen {
  id: number;
  file: File;
  state: 'uploading' | 'ready' | 'failed';
  /** How much of it is there, 0 to 1. */
  share: number;
  stop: AbortController;
  failure?: string;
  sent?: SentFile;
}

export type Tray = ReturnType<typeof useTray>;
export type NotGoing = Pick<Picked, 'refused' | 'leftOut'>;
const nothing: NotGoing = { refused: [], leftOut: 0 };

export function useTray(chat: Chat) {
  const [files, setFiles] = useState<Chosen[]>([]);
  /** Of what was chosen last. */
  const [notGoing, setNotGoing] = useState(nothing);
  const made = useRef(0);
  const change = (id: number, change: Partial<Chosen>) =>
    setFiles((all) => all.map((each) => (each.id === id ? { ...each, ...change } : each)));
  const upload = async ({ id, file, stop }: Chosen) => {
    const onProgress = (share: number) => change(id, { share });
    try {
      change(id, { sent: await chat.upload(file, { onProgress, signal: stop.signal }), state: 'ready' });
    } catch (error) {
      change(id, { state: 'failed', failure: (error as Error).message });
    }
  };
  return {
    files,
    notGoing,
    /** Something of it does not go. */
    isTold: notGoing.refused.length + notGoing.leftOut > 0,
    isReady: files.every(({ state }) => state === 'ready'),
    add(chosen: File[], folders: string[] = []) {
      const { taken, ...rest } = pickFiles(chosen, roomFor(files), folders);
      const added = taken.map((file): Chosen => {
        return { id: ++made.current, file, state: 'uploading', share: 0, stop: new AbortController() };
      });
      setFiles([...files, ...added]);
      setNotGoing(rest);
      for (const each of added) void upload(each);
    },
    retry(id: number) {
      const again = { ...files.find((each) => each.id === id)!, state: 'uploading' as const, share: 0 };
      change(id, again);
      void upload(again);
    },
    /** On its way or there. */
    remove(id: number) {
      files.find((each) => each.id === id)?.stop.abort();
      setFiles((all) => all.filter((each) => each.id !== id));
      setNotGoing(nothing);
    },
    /** They go with a message. */
    take(): SentFile[] {
      setFiles([]);
      setNotGoing(nothing);
      return files.flatMap(({ sent }) => sent ?? []);
    },
  };
}

/** What may go, said before one chooses: under the button, and over the page while files are held over it. */
export const limitsLine = () => sayCounted('fileLimits', maxFilesOfMessage, { size: sizeLimit() });

export function AttachButton({ onChoose }: { onChoose: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={say('attach')}
        onChange={({ currentTarget }) => {
          onChoose([...(currentTarget.files ?? [])]);
          // The same file again is a choice too.
          currentTarget.value = '';
        }}
      />
      <button
        type="button"
        class="round plain"
        aria-label={say('attach')}
        aria-describedby="file-limits"
        title={`${say('attach')}. ${limitsLine()}`}
        onClick={() => input.current!.click()}
      >
        <Icon name="clip" />
      </button>
    </>
  );
}

/** Seen where there is no pointer that could rest on the button. */
export function FileLimits() {
  return (
    <p id="file-limits" class="limits">
      {limitsLine()}
    </p>
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
                  <small>{sizeOf(size)}</small>
                </span>
              </>
            )}
          </a>
        </li>
      ))}
    </ul>
  );
}
