// Our own lint rules as an oxlint plugin: the house rules that no stock rule knows, executed instead of written down.
import type { Rule } from './ast.ts';
import { exportedDocComment } from './rules/exported-doc-comment.ts';
import { fileOpensWithComment } from './rules/file-opens-with-comment.ts';
import { ignoreCommentsNeedAReason } from './rules/ignore-comments-need-a-reason.ts';
import { layers } from './rules/layers.ts';
import { longFile } from './rules/long-file.ts';
import { moduleFaces } from './rules/module-faces.ts';
import { noBannedWords } from './rules/no-banned-words.ts';
import { noModuleState } from './rules/no-module-state.ts';
import { onePower } from './rules/one-power.ts';
import { revealOnlyIn } from './rules/reveal-only-in.ts';
import { spawnNeedsEnv } from './rules/spawn-needs-env.ts';

/** Rule name → rule, as `.oxlintrc.json` names them behind `holdfast/`. */
export const rules: Readonly<Record<string, Rule>> = {
  'exported-doc-comment': exportedDocComment,
  'file-opens-with-comment': fileOpensWithComment,
  'ignore-comments-need-a-reason': ignoreCommentsNeedAReason,
  layers,
  'long-file': longFile,
  'module-faces': moduleFaces,
  'no-banned-words': noBannedWords,
  'no-module-state': noModuleState,
  'one-power': onePower,
  'reveal-only-in': revealOnlyIn,
  'spawn-needs-env': spawnNeedsEnv,
};

// oxlint-disable-next-line import/no-default-export -- oxlint loads a plugin by its default export
export default { meta: { name: 'holdfast' }, rules };
