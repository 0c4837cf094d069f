// What a Space's README says about how it is served. Pure.
// Invariant: whatever is wrong, or means nothing here, is named; nothing is silently something else.
import { type HardwareKinds } from './decisions.ts';
import { type Json } from '@holdfast/kernel/canonical-json';
import { isFault } from '@holdfast/kernel/fault';
import { checkShown, type Metadata, type Sdk } from '#modules/cards';
import { parsePath, type RepoPath } from '#modules/git';
import { noteSome, shown, type Note, type Wrong } from './notes.ts';
import { isProgram, readProgram, type Program } from './program.ts';

/** One thing that is wrong, or of no use here. */
export interface Problem extends Note {
  /** The Space cannot be served. */
  readonly fatal: boolean;
}

/** How a Space is served. */
export interface Configuration {
  readonly sdk: Sdk;
  /** The file that answers for the whole: a page, or a program. */
  readonly appFile: RepoPath;
  /** Headers that its author wants on every answer, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** How the program is built and started, where there is one. */
  readonly program?: Program;
}

/** What was read. */
export interface ReadConfiguration {
  /** Absent where a problem is fatal. */
  readonly configuration: Configuration | undefined;
  readonly problems: readonly Problem[];
}

const SDKS: readonly Sdk[] = ['gradio', 'streamlit', 'docker', 'static'];

/** Headers that isolate an app further, with what each may say. Others could weaken the origin it is served from. */
const HEADERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['cross-origin-embedder-policy', ['unsafe-none', 'require-corp', 'credentialless']],
  ['cross-origin-opener-policy', ['unsafe-none', 'same-origin', 'same-origin-allow-popups']],
  ['cross-origin-resource-policy', ['same-site', 'same-origin', 'cross-origin']],
]);

/** Keys that say how a program is built and run. */
const OF_PROGRAMS = [
  ...['app_port', 'models', 'datasets', 'preload_from_hub', 'python_version', 'sdk_version'],
  ...['startup_duration_timeout', 'suggested_hardware'],
];
/** Keys that mean something on other hubs. */
const ELSEWHERE = [
  ...['app_build_command', 'base_path', 'hf_oauth', 'hf_oauth_authorized_org', 'hf_oauth_expiration_minutes'],
  ...['hf_oauth_scopes', 'suggested_storage', 'header', 'thumbnail', 'fullWidth'],
];
/** Keys that mean something on other hubs, and `false` what is so on this one: every new Space says that it is not pinned. */
const SWITCHES_ELSEWHERE = ['pinned', 'disable_embedding'];
/** Keys of static Spaces that say what they use, which is shown and not acted on. */
const SHOWN = new Set(['models', 'datasets', 'suggested_hardware']);

/** Keys of every card that say nothing about how a Space is served. */
const OF_CARDS = [
  ...['title', 'emoji', 'colorFrom', 'colorTo', 'sdk', 'app_file', 'custom_headers', 'tags', 'license'],
  ...[
    'license_name',
    'license_link',
    'language',
    'short_description',
    'library_name',
    'pipeline_tag',
    'viewer',
  ],
];

/** Whether a hub runs programs. */
export interface ProgramRoom {
  readonly runsPrograms: boolean;
  /** Why it does not, where somebody knows. */
  readonly whyNot?: string | null;
  readonly hardware: HardwareKinds;
}

/** Reads the configuration in the metadata of a Space, on a hub that runs programs or that does not. */
export function readConfiguration(metadata: Metadata, hub: ProgramRoom): ReadConfiguration {
  const problems: Problem[] = [];
  const wrong: Wrong = (key, text, fatal = false): void => void problems.push({ key, text, fatal });
  const sdk = readSdk(metadata, { ...hub, wrong });
  const appFile = readAppFile(metadata, sdk, wrong);
  const headers = readHeaders(metadata['custom_headers'], wrong);
  noteShown(metadata, wrong);
  if (sdk === 'static')
    for (const key of OF_PROGRAMS)
      if (Object.hasOwn(metadata, key) && !SHOWN.has(key))
        wrong(key, `"${key}" has no effect: a static Space runs no program`);
  const program =
    sdk !== undefined && isProgram(sdk)
      ? readProgram(metadata, { sdk, hardware: hub.hardware, wrong })
      : undefined;
  noteUnknown(metadata, wrong);
  if (sdk === undefined || appFile === undefined || problems.some(({ fatal }) => fatal))
    return { configuration: undefined, problems };
  return { configuration: { sdk, appFile, headers, ...(program !== undefined && { program }) }, problems };
}

