// The rules by which visitors are read, whom the hub has let through to the app.
import type { App } from './app.ts';
import { tellFailure, tellVisitor } from './answers.ts';
import { TokenScan } from './credentials.ts';
import { RefusedBody } from './http/body.ts';
import type { RequestHead } from './http/head.ts';
import type { Policy } from './http/policy.ts';
import { presentVisit, readVisit, type VisitRules } from './visit.ts';

/** The one place that visits go to. */
const APP = 'app';

/** What visits need. */
export interface VisitDeps {
  readonly rules: VisitRules;
  readonly app: App;
  readonly refused: (host: string, why: string) => void;
}

/** The rules for visitors. */
export function visitPolicy(deps: VisitDeps): Policy {
  const { rules, app, refused } = deps;
  return {
    read: (head) => {
      const visit = readVisit(head, rules);
      if (visit.kind === 'passed')
        return {
          key: APP,
          open: () => app.open(),
          ...visit,
          sift: siftOf(deps, head),
          kind: 'forward',
        };
      // Held by this run, had it been passed on: whoever sent it should know.
      if (visit.credential) refused(rules.spaceHost, 'a visitor sent an access token in the address');
      return { kind: 'answer', answer: tellVisitor(visit.status, visit.why, head) };
    },
    present: presentVisit,
    fail: tellFailure,
  };
}

/**
 * Keeps tokens of ours from the app that a visitor writes into a form, say because its page asks for one. What
 * a WebSocket carries and what is compressed is not looked at.
 */
function siftOf(
  { rules, refused }: VisitDeps,
  head: RequestHead,
): (content: Buffer, last: boolean) => Buffer {
  const scan = new TokenScan();
  return (content, last) => {
    const passed = scan.feed(content, last);
    if (passed !== undefined) return passed;
    refused(rules.spaceHost, 'a visitor sent an access token in the body');
    const why = 'the request holds an access token of this hub, which an app must not see';
    throw new RefusedBody(tellVisitor(400, why, head));
  };
}
