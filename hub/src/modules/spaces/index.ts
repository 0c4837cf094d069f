// The face of `spaces`.
export { ASKED_FOR_ANYWAY, type Egress, type HardwareKinds, MOST_HOSTS } from './decisions.ts';
export { type LogRing } from './log-ring.ts';
export { LiveRuns } from './live-runs.ts';
export {
  type Reached,
  type Runtime,
  type Serving,
  type Stage,
  type Variable,
  type VariableWish,
} from './model.ts';
export { RunProofs } from './run-proofs.ts';
export { Runs } from './runs.ts';
export {
  pathNameOf,
  SecretNoteReader,
  SecretNoteWriter,
  type BegunCall,
  type SettledNote,
} from './secret-note-store.ts';
export { Sources } from './sources.ts';
export { Spaces, type ServedSpace } from './spaces.ts';
export { SpaceReader } from './store.ts';
export { Traffic, type DoorHour, type SpaceTraffic } from './traffic.ts';
export { isLabel } from './label.ts';
export { type FromRunner, type LogKind, type RunnerLink, type ToRunner, type Usage } from './wish.ts';
export { readContactsBack, type ContactPiece, type RecordedContacts } from './recorded-contacts.ts';
