// The documents that are made from the code.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../environment.ts';
import { accessMatrixDocument } from './access-matrix.ts';
import { accessDocument } from './access.ts';
import { errorsDocument } from './errors.ts';
import { isolationDocument } from './isolation.ts';
import { modulesDocument } from './modules.ts';
import { openApiDocument } from './openapi.ts';
import { providersDocument } from './providers.ts';
import { publicSuffixesModule } from './public-suffixes.ts';
import { settingsDocument } from './settings.ts';

/** A generated file, relative to the checkout. */
export interface GeneratedDocument {
  readonly file: string;
  readonly text: string;
}

/** Makes every generated document, without writing any. */
export async function documents(): Promise<readonly GeneratedDocument[]> {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return [
    { file: 'docs/generated/access.md', text: accessDocument() },
    { file: 'docs/generated/access-matrix.md', text: accessMatrixDocument() },
    { file: 'docs/generated/errors.md', text: await errorsDocument() },
    { file: 'docs/generated/isolation.md', text: isolationDocument() },
    { file: 'docs/generated/modules.md', text: await modulesDocument() },
    { file: 'docs/generated/openapi.json', text: openApiDocument(version) },
    { file: 'docs/generated/providers.md', text: providersDocument() },
    { file: 'docs/generated/settings.md', text: await settingsDocument() },
    { file: 'kernel/src/brokering/public-suffixes.ts', text: publicSuffixesModule() },
  ];
}
