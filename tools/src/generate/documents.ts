// The documents that are made from the code.
import { errorsDocument } from './errors.ts';
import { modulesDocument } from './modules.ts';
import { settingsDocument } from './settings.ts';

/** A generated file, relative to the checkout. */
export interface GeneratedDocument {
  readonly file: string;
  readonly text: string;
}

/** Makes every generated document, without writing any. */
export async function documents(): Promise<readonly GeneratedDocument[]> {
  return [
    { file: 'docs/generated/errors.md', text: await errorsDocument() },
    { file: 'docs/generated/modules.md', text: await modulesDocument() },
    { file: 'docs/generated/settings.md', text: await settingsDocument() },
  ];
}
