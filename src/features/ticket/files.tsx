import { FileText, Paperclip, RotateCw, X } from 'lucide-react';
import { type RefObject, useId } from 'react';
import { type ShownFile, sizeWords } from '../../../convex/shared/conversation/attachments';
import { useShownKeys } from '../../actions/preferences';
import { useFileAddress } from '../../convex/attachments';
import { IconButton } from '../../ui/button';
import { Tooltip } from '../../ui/tooltip';
import type { TrayFile } from './fileTray';
import { fileLimits } from './fileWords';

/** `PDF`, by the name: what a file is called is what people go by. */
const kindOf = (name: string) => /\.([A-Za-z0-9]{1,5})$/.exec(name)?.[1]?.toUpperCase() ?? 'File';

/** What came with a message: pictures to look at, everything else to keep. Of a fixed size, so that nothing moves when it comes. */
export function Files({ files }: { files: readonly ShownFile[] }) {
  const addressOf = useFileAddress();
  return (
    <ul aria-label="Files" className="mt-1 flex max-w-full flex-wrap gap-1.5">
      {files.map(({ path, name, size, isImage }) => (
        <li key={path} className="max-w-full">
          <a
            href={addressOf(path)}
            target="_blank"
            rel="noopener noreferrer"
            aria-label={`${name}, ${kindOf(name)}, ${sizeWords(size)}`}
            title={`${name}, ${sizeWords(size)}`}
            className={`flex rounded-lg border border-line bg-surface hover:border-line-strong ${isImage ? 'size-36 overflow-hidden' : 'w-64 max-w-full items-center gap-2 px-2.5 py-2 text-ink'}`}
          >
            {isImage ? (
              <img
                src={addressOf(path)}
                alt={name}
                loading="lazy"
                width={144}
                height={144}
                className="size-full bg-surface-2 object-cover text-xs text-ink-3"
              />
            ) : (
              <>
                <FileText aria-hidden size={18} className="shrink-0 text-ink-3" />
                <span className="min-w-0 flex-1">
                  <bdi className="block truncate text-sm font-medium">{name}</bdi>
                  <span className="block text-xs text-ink-3">
                    {kindOf(name)} · {sizeWords(size)}
                  </span>
                </span>
              </>
            )}
          </a>
        </li>
      ))}
    </ul>
  );
}

interface TrayProps {
  files: readonly TrayFile[];
  canRetry: (id: number) => boolean;
  onRetry: (id: number) => void;
  onRemove: (id: number) => void;
}

/** What was chosen to go with what is being written. */
export function TrayFiles({ files, canRetry, onRetry, onRemove }: TrayProps) {
  if (files.length === 0) return null;
  return (
    <ul aria-label="Files to send" className="flex flex-wrap gap-1.5 px-4 pb-2">
      {files.map(({ id, name, size, state, failure, share }) => (
        <li
          key={id}
          className={`flex max-w-full items-center gap-1 rounded-md border bg-surface pl-2 text-xs ${state === 'failed' ? 'border-bad' : 'border-line'}`}
        >
          <bdi className="max-w-48 truncate font-medium text-ink">{name}</bdi>
          <span role="status" className={state === 'failed' ? 'text-bad' : 'text-ink-3'}>
            {state === 'uploading' ? 'Uploading…' : state === 'failed' ? failure : sizeWords(size)}
          </span>
          {state === 'uploading' && (
            <progress
              className="h-1.5 w-14 accent-accent"
              aria-label={`Upload of ${name}`}
              value={share ?? 0}
              max={1}
            />
          )}
          {state === 'failed' && canRetry(id) && (
            <IconButton label={`Upload ${name} again`} onClick={() => onRetry(id)}>
              <RotateCw aria-hidden size={14} />
            </IconButton>
          )}
          <IconButton
            label={state === 'uploading' ? `Cancel the upload of ${name}` : `Remove ${name}`}
            onClick={() => onRemove(id)}
          >
            <X aria-hidden size={14} />
          </IconButton>
        </li>
      ))}
    </ul>
  );
}

interface AttachProps {
  input: RefObject<HTMLInputElement | null>;
  onChoose: (files: File[]) => void;
}

/** The button is what people press; the input behind it is the browser's way to a file. */
export function AttachButton({ input, onChoose }: AttachProps) {
  const keys = useShownKeys('reply.attach');
  const limitsId = useId();
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files to attach"
        onChange={({ currentTarget }) => {
          onChoose([...(currentTarget.files ?? [])]);
          // The same file again is a choice too.
          currentTarget.value = '';
        }}
      />
      <span id={limitsId} className="sr-only">
        {fileLimits}
      </span>
      <Tooltip text={`Attach files. ${fileLimits}`} keys={keys}>
        <IconButton label="Attach files" aria-describedby={limitsId} onClick={() => input.current?.click()}>
          <Paperclip aria-hidden size={16} />
        </IconButton>
      </Tooltip>
    </>
  );
}
