/** @jsxImportSource preact */
/** Where the customer writes. Enter sends, Shift and Enter starts a line; a half-written message survives a reload. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { maxTextLength } from '../../convex/shared/kit/limits';
import { isVisible } from '../../convex/shared/kit/text';
import type { Chat } from './chat';
import { filesPasted } from '../lib/upload';
import { AttachButton, FileLimits, useTray } from './files';
import type { ChatState } from './state';
import { Icon } from './parts';
import type { BrowserStore } from './store';
import { later } from './later';
import { say } from './speech';
import { askingLine } from './words';

const Transcript = later(() => import('./transcript'), 'Transcript');
const EndChat = later(() => import('./endChat'), 'EndChat');
const DropZone = later(() => import('./dropZone'), 'DropZone');
const TrayFiles = later(() => import('./trayFiles'), 'TrayFiles');

interface Props {
  chat: Chat;
  state: ChatState;
  store: BrowserStore;
  draftKey: string;
}

export function Composer({ chat, state, store, draftKey }: Props) {
  const [text, setText] = useState(() => store.get(draftKey) ?? '');
  const area = useRef<HTMLTextAreaElement>(null);
  const tray = useTray(chat);
  const isEmpty = !(isVisible(text) || tray.files.length > 0) || !tray.isReady;

  // What is written in another tab is written here, too.
  useEffect(() => store.watch(draftKey, (draft) => setText(draft ?? '')), [store, draftKey]);

  const write = (next: string) => {
    setText(next);
    store.set(draftKey, next === '' ? null : next);
  };

  useLayoutEffect(() => {
    const box = area.current!;
    box.style.height = 'auto';
    box.style.height = `${box.scrollHeight}px`;
  }, [text, state.isShown]);

  // On a touch screen the keyboard would cover what there is to read.
  useEffect(() => {
    if (state.isShown && !matchMedia('(pointer: coarse)').matches) area.current!.focus();
  }, [state.isShown]);

  const attach = (files: File[], folders: string[] = []) => {
    tray.add(files, folders);
    area.current!.focus();
  };

  const send = () => {
    if (isEmpty) return;
    chat.write(isVisible(text) ? text.trim() : '', tray.take());
    write('');
    area.current!.focus();
  };

  return (
    <footer>
      <AskForPerson chat={chat} state={state} />
      {(tray.files.length > 0 || tray.isTold) && <TrayFiles tray={tray} />}
      <form
        class="composer"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <AttachButton onChoose={attach} />
        <textarea
          ref={area}
          rows={1}
          maxLength={maxTextLength}
          aria-label={say('placeholder')}
          placeholder={say('placeholder')}
          value={text}
          onInput={({ currentTarget }) => {
            write(currentTarget.value);
            chat.setTyping(currentTarget.value.trim() !== '');
          }}
          onPaste={(event) => {
            const files = event.clipboardData ? filesPasted(event.clipboardData) : [];
            if (files.length === 0) return;
            event.preventDefault();
            attach(files);
          }}
          onBlur={() => chat.setTyping(false)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey) return;
            event.preventDefault();
            send();
          }}
        />
        <button
          type="submit"
          class="filled round"
          aria-label={say('send')}
          title={say('send')}
          disabled={isEmpty}
        >
          <Icon name="send" />
        </button>
      </form>
      <FileLimits />
      <DropZone onDrop={attach} />
    </footer>
  );
}

function AskForPerson({ chat, state }: Pick<Props, 'chat' | 'state'>) {
  return (
    <div class="aside">
      {state.conversation?.speakingWith !== 'person' && (
        <button
          type="button"
          class="outlined"
          disabled={state.asking === 'busy'}
          onClick={() => void chat.askForPerson()}
        >
          <Icon name="person" />
          {say('person')}
        </button>
      )}
      {state.conversation?.conversationId != null && <Transcript chat={chat} />}
      <p role="status">{askingLine(state)}</p>
      {state.conversation?.conversationId != null && <EndChat chat={chat} state={state} />}
    </div>
  );
}
