// What an app finds in its environment, and how it is started. Pure.
import { type AppWish, type Want } from '../frames.ts';

/** Where the repository's files are inside. */
export const SOURCE = '/source';
/** Where the app has its own copy of them. */
export const APP_FOLDER = '/home/user/app';
/** Where the clients keep what they have fetched, unless the app says otherwise. */
export const CACHE_FOLDER = '/home/user/.cache/huggingface/hub';
/** Where what it imports is. */
export const ENVIRONMENT_FOLDER = '/opt/env';

/** The same for every app; authors know these from other hubs. */
const EVERY_APP: Readonly<Record<string, string>> = {
  HOME: '/home/user',
  USER: 'user',
  PATH: `${ENVIRONMENT_FOLDER}/bin:/usr/local/bin:/usr/bin:/bin`,
  LANG: 'C.UTF-8',
  TZ: 'UTC',
  VIRTUAL_ENV: ENVIRONMENT_FOLDER,
  PYTHONPATH: APP_FOLDER,
  // What an app prints is seen while it runs.
  PYTHONUNBUFFERED: '1',
  // The environment is read-only.
  PYTHONDONTWRITEBYTECODE: '1',
  SYSTEM: 'spaces',
};

const OF_SDK: Readonly<Record<AppWish['sdk'], (app: AppWish) => Readonly<Record<string, string>>>> = {
  gradio: ({ port }) => ({
    GRADIO_SERVER_NAME: '127.0.0.1',
    GRADIO_SERVER_PORT: String(port),
    GRADIO_NUM_PORTS: '1',
    GRADIO_THEME: 'huggingface',
    // It would tell its makers of each start.
    GRADIO_ANALYTICS_ENABLED: 'False',
    GRADIO_ALLOW_FLAGGING: 'never',
  }),
  streamlit: ({ port }) => ({
    STREAMLIT_SERVER_ADDRESS: '127.0.0.1',
    STREAMLIT_SERVER_PORT: String(port),
    STREAMLIT_SERVER_HEADLESS: 'true',
    STREAMLIT_SERVER_FILE_WATCHER_TYPE: 'none',
    STREAMLIT_BROWSER_GATHER_USAGE_STATS: 'false',
    // The door lets requests of the Space's own origin through, and in a frame there are no cookies to compare.
    STREAMLIT_SERVER_ENABLE_CORS: 'false',
    STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION: 'false',
  }),
};

/** The environment of the app. What its people set stands over what an SDK is told, and under what leads to the door. */
export function environmentOf({ app, variables }: Pick<Want, 'app' | 'variables'>): Record<string, string> {
  return {
    ...EVERY_APP,
    ...OF_SDK[app.sdk](app),
    ...Object.fromEntries(variables.map(({ name, value }) => [name, value])),
  };
}

/** The program and its arguments. */
export function commandOf({ sdk, file, port }: AppWish): readonly string[] {
  const path = `${APP_FOLDER}/${file}`;
  return sdk === 'gradio'
    ? [`${ENVIRONMENT_FOLDER}/bin/python`, path]
    : [
        `${ENVIRONMENT_FOLDER}/bin/python`,
        ...['-m', 'streamlit', 'run', path, '--server.port', String(port)],
      ];
}
