/** The admin key in force: the folder's own, which can be rotated, or one that was given at the start, which cannot. */
import { hashAdminKey } from '../auth/adminKey.ts';
import { closeFolder, ensureAdminKey, replaceAdminKey } from './adminKeyFile.ts';
import type { Setting } from './setting.ts';

export class AdminKey {
  readonly isGiven: boolean;
  readonly #setting: Setting;
  #text: string;
  #hash: string;

  constructor(setting: Setting) {
    const { adminKey, dataDir, instanceName, log } = setting;
    const warn = (sentence: string): void => log.warn('data_folder_rights', sentence);
    if (adminKey !== undefined) closeFolder(dataDir, warn);
    this.isGiven = adminKey !== undefined;
    this.#setting = setting;
    this.#text = adminKey ?? ensureAdminKey(dataDir, instanceName, warn);
    this.#hash = hashAdminKey(this.#text);
  }

  get text(): string {
    return this.#text;
  }

  get hash(): string {
    return this.#hash;
  }

  /** Makes a new key; the old one is refused from here on. */
  rotate(): void {
    this.#text = replaceAdminKey(this.#setting.dataDir, this.#setting.instanceName);
    this.#hash = hashAdminKey(this.#text);
  }
}
