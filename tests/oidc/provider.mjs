// A real OpenID provider on loopback for the tests. Prints {"issuer"}; ends when its input closes.
// Any login is somebody; a line of input, {"eva": ["night"]}, says their groups and is answered by "ok".
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Provider } from 'oidc-provider';

const { redirect, secret, inIdToken } = JSON.parse(process.argv[2]);
const groups = {};
const jwk = (kid, alg, pair) => ({ ...pair.privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' });
const server = createServer().listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      { client_id: 'avouch', client_secret: secret, redirect_uris: [redirect], response_types: ['code'] },
      {
        client_id: 'robot', client_secret: secret, redirect_uris: [], response_types: [],
        grant_types: ['client_credentials'],
      },
    ],
    jwks: {
      keys: [
        jwk('rsa-1', 'RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })),
        jwk('ec-1', 'ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })),
      ],
    },
    cookies: { keys: [secret] },
    pkce: { required: () => true },
    conformIdTokenClaims: !inIdToken,
    claims: { openid: ['sub'], profile: ['preferred_username'], groups: ['groups'] },
    findAccount: (ctx, id) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: id, groups: groups[id] ?? [] }),
    }),
    features: {
      devInteractions: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (ctx, resource) => ({
          scope: 'avouch:ask avouch:ingest',
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 300,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  });
  server.on('request', provider.callback());
  console.log(JSON.stringify({ issuer }));
});
createInterface({ input: process.stdin })
  .on('line', (line) => {
    Object.assign(groups, JSON.parse(line));
    console.log('ok');
  })
  .on('close', () => process.exit(0));
