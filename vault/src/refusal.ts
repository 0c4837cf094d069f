// What the vault will not do, in words that may be shown: they name no value.
import { type Refusal } from './frames.ts';

/** A refusal that a person reads. */
export class VaultRefusal extends Error {
  readonly code: Refusal['code'];

  constructor(code: Refusal['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Said when what a start was given is not what is kept any more. */
export const CHANGED_MEANWHILE = 'a secret was changed while the app started; it is tried again';
