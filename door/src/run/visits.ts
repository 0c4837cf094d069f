// The rules by which visitors are read, whom the hub has let through to the app.
import type { App } from './app.ts';
import { tellFailure, tellVisitor } from './answers.ts';
import { presentVisit, readVisit, type VisitRules } from './visit.ts';
import type { Policy } from './http/policy.ts';

/** The one place that visits go to. */
const APP = 'app';

/** What visits need. */
export interface VisitDeps {
  readonly rules: VisitRules;
  readonly app: App;
  readonly refused: (host: string, why: string) => void;
}

/** The rules for visitors. */
export function visitPolicy({ rules, app, refused }: VisitDeps): Policy {
  return {
    read: (head) => {
      const visit = readVisit(head, rules);
      if (visit.kind === 'passed')
        return {
          key: APP,
          open: () => app.open(),
          ...visit,
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
