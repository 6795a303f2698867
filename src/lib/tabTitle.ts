/** What the tab of the desk says to people who are elsewhere: what they have to see to, then where the page stands; and its mark. */
let page = document.title;
let news = '';

function show() {
  document.title = news === '' ? page : `${news} · ${page}`;
}

export function setTabTitle(next: string) {
  page = next;
  show();
}

/** `count`: how much there is to see to; `newest`: what came last. */
export function setTabNews(count: number, newest = '') {
  news = count === 0 ? '' : `● ${count} · ${newest}`;
  show();
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  const href = count === 0 ? '/icon.svg' : '/icon-new.svg';
  if (icon && icon.getAttribute('href') !== href) icon.href = href;
}
