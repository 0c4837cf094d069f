// `POST /oauth/device`
import { countedAddress } from '@holdfast/kernel/network';
import { z } from 'zod';
import { type DeviceLogins } from '#modules/tokens';
import { defineRoute, type Route } from '../../route/route.ts';

/** The client that `hf auth login` says it is: public, and the same for everybody. */
export const HF_CLIENT = '26be6b09-91c5-47da-9861-d2d2bb7a7e36';

const Answer = z.union([
  z.object({
    device_code: z.string(),
    user_code: z.string(),
    verification_uri: z.string(),
    verification_uri_complete: z.string(),
    expires_in: z.number(),
    interval: z.number(),
  }),
  z.object({ error: z.string(), error_description: z.string() }),
]);

/** Begins a device login (RFC 8628, section 3.1). */
export function beginDeviceLogin({ deviceLogins }: { deviceLogins: DeviceLogins }): Route {
  return defineRoute({
    operation: 'beginDeviceLogin',
    summary: 'Begin to sign a program in by a code that a person enters',
    method: 'POST',
    path: '/oauth/device',
    access: 'anyone',
    allowance: 'api',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'json-or-form',
    body: z.object({ client_id: z.string() }),
    output: Answer,
    async run({ body, baseUrl, address, request, reply }) {
      if (body.client_id !== HF_CLIENT) {
        reply.raw.statusCode = 400;
        return { error: 'invalid_client', error_description: 'This hub knows no such client.' };
      }
      const client = request.headers['user-agent'] ?? '';
      const begun = await deviceLogins.begin({ address: countedAddress(address), client });
      return {
        device_code: begun.deviceCode.reveal('to hand it to the program'),
        user_code: begun.userCode,
        verification_uri: `${baseUrl}/device`,
        verification_uri_complete: `${baseUrl}/device?code=${begun.userCode}`,
        expires_in: begun.expiresIn,
        interval: begun.interval,
      };
    },
  });
}
