// What a Space that may be seen answers to a URL.
import { type Content, type FoundFile } from '#modules/content';
import { type RepoPath } from '#modules/git';
import { fullName } from '#modules/repos';
import { type ServedSpace } from '#modules/spaces';
import { type Notice } from './notice.ts';
import { originOf } from './space-address.ts';
import { wantedBy } from './space-files.ts';
import { cannotBeShown, SAY } from './words.ts';

/** A file with how it is sent; a word instead; or where it is. */
export type Answer =
  | {
      readonly kind: 'file';
      readonly served: ServedSpace;
      readonly file: FoundFile;
      /** Headers that the author wants. */
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'program' }
  | ({ readonly kind: 'notice' } & Notice)
  | { readonly kind: 'redirect'; readonly to: string };

/** What is asked for: a URL behind the label of a host, under the base URL of that host. */
export interface Asked {
  readonly label: string;
  readonly url: string;
  readonly baseUrl: string;
}

/** Finds the answer. */
export async function findAnswer(
  deps: { readonly content: Content; readonly spacesHost: string },
  served: ServedSpace,
  { label, url, baseUrl }: Asked,
): Promise<Answer> {
  const { repo, configuration, problems } = served;
  const title = fullName(repo);
  // The label of a name that it had before.
  if (served.label !== label)
    return { kind: 'redirect', to: `${originOf(served.label, { ...deps, baseUrl })}${url}` };
  if (served.paused) return { kind: 'notice', status: 503, title, text: SAY.paused };
  if (configuration === undefined) {
    const why = problems.find(({ fatal }) => fatal)?.text;
    return { kind: 'notice', status: 503, title, text: cannotBeShown(why) };
  }
  if (configuration.program !== undefined) return { kind: 'program' };
  const found = await findFile(deps.content, served, { url, appFile: configuration.appFile });
  if (found === undefined) return { kind: 'notice', status: 404, title, text: SAY.noFile };
  if ('to' in found) return { kind: 'redirect', to: found.to };
  return { kind: 'file', served, file: found, headers: configuration.headers };
}

async function findFile(
  content: Content,
  { repo }: ServedSpace,
  { url, appFile }: { readonly url: string; readonly appFile: RepoPath },
): Promise<FoundFile | { readonly to: string } | undefined> {
  const end = url.indexOf('?');
  const [path, query] = end === -1 ? [url, ''] : [url.slice(0, end), url.slice(end)];
  // Relative links of a page hold only in its own folder.
  if (path === '/' && appFile.includes('/'))
    return { to: `/${appFile.split('/').map(encodeURIComponent).join('/')}${query}` };
  const wanted = wantedBy(path, appFile);
  const commit = repo.head;
  if (wanted === undefined || commit === null) return undefined;
  const file = await content.findVisited({ repo, commit, path: wanted.file });
  if (file !== undefined || wanted.folder === undefined) return file;
  const page = await content.findVisited({ repo, commit, path: wanted.folder });
  return page && { to: `${path}/${query}` };
}