/** What is wrong with how the Space wants to be shown, and what this hub does not do. */
function noteShown(metadata: Metadata, wrong: Wrong): void {
  const found = [...checkShown(metadata)];
  noteSome(found, { wrong, rest: (count) => `and ${count} more values are wrong` });
  const named = new Set(found.map(({ key }) => key));
  for (const key of [...ELSEWHERE, ...SWITCHES_ELSEWHERE]) {
    if (named.has(key) || !Object.hasOwn(metadata, key)) continue;
    if (SWITCHES_ELSEWHERE.includes(key) && metadata[key] === false) continue;
    wrong(key, `"${key}" has no effect on this hub`);
  }
}

function noteUnknown(metadata: Metadata, wrong: Wrong): void {
  const known = new Set([...OF_CARDS, ...OF_PROGRAMS, ...ELSEWHERE, ...SWITCHES_ELSEWHERE]);
  const unknown = Object.keys(metadata)
    .filter((key) => !known.has(key))
    .map((key) => ({ key, text: `${shown(key)} means nothing to this hub` }));
  noteSome(unknown, { wrong, rest: (count) => `and ${count} more keys mean nothing to this hub` });
}

function readSdk(
  metadata: Metadata,
  { runsPrograms, whyNot, wrong }: ProgramRoom & { readonly wrong: Wrong },
): Sdk | undefined {
  const value = metadata['sdk'];
  if (value === undefined) {
    wrong('sdk', 'Missing configuration in README: "sdk" says how the Space is served', true);
    return undefined;
  }
  const sdk = SDKS.find((known) => known === value);
  if (sdk === undefined) wrong('sdk', `"sdk" must be one of ${SDKS.join(', ')}`, true);
  else if (sdk === 'docker')
    wrong(
      'sdk',
      'This hub builds no containers: "sdk" must be gradio, streamlit or static, not docker',
      true,
    );
  else if (sdk !== 'static' && !runsPrograms)
    wrong(
      'sdk',
      `This hub serves static Spaces; it does not run those with "sdk: ${sdk}"${whyNot ? `: ${whyNot}` : ''}`,
      true,
    );
  return sdk;
}

const LONGEST_APP_FILE = 1_000;

function readAppFile(metadata: Metadata, sdk: Sdk | undefined, wrong: Wrong): RepoPath | undefined {
  const shows = sdk === undefined || sdk === 'static';
  const usual = shows ? 'index.html' : 'app.py';
  const value = metadata['app_file'] ?? usual;
  try {
    // What begins with a dot is not served.
    if (typeof value === 'string' && value.length <= LONGEST_APP_FILE && !(shows && /(?:^|\/)\./.test(value)))
      return parsePath(value);
  } catch (error) {
    if (!isFault(error)) throw error;
  }
  wrong('app_file', `"app_file" must be the path of a file in the Space, such as ${usual}`, true);
  return undefined;
}

function readHeaders(value: Json | undefined, wrong: Wrong): Record<string, string> {
  const headers: Record<string, string> = {};
  if (value === undefined || value === null) return headers;
  if (typeof value !== 'object' || Array.isArray(value)) {
    wrong('custom_headers', '"custom_headers" must be a mapping of names to values');
    return headers;
  }
  const key = 'custom_headers';
  const found: Note[] = [];
  for (const [name, text] of Object.entries(value)) {
    const allowed = HEADERS.get(name.toLowerCase());
    if (allowed === undefined) {
      const names = [...HEADERS.keys()].join(', ');
      found.push({ key, text: `the header ${shown(name)} cannot be set: only ${names} can` });
    } else if (typeof text !== 'string' || !allowed.includes(text))
      found.push({ key, text: `the header ${shown(name)} must be one of ${allowed.join(', ')}` });
    else headers[name.toLowerCase()] = text;
  }
  noteSome(found, { wrong, rest: (count) => `and ${count} more headers cannot be set so` });
  return headers;
}
