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
