// What is done for a build, decided before anything is done: the files it works from and the name of what comes of it. Pure.
import { sha256 } from '@holdfast/kernel/digest';
import { type Python } from './pythons.ts';

/** What an author asked for. */
export interface EnvironmentWish {
  readonly sdk: 'gradio' | 'streamlit';
  /** As PyPI writes it; `null`: the newest. */
  readonly sdkVersion: string | null;
  readonly python: Python;
  /** Texts of the author's files, checked; `null` where there is none. */
  readonly preRequirements: string | null;
  readonly requirements: string | null;
}

/** All that decides what an environment is, beside the wish. */
export interface EnvironmentScope {
  /** Environments are shared within a namespace alone: code in a build decides what is in them. */
  readonly namespace: string;
  readonly factory: number;
  /** Digest of the root that it is made on. */
  readonly root: string;
  readonly indexes: readonly string[];
}

/** The version of uv, and the digests of its wheels. */
export const UV = {
  version: '0.13.9',
  hashes: [
    // x64 and arm64, glibc
    'd7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19',
    '5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe',
  ],
} as const;

/** Raised when builds are done in another way, so that what older ones made is not taken. */
const METHOD = 1;

/** What the Hub installs beside every app, and its authors import without naming it. Given up where it does not fit. */
const COMPANIONS: readonly string[] = ['datasets', 'huggingface-hub', 'requests'];

const SDK_PARTS: Readonly<Record<EnvironmentWish['sdk'], readonly string[]>> = {
  gradio: ['uvicorn>=0.14.0', 'websockets>=10.4', 'spaces'],
  streamlit: [],
};

/** The files that the steps read, by name. */
export function inputFiles(wish: EnvironmentWish): Readonly<Record<string, string>> {
  const lines = (parts: readonly string[]): string => parts.map((part) => `${part}\n`).join('');
  return {
    'uv.txt': `uv==${UV.version} ${UV.hashes.map((hash) => `--hash=sha256:${hash}`).join(' ')}\n`,
    'sdk.txt': lines([sdkRequirement(wish), ...SDK_PARTS[wish.sdk]]),
    'companions.txt': lines(COMPANIONS),
    ...(wish.preRequirements === null ? {} : { 'pre-requirements.txt': wish.preRequirements }),
    'requirements.txt': wish.requirements ?? '',
  };
}

function sdkRequirement({ sdk, sdkVersion }: EnvironmentWish): string {
  const name = sdk === 'gradio' ? 'gradio[oauth,mcp]' : sdk;
  return sdkVersion === null ? name : `${name}==${sdkVersion}`;
}

/** The name of what was asked for: who asks the same again gets what was made, without asking an index. */
export function askedKey(wish: EnvironmentWish, scope: EnvironmentScope): string {
  return sha256(JSON.stringify([METHOD, process.arch, scope, wish.python.identity, inputFiles(wish)]));
}

/** The name of a root with packages of Debian. */
export function layerKey(packages: readonly string[], scope: Omit<EnvironmentScope, 'indexes'>): string {
  return sha256(JSON.stringify([METHOD, process.arch, scope, packages]));
}

/** The name of an environment: what was asked for, and what exactly was installed for it. */
export function environmentKey(asked: string, lock: string): string {
  return sha256(`${asked}\n${lock}`);
}
