// The first administrator's password: given by the operator, or made here and shown once.
import { Secret } from '@holdfast/kernel/secret';
import { exists, writeText } from '@holdfast/platform/private-files';
import { adminPasswordFile, makePassword } from './keys.ts';
import { type Settings } from './settings.ts';
import { type Site } from './site.ts';

/** What the hub is told, and what is done once it has made the account. */
export interface FirstAdmin {
  readonly account: Settings['firstAdmin'];
  readonly password: Secret<string> | undefined;
  /** Shows or stores a password that was made here, and remembers that the account was settled. */
  settle(created: boolean): Promise<void>;
}

/** Decides on the password while the instance has had no administrator yet. */
export function openFirstAdmin(site: Site): FirstAdmin {
  const { layout, console } = site;
  if (exists(layout.adminMarker))
    return { account: null, password: undefined, settle: () => Promise.resolve() };
  const given = site.secrets.adminPassword;
  const password = given ?? new Secret(makePassword());
  return {
    account: { name: 'admin', email: site.config.file.firstAdmin.email },
    password,
    settle: async (created) => {
      if (created && given === undefined) await present(password, site);
      else if (created) console.step('The first administrator is `admin`, with the password you gave');
      await writeText(layout.adminMarker, `${created ? 'made here' : 'was there already'}\n`);
    },
  };
}

// Else somebody gives it to a program.
const WHAT_FOR =
  'People sign in with it in a browser; programs use tokens, from `./holdfast admin token create --help`';

async function present(password: Secret<string>, site: Site): Promise<void> {
  const { console, layout } = site;
  if (console.terminal) {
    console.step(
      `\nThe first administrator is \`admin\` with the password  ${password.reveal('shown to the operator, once')}\nIt is not shown again. ${WHAT_FOR}\n`,
    );
    return;
  }
  // Output that is not a terminal ends up in a log.
  const file = adminPasswordFile(layout.keys);
  await writeText(file, `${password.reveal('left for the operator, once')}\n`);
  console.step(
    `The first administrator is \`admin\`; the password is in ${file} (remove it once read). ${WHAT_FOR}`,
  );
  console.event('admin', { name: 'admin', passwordFile: file });
}
