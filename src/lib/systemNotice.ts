/** Notices of the system, outside the page: what this browser lets through, and one notice that goes when it is no news any more. */
export type NoticePermission = NotificationPermission | 'unsupported';

export const noticePermission = (): NoticePermission =>
  'Notification' in globalThis ? Notification.permission : 'unsupported';

/** Asks the person; only ever at the press of a button. */
export const askForNotices = (): Promise<NoticePermission> => Notification.requestPermission();

/** Where they may be shown; returns how to take it back. One of the same `tag` takes the place of the one before. */
export function showNotice(text: string, tag: string, onPress: () => void): () => void {
  if (noticePermission() !== 'granted') return () => {};
  try {
    const notice = new Notification(text, { tag, icon: '/icon.svg' });
    notice.addEventListener('click', () => {
      window.focus();
      notice.close();
      onPress();
    });
    return () => notice.close();
  } catch {
    // Some phones know only notices of a service worker.
    return () => {};
  }
}
