// Why a secret reaches the app the way it does, as people are told when they set one. Pure.
import { findProvider } from '@holdfast/kernel/brokering/providers';
import { type SecretFacts, type WayReason } from './model.ts';

/** The reason, as far as what is kept tells it. */
export function whyWay({ way, provider: id }: Pick<SecretFacts, 'way' | 'provider'>): WayReason {
  const provider = findProvider(id);
  if (way === 'file') return 'asked';
  if (way === 'brokered') return provider === undefined ? 'hosts-given' : 'recognised';
  if (provider === undefined) return 'not-recognised';
  if (provider.brokering.kind !== 'hosts') return 'not-brokerable';
  return provider.brokering.hosts.length === 0 ? 'hosts-needed' : 'asked';
}
