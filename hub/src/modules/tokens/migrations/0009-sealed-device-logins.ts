// That a person let a program in, bound to what they said.

/** Adds the MAC of an approval. Those that wait for their program while this runs are asked for anew. */
export const sealedDeviceLogins = {
  name: 'tokens/0009-sealed-device-logins',
  sql: `alter table tokens.device_login add column mac bytea;`,
};
