// Uses Microsoft Graph through its JavaScript SDK and prints what it was answered.
import './transcript.mjs';
import { Client, LargeFileUploadTask, PageIterator, FileUpload } from '@microsoft/microsoft-graph-client';

const base = process.env.GRAPH_BASE ?? 'https://graph.microsoft.com';
const graph = Client.init({
  baseUrl: base,
  customHosts: new Set([new URL(base).hostname]), // where the SDK's token may go
  authProvider: (done) => done(null, process.env.GRAPH_TOKEN),
});

async function listing() {
  const first = await graph.api('/users').select(['id', 'displayName', 'userPrincipalName']).top(5).get();
  const users = [];
  await new PageIterator(graph, first, (user) => { users.push(user); return true; }).iterate();
  console.log(`${users.length} users`);
  return users;
}

async function create(user) {
  const accepted = await graph.api('/chats').version('beta').responseType('raw').post({
    chatType: 'group',
    topic: 'Design review',
    members: [{
      '@odata.type': '#microsoft.graph.aadUserConversationMember',
      roles: ['owner'],
      'user@odata.bind': `https://graph.microsoft.com/beta/users('${user.id}')`,
    }],
    installedApps: [{
      'teamsApp@odata.bind': 'https://graph.microsoft.com/beta/appCatalogs/teamsApps/05F59CEC-A742-4A50-A62E-202A57E478A4',
    }],
  });
  const where = accepted.headers.get('location');
  let operation;
  do {
    operation = await graph.api(where).version('beta').get();
  } while (!['succeeded', 'failed'].includes(operation.status));
  await graph.api(`/chats/${operation.targetResourceId}`).get();
}

async function batch(user) {
  const { responses } = await graph.api('/$batch').post({
    requests: [
      { id: '1', method: 'GET', url: `/users/${user.id}?$select=id,displayName` },
      { id: '2', method: 'GET', url: '/users/nobody@contoso.onmicrosoft.com' },
      { id: '3', method: 'GET', url: '/groups?$top=1', dependsOn: ['1'] },
    ],
  });
  for (const id of ['1', '2', '3']) console.log(`part ${id}: ${responses.find((part) => part.id === id).status}`);
}

async function delta() {
  const first = await graph.api('/users/delta').select(['id', 'displayName']).get();
  const iterator = new PageIterator(graph, first, () => true);
  await iterator.iterate();
  await graph.api(iterator.getDeltaLink()).get();
}

// 1 MB that is no text and the same in every run.
function content() {
  const block = Buffer.alloc(4096);
  for (let n = 0; n < block.length; n++) block[n] = ((n * n * 31 + n) >> 3) & 255;
  return Buffer.concat([Buffer.from([0xff, 0xfe]), ...Array(256).fill(block)]);
}

async function upload(bytes) {
  const session = await LargeFileUploadTask.createUploadSession(graph, '/me/drive/root:/big.bin:/createUploadSession', {
    item: { '@microsoft.graph.conflictBehavior': 'replace' },
  });
  const file = new FileUpload(bytes, 'big.bin', bytes.length);
  const done = await new LargeFileUploadTask(graph, file, session, { rangeSize: 320 * 1024 }).upload();
  console.log(`uploaded ${done.responseBody.name}`);
}

async function download(name, bytes) {
  const answer = await graph.api(`/me/drive/root:/${name}:/content`).responseType('arraybuffer').get();
  console.log(`downloaded what was uploaded: ${bytes.equals(Buffer.from(answer))}`);
}

// A small file, which Graph takes itself.
async function note() {
  const bytes = Buffer.from('Minutes of the meeting\n');
  const made = await graph.api('/me/drive/root:/note.txt:/content').header('Content-Type', 'text/plain').put(bytes);
  console.log(`uploaded ${made.name}`);
  await download('note.txt', bytes);
}

async function refused(call) {
  try {
    await call;
  } catch (error) {
    console.log(`refused: ${error.statusCode} ${error.code}`);
    return;
  }
  console.log('not refused');
}

async function conflict() {
  const task = await graph.api('/planner/tasks').post({ planId: 'xqQg5FS2LkCp935s-FIFm2QAFkHM', title: 'Paint' });
  const etag = task['@odata.etag'];
  await graph.api(`/planner/tasks/${task.id}`).header('If-Match', etag).patch({ title: 'Paint it' });
  await refused(graph.api(`/planner/tasks/${task.id}`).header('If-Match', etag).patch({ title: 'Sell it' }));
}

async function multipart() {
  const form = new FormData();
  const html = '<html><head><title>Notes</title></head><body><object data="name:plan"/></body></html>';
  form.append('Presentation', new Blob([html], { type: 'text/html' }));
  form.append('plan', new Blob(['plan\x01of\x02tides'], { type: 'application/octet-stream' }));
  await graph.api('/me/onenote/pages').post(form);
}

const users = await listing();
await graph.api(`/users/${users[0].id}`).get();
await create(users[0]);
await batch(users[1]);
await delta();
const big = content();
await upload(big);
await download('big.bin', big);
await note();
await refused(graph.api('/users/nobody@contoso.onmicrosoft.com').get());
await conflict();
await multipart();
