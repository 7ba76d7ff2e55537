// Uses Microsoft Graph through its TypeScript SDK on kiota: for each step it asks for all
// names at once, as programs do that have a list of people in their configuration.
import { BaseBearerTokenAuthenticationProvider } from '@microsoft/kiota-abstractions';
import { createGraphServiceClient, GraphRequestAdapter } from '@microsoft/msgraph-sdk';
import '@microsoft/msgraph-sdk-users';

const token = {
  getAuthorizationToken: async () => process.env.GRAPH_TOKEN,
  getAllowedHostsValidator: () => ({ isUrlHostValid: () => true }),
};
const graph = createGraphServiceClient(new GraphRequestAdapter(new BaseBearerTokenAuthenticationProvider(token)));

const people = [
  'Alder Finch', 'Briony Vale', 'Caspian Moor', 'Delphine Oak', 'Eamon Reed', 'Fenna Wold',
  'Garrick Thorn', 'Hester Lowe', 'Ivo Marsh', 'Juna Brook', 'Kester Dale', "O'Neil Lark",
];
const newcomers = ['Linnea Frost', 'Milo Hart', 'Nerys Pike', 'Oren Swift'];
const select = ['id', 'displayName', 'userPrincipalName', 'jobTitle', 'department'];
const upn = (name) => `${name.toLowerCase().replace(' ', '.')}@contoso.onmicrosoft.com`;
const line = (user) => JSON.stringify(select.map((name) => user[name] ?? null));

// Each prints a line a name, whichever was answered first.
async function all(step, names, call) {
  const lines = await Promise.all(names.map(async (name) => {
    try {
      return await call(name);
    } catch (error) {
      return `refused: ${error.responseStatusCode}`;
    }
  }));
  lines.forEach((text, n) => console.log(`${step}\t${names[n]}\t${text}`));
}

const ids = new Map();
const quoted = (name) => `'${name.replaceAll("'", "''")}'`;
await all('get', people, async (name) => line(await graph.users.byUserId(upn(name)).get({ queryParameters: { select } })));
await all('find', people, async (name) => {
  const found = await graph.users.get({ queryParameters: { select, filter: `displayName eq ${quoted(name)}` } });
  return found.value.map(line).join(' ');
});
await all('absent', newcomers, async (name) => line(await graph.users.byUserId(upn(name)).get({ queryParameters: { select } })));
await all('create', newcomers, async (name) => {
  const made = await graph.users.post({
    accountEnabled: true, displayName: name, mailNickname: name.split(' ')[0], userPrincipalName: upn(name),
    passwordProfile: { forceChangePasswordNextSignIn: true, password: 'xWwvJ]6NMw+bWH-d' },
  });
  ids.set(name, made.id);
  return line(made);
});
await all('update', newcomers, async (name) => {
  await graph.users.byUserId(upn(name)).patch({ jobTitle: `Keeper of ${name}`, department: 'Lighthouses' });
  return 'done';
});
await all('by id', newcomers, async (name) => line(await graph.users.byUserId(ids.get(name)).get({ queryParameters: { select } })));
await all('by name', newcomers.toReversed(), async (name) => line(await graph.users.byUserId(upn(name)).get({ queryParameters: { select } })));
await all('delete', newcomers, async (name) => {
  await graph.users.byUserId(ids.get(name)).delete();
  return 'done';
});
