// Signs a user in with MSAL, which keeps its cache in a file, and reads one page.
//
// keep.mjs sign-in   signs in by device code, anew
// keep.mjs renew     with the refresh token in the cache
// keep.mjs silent    as applications do: with the access token in the cache, if that is good
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { PublicClientApplication } from '@azure/msal-node';

const { AZURE_TENANT_ID, AZURE_CLIENT_ID, TOKEN_CACHE } = process.env;
const scopes = ['https://graph.microsoft.com/User.Read'];

const app = new PublicClientApplication({
  auth: { clientId: AZURE_CLIENT_ID, authority: `https://login.microsoftonline.com/${AZURE_TENANT_ID}` },
  cache: {
    cachePlugin: {
      beforeCacheAccess: async context => { if (existsSync(TOKEN_CACHE)) context.tokenCache.deserialize(readFileSync(TOKEN_CACHE, 'utf8')); },
      afterCacheAccess: async context => { if (context.cacheHasChanged) writeFileSync(TOKEN_CACHE, context.tokenCache.serialize()); },
    },
  },
});
let result;
if (process.argv[2] === 'sign-in') {
  result = await app.acquireTokenByDeviceCode({ scopes, deviceCodeCallback: () => {} });
} else {
  const [account] = await app.getTokenCache().getAllAccounts();
  result = await app.acquireTokenSilent({ scopes, account, forceRefresh: process.argv[2] === 'renew' });
}
const answer = await fetch('https://graph.microsoft.com/v1.0/me', { headers: { authorization: `Bearer ${result.accessToken}` } });
console.log(answer.status);
