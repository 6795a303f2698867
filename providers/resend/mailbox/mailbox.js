/** Shows new mail without a reload. Where one is being written nothing moves: a line says that there is some. */
const { state } = document.querySelector('script[data-state]').dataset;
const list = document.getElementById('mails');
const news = document.getElementById('news');
const home = state.replace(/\/state$/, '');
let known = null;

async function look() {
  try {
    const { received } = await (await fetch(state)).json();
    if (known !== null && received > known) await show(received - known);
    known = received;
  } catch {
    // The server is being started again: it is asked in a moment.
  }
  setTimeout(() => void look(), 1_500);
}

async function show(count) {
  const text = count === 1 ? 'One new mail.' : `${count} new mails.`;
  if (list) {
    const page = new DOMParser().parseFromString(await (await fetch(home)).text(), 'text/html');
    list.replaceChildren(...page.getElementById('mails').children);
    news.textContent = text;
    return;
  }
  const link = document.createElement('a');
  link.href = home;
  link.textContent = 'Show';
  news.replaceChildren(`${text} `, link);
}

void look();
