// What a README says about the program of a Space: how it is built, started and reached. Pure.
import { type Json } from '@holdfast/kernel/canonical-json';
import { type Metadata, type Sdk } from '#modules/cards';
import { type HardwareKinds } from './decisions.ts';
import { type Wrong } from './notes.ts';
import { readPreloads, readUses, type Preload } from './preload.ts';

/** The kinds of program that are run. */
export type ProgramSdk = 'gradio' | 'streamlit';

/** How a program is built and started. */
export interface Program {
  /** As the package index writes it; `null`: the newest. */
  readonly sdkVersion: string | null;
  /** Such as `3.11`; `null`: the usual one. */
  readonly pythonVersion: string | null;
  readonly port: number;
  /** How long it may take until it listens. */
  readonly startupSeconds: number;
  /** What is there before it starts. */
  readonly preloads: readonly Preload[];
}

const PORTS: Readonly<Record<ProgramSdk, number>> = { gradio: 7860, streamlit: 8501 };
/** Where a program finds its way out; visitors would be led there. */
const DOOR_PORT = 3_128;
const USUAL_STARTUP = 30 * 60;
const LONGEST_STARTUP = 24 * 3_600;
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };

/** Whether programs of this kind are run. */
export function isProgram(sdk: Sdk): sdk is ProgramSdk {
  return sdk === 'gradio' || sdk === 'streamlit';
}

/** Reads how the program is built and started. What is wrong is fatal: another program than was meant would run. */
export function readProgram(
  metadata: Metadata,
  {
    sdk,
    hardware,
    wrong,
  }: { readonly sdk: ProgramSdk; readonly hardware: HardwareKinds; readonly wrong: Wrong },
): Program {
  noteSuggestions(metadata, hardware, wrong);
  const preloads = readPreloads(metadata['preload_from_hub'], wrong);
  return {
    sdkVersion: readVersion(metadata, { key: 'sdk_version', form: /^\d[0-9A-Za-z.!+-]{0,39}$/, wrong }),
    pythonVersion: readVersion(metadata, {
      key: 'python_version',
      form: /^3\.\d{1,2}(?:\.\d{1,3})?$/,
      wrong,
    }),
    port: readPort(metadata['app_port'], wrong) ?? PORTS[sdk],
    startupSeconds: readStartup(metadata['startup_duration_timeout'], wrong) ?? USUAL_STARTUP,
    preloads: [...preloads, ...readUses(metadata, preloads, wrong)],
  };
}

function readVersion(
  metadata: Metadata,
  { key, form, wrong }: { readonly key: string; readonly form: RegExp; readonly wrong: Wrong },
): string | null {
  const value = metadata[key] ?? null;
  if (value === null) return null;
  // Cards keep what was written. A number is in one that was read before they did, until the next push.
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text === 'string' && form.test(text)) return text;
  wrong(
    key,
    `"${key}" must be a version in quotes, such as "${key === 'sdk_version' ? '5.49.1' : '3.11'}"`,
    true,
  );
  return null;
}

function readPort(value: Json | undefined, wrong: Wrong): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (value === DOOR_PORT) {
    wrong('app_port', `"app_port" cannot be ${DOOR_PORT}: the way out of the Space is there`, true);
    return undefined;
  }
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1_024 && value <= 65_535) return value;
  wrong('app_port', '"app_port" must be a number from 1024 to 65535', true);
  return undefined;
}

function readStartup(value: Json | undefined, wrong: Wrong): number | undefined {
  if (value === undefined || value === null) return undefined;
  const text = typeof value === 'string' ? value : '';
  const [, count = '', unit = ''] = /^(\d{1,6})\s*([smh])$/.exec(text) ?? [];
  const seconds = Number(count) * (UNITS[unit] ?? 0);
  if (seconds >= 1 && seconds <= LONGEST_STARTUP) return seconds;
  wrong(
    'startup_duration_timeout',
    '"startup_duration_timeout" must be a time of 24 hours at most, such as 30m or 1h',
    true,
  );
  return undefined;
}

/** What keeps no program from running. */
function noteSuggestions(metadata: Metadata, kinds: HardwareKinds, wrong: Wrong): void {
  for (const key of ['models', 'datasets']) {
    const value = metadata[key] ?? null;
    if (value !== null && !isListOfTexts(value)) wrong(key, `"${key}" must be a list of names`);
  }
  const hardware = metadata['suggested_hardware'] ?? null;
  if (hardware === null || kinds.some(({ name }) => name === hardware)) return;
  const names = kinds.map(({ name }) => name).join(', ');
  wrong(
    'suggested_hardware',
    `"suggested_hardware" names hardware that this hub does not have; it has ${names}`,
  );
}

function isListOfTexts(value: Json): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
