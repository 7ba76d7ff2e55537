// Prints every exchange of the built-in fetch, under whatever middleware an SDK has.
import { createHash } from 'node:crypto';

const shown = ['content-type', 'location', 'etag', 'retry-after', 'odata-version', 'request-id'];
const fetchOne = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  const url = typeof input === 'string' ? input : input.url ?? String(input);
  console.log(`> ${init?.method ?? input.method ?? 'GET'} ${url}`);
  const answer = await fetchOne(input, init);
  console.log(`< ${answer.status}`);
  for (const name of shown) {
    if (answer.headers.get(name)) console.log(`${name}: ${answer.headers.get(name)}`);
  }
  const body = Buffer.from(await answer.clone().arrayBuffer());
  try {
    if (answer.headers.get('content-type') === 'application/octet-stream') throw new TypeError('a file');
    console.log(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    console.log(`${body.length} bytes, ${createHash('sha256').update(body).digest('hex')}`);
  }
  return answer;
};
