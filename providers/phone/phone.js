/** Draws the chat of the app that is open, as its provider says it is, and sends what is done to it. */
const $ = (id) => document.getElementById(id);
let app = null;
let stream = null;
/** The message that the one being written answers, or takes the place of. */
let about = null;

function open() {
  const tabs = [...document.querySelectorAll('[role="tab"]')];
  const wanted = location.hash.slice(1);
  const tab = tabs.find(({ id }) => id === `tab-${wanted}`) ?? tabs[0];
  app = tab.id.slice('tab-'.length);
  for (const each of tabs) each.setAttribute('aria-selected', String(each === tab));
  $('chat').setAttribute('aria-labelledby', tab.id);
  stream?.close();
  setAbout(null);
  stream = new EventSource(`/${app}/events`);
  stream.onmessage = ({ data }) => draw(JSON.parse(data));
}

async function send(act, fields) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  await fetch(`/${app}/${act}`, { method: 'POST', body: form });
}

function element(name, props = {}, ...children) {
  const made = Object.assign(document.createElement(name), props);
  made.append(...children);
  return made;
}

const button = (label, text, onclick) => {
  const made = element('button', { type: 'button', onclick }, text);
  made.setAttribute('aria-label', label);
  made.title = label;
  return made;
};

function draw({ title, subtitle, begin, isBlocked, hasMarks, messages }) {
  $('title').textContent = title;
  $('subtitle').textContent = subtitle;
  $('block').textContent = isBlocked ? 'Unblock' : 'Block';
  $('block').onclick = () => send('block', { isBlocked: String(!isBlocked) });
  $('begin').hidden = begin === null;
  $('begin').textContent = begin ?? '';
  $('write').hidden = begin !== null || isBlocked;
  const list = $('messages');
  const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  list.replaceChildren(...messages.map((message) => row(message, hasMarks)));
  const toEnd = () => isAtEnd && (list.scrollTop = list.scrollHeight);
  toEnd();
  // A picture has its height once it is there.
  for (const picture of list.querySelectorAll('img')) picture.onload = toEnd;
}

const looks = { '*': 'strong', _: 'em', '~': 's' };
const marks = /(?<![^\s([{"'“‘«*_~])([*_~])(?=\S)((?:(?!\1)[^\n])*?\S)\1(?![\p{L}\p{N}/])/gu;

/** Words between marks stand as what the marks say. */
function marked(text) {
  const parts = [];
  let from = 0;
  for (const { 0: whole, 1: mark, 2: inner, index } of text.matchAll(marks)) {
    parts.push(text.slice(from, index), element(looks[mark], {}, ...marked(inner)));
    from = index + whole.length;
  }
  return [...parts, text.slice(from)];
}

function row(message, hasMarks) {
  const { id, at, isMine, text, isLine, isEdited, reaction, quoted, file } = message;
  const item = element('li', { className: isLine ? 'line' : isMine ? 'mine' : 'theirs' });
  item.dataset.id = id;
  const bubble = element('div', { className: 'bubble', dir: 'auto' });
  if (quoted) bubble.append(element('blockquote', { textContent: quoted }));
  if (file?.isImage) bubble.append(element('img', { src: `/${app}/files/${file.path}`, alt: file.name }));
  else if (file) bubble.append(element('a', { href: `/${app}/files/${file.path}`, textContent: file.name }));
  if (text) bubble.append(element('p', {}, ...(hasMarks ? marked(text) : [text])));
  const clock = new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  bubble.append(element('small', { textContent: isEdited ? `edited ${clock}` : clock }));
  if (reaction) bubble.append(element('span', { className: 'reaction', textContent: reaction }));
  item.append(bubble);
  if (!isLine) item.append(acts(message));
  return item;
}

function acts({ id, isMine, text, file }) {
  const made = element('span', { className: 'acts' });
  made.append(
    button('Answer this message', '↩', () => setAbout({ id, text: text || file?.name || '', isEdit: false })),
  );
  if (isMine && !file)
    made.append(button('Edit this message', '✎', () => setAbout({ id, text, isEdit: true })));
  if (!isMine) made.append(button('React with a thumb up', '👍', () => send('react', { id, emoji: '👍' })));
  return made;
}

function setAbout(to) {
  const field = $('write').elements.text;
  // What was written in the place of another is no message of its own.
  if (about?.isEdit) field.value = '';
  about = to;
  $('about').hidden = to === null;
  $('about').firstElementChild.textContent = to ? `${to.isEdit ? 'Edits' : 'Answers'}: ${to.text}` : '';
  if (to === null) return;
  if (to.isEdit) field.value = to.text;
  field.focus();
}

$('not-about').onclick = () => setAbout(null);
$('begin').onclick = async () => {
  await send('begin', {});
  $('write').elements.text.focus();
};
$('write').onsubmit = (event) => {
  event.preventDefault();
  const field = $('write').elements.text;
  const text = field.value;
  if (about?.isEdit) void send('edit', { id: about.id, text });
  else void send('write', { text, answers: about?.id ?? '' });
  setAbout(null);
  field.value = '';
};
$('write').elements.text.onkeydown = (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $('write').requestSubmit();
};
$('write').elements.file.onchange = ({ target }) => {
  const [file] = target.files;
  const field = $('write').elements.text;
  if (file) void send('file', { file, caption: field.value });
  field.value = '';
  target.value = '';
};
addEventListener('hashchange', open);
open();
