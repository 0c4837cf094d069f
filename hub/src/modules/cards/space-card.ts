// What the card of a Space says about how it is shown and run.
import { fieldOf, findText, isMapping, listTexts } from './fields.ts';
import type { Metadata } from './model.ts';

/** How an app is run. */
export type Sdk = 'gradio' | 'docker' | 'static' | 'streamlit';

/** The configuration of a Space. What the card does not say, or says wrongly, is `undefined`. */
export interface SpaceCard {
  readonly sdk: Sdk | undefined;
  readonly sdkVersion: string | undefined;
  readonly pythonVersion: string | undefined;
  readonly appFile: string | undefined;
  readonly appPort: number | undefined;
  readonly basePath: string | undefined;
  readonly emoji: string | undefined;
  readonly colorFrom: string | undefined;
  readonly colorTo: string | undefined;
  readonly shortDescription: string | undefined;
  readonly suggestedHardware: string | undefined;
  readonly pinned: boolean;
  readonly fullWidth: boolean;
  readonly disableEmbedding: boolean;
  readonly preloadFromHub: readonly string[];
  readonly customHeaders: Readonly<Record<string, string>>;
}

const HEADERS = [
  'cross-origin-embedder-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
];

/** The configuration in the metadata of a Space. */
export function presentSpace(metadata: Metadata): SpaceCard {
  const port = fieldOf(metadata, 'app_port');
  return {
    sdk: toSdk(findText(metadata, 'sdk')),
    sdkVersion: findText(metadata, 'sdk_version'),
    pythonVersion: findText(metadata, 'python_version'),
    appFile: findText(metadata, 'app_file'),
    appPort:
      typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined,
    basePath: findText(metadata, 'base_path'),
    emoji: findText(metadata, 'emoji'),
    colorFrom: findText(metadata, 'colorFrom'),
    colorTo: findText(metadata, 'colorTo'),
    shortDescription: findText(metadata, 'short_description'),
    suggestedHardware: findText(metadata, 'suggested_hardware'),
    pinned: fieldOf(metadata, 'pinned') === true,
    fullWidth: fieldOf(metadata, 'fullWidth') === true,
    disableEmbedding: fieldOf(metadata, 'disable_embedding') === true,
    preloadFromHub: listTexts(metadata, 'preload_from_hub'),
    customHeaders: headersOf(metadata),
  };
}

function toSdk(text: string | undefined): Sdk | undefined {
  return text === 'gradio' || text === 'docker' || text === 'static' || text === 'streamlit'
    ? text
    : undefined;
}

/** Only headers that isolate the app further: any other could weaken the origin it is served from. */
function headersOf(metadata: Metadata): Record<string, string> {
  const field = fieldOf(metadata, 'custom_headers');
  if (!isMapping(field)) return {};
  const headers: Record<string, string> = {};
  for (const name of Object.keys(field)) {
    const value = findText(field, name);
    if (HEADERS.includes(name.toLowerCase()) && value !== undefined) headers[name.toLowerCase()] = value;
  }
  return headers;
}
