// `./holdfast admin secrets …`.
import { z } from 'zod';
import { requestAdmin } from '../admin-client.ts';
import { type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { formatTable, plainText, printResult } from '../print.ts';

const Told = z.object({ at: z.string(), by: z.string() }).nullable();
const Version = z.object({
  name: z.string(),
  version: z.number(),
  way: z.string(),
  boundTo: z.array(z.string()),
  set: Told,
  deleted: Told,
  holders: z.array(
    z.object({
      run: z.string(),
      by: z.string(),
      through: z.string(),
      from: z.string(),
      ended: z.object({ at: z.string(), how: z.string() }).nullable(),
    }),
  ),
  isCut: z.boolean(),
  sinks: z.object({
    hosts: z.array(
      z.object({
        host: z.string(),
        port: z.number(),
        first: z.string(),
        last: z.string(),
        connections: z.number(),
        sentBytes: z.number(),
      }),
    ),
    moreHosts: z.number(),
    unanswered: z.number(),
    logs: z.object({ reads: z.number(), last: z.string().nullable() }).nullable(),
    repositories: z.array(
      z.object({
        type: z.string(),
        name: z.string(),
        patterns: z.array(z.string()),
        secret: z.string(),
        whenSet: z.boolean(),
        now: z.boolean(),
      }),
    ),
    incomplete: z.boolean(),
  }),
});
type Version = z.infer<typeof Version>;
const Answer = z.object({
  ...{ name: z.string(), versions: z.array(Version), isCut: z.boolean() },
  ...{ before: z.string().nullable(), back: z.string().nullable() },
});

/** Tells who had secrets of a Space, and where these may be now. */
export const listSinks: Command = {
  name: 'admin secrets sinks',
  doc: 'Who holds or held the secrets of a SPACE (or the one with this NAME), and where they could have copied them',
  words: ['SPACE', '[NAME]'],
  flags: {
    before: {
      value: 'TIME',
      doc: 'go on from there: hosts by what was recorded before then (2026-01-31T12:00:00Z)',
    },
  },
  run: async (call) => {
    const [space = '', name] = call.rest;
    const before = call.flags['before'];
    const query = {
      space,
      ...(name !== undefined && { name }),
      ...(typeof before === 'string' && { before }),
    };
    const answer = await requestAdmin(call, { method: 'GET', path: ['secrets', 'sinks'], query });
    const { versions, isCut, ...read } = Answer.parse(answer);
    const parts = versions.map((version) => textOf(version).join('\n'));
    if (parts.length === 0) parts.push('The ledger knows of no such secret.');
    if (isCut) parts.push('Older versions are not shown: name the secret.');
    if (read.before !== null)
      parts.unshift(`Hosts by what was recorded before ${read.before}, counted by then.`);
    if (read.back !== null)
      parts.push(`Hosts were read back to ${read.back}. Go on from there: --before ${read.back}`);
    printResult(call.json, answer, parts.join('\n\n'));
    return EXIT.done;
  },
};

function textOf(version: Version): string[] {
  const { name, version: number, way, boundTo, set, deleted, sinks } = version;
  const bound = boundTo.length > 0 ? ` to ${boundTo.join(', ')}` : '';
  const lines = [`${name}, version ${number}, ${way}${bound}`];
  if (set !== null) lines.push(`set ${set.at} by ${set.by}`);
  if (deleted !== null) lines.push(`deleted ${deleted.at} by ${deleted.by}`);
  return [...lines.map(plainText), '', holdersText(version), '', ...sinksText(version, sinks)];
}

function holdersText({ holders, isCut }: Version): string {
  if (holders.length === 0) return 'No run held it.';
  const rows = holders.map(({ run, by, through, from, ended }) => [
    run,
    by === 'door' ? 'its door' : through === 'echo' ? 'the app, by an answer' : 'the app',
    from,
    ended === null ? 'holds it' : `${ended.at} (${ended.how})`,
  ]);
  const cut = isCut ? '\nOlder ones are not shown.' : '';
  return `${formatTable(['HELD BY RUN', 'IN', 'FROM', 'TO'], rows)}${cut}`;
}

function sinksText(
  { holders }: Version,
  { hosts, moreHosts, unanswered, logs, repositories, incomplete }: Version['sinks'],
): string[] {
  const lines = incomplete ? [INCOMPLETE] : [];
  if (logs === null) {
    if (!incomplete) lines.push('No app had it, so that none could have copied it.');
  } else {
    const rows = hosts.map(({ host, port, first, last, connections, sentBytes }) => [
      port === 0 ? 'others, without a name' : `${host}:${port}`,
      ...[first, last, String(connections), String(sentBytes)],
    ]);
    if (rows.length === 0 && !incomplete) lines.push('The apps that had it reached no host.');
    if (rows.length > 0)
      lines.push(formatTable(['HOST REACHED', 'FIRST', 'LAST', 'CONNECTIONS', 'BYTES SENT'], rows));
    if (moreHosts > 0) lines.push(`${moreHosts} more hosts are not shown; --json has no more either.`);
    if (unanswered > 0)
      lines.push(`${unanswered} calls went to names or hosts that did not answer; the names were asked for.`);
    lines.push(`logs: read ${logs.reads} times since then${logs.last === null ? '' : `, last ${logs.last}`}`);
    lines.push(
      'visitors: an app can show what it has to whoever opens it',
      'volumes: none, a Space keeps no files of a run',
    );
  }
  if (holders.length > 0)
    for (const { type, name, patterns, secret, whenSet, now } of repositories)
      lines.push(
        plainText(
          `could write with ${secret}: ${type} ${name} ${patterns.join(' ')} (${whenOf(whenSet, now)})`,
        ),
      );
  return lines;
}

const INCOMPLETE =
  'NOT ALL: more is on record than this answer reads, so that what is not listed may have been all the same. The entries themselves: space.contacted in the ledger.';

function whenOf(whenSet: boolean, now: boolean): string {
  if (whenSet && now) return 'when it was set, and now';
  return whenSet ? 'when it was set' : 'now';
}
