// The migrations of this module, without the module: what migrates loads nothing else.
export { tokens as tokenTokens } from './0001-tokens.ts';
export { deviceLogins as tokenDeviceLogins } from './0002-device-logins.ts';
export { addresses as tokenAddresses } from './0003-addresses.ts';
export { uses as tokenUses } from './0004-uses.ts';
export { networks as tokenNetworks } from './0005-networks.ts';
export { reach as tokenReach } from './0005-reach.ts';
export { pushed as tokenPushed } from './0006-pushed.ts';
export { listed as tokenListed } from './0007-listed.ts';
export { applications as tokenApplications } from './0008-applications.ts';
export { readmissions as tokenReadmissions } from './0010-readmissions.ts';
export { sealedDeviceLogins as tokenSealedDeviceLogins } from './0009-sealed-device-logins.ts';
