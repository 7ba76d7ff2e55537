// Signs in with MSAL and a client secret, and reads one page with the token.
import { ConfidentialClientApplication } from '@azure/msal-node';

const { AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET } = process.env;
const base = process.env.GRAPH_BASE ?? 'https://graph.microsoft.com';
const login = process.env.AZURE_AUTHORITY_HOST ?? 'https://login.microsoftonline.com';

const app = new ConfidentialClientApplication({
  auth: { clientId: AZURE_CLIENT_ID, clientSecret: AZURE_CLIENT_SECRET, authority: `${login}/${AZURE_TENANT_ID}`, knownAuthorities: [new URL(login).host] },
});
const token = await app.acquireTokenByClientCredential({ scopes: ['https://graph.microsoft.com/.default'] });
await import('./transcript.mjs'); // what MSAL was answered is nobody's
console.log(`signed in: ${token.tokenType}, expires later: ${token.expiresOn > new Date()}`);
const answer = await fetch(`${base}/v1.0/users?$top=2&$select=id`, { headers: { authorization: `Bearer ${token.accessToken}` } });
console.log(`${(await answer.json()).value.length} users`);
