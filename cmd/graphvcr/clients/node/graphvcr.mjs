// A session of graphvcr for a test in Node: starts `graphvcr serve`, and fails the test for
// requests that had no answer. MIT licensed, as graphvcr is.
import { spawn } from 'node:child_process';

/**
 * Serves a cassette until the test is over.
 *
 * @param {string} cassette its name: the path below the folder of cassettes, without .yaml
 * @param {object} [options]
 * @param {object} [options.context] the test's context, of node:test or vitest, which ends the
 *   session; without one, call end()
 * @param {string} [options.mode] replay, record or spy; GRAPHVCR_MODE counts before it
 * @param {string[]} [options.args] further arguments of graphvcr serve: ['--auth', 'azure-cli']
 * @param {string} [options.failOn] warning also fails for what nothing asked for; default error
 * @param {string} [options.cwd] where the project lies
 * @param {string} [options.command] the command; default GRAPHVCR, else graphvcr
 * @returns {Promise<{url: string, end: () => Promise<string>}>} url has no /v1.0; end returns
 *   the report, and throws where the test has to fail
 */
export async function session(cassette, options = {}) {
  const { context, args = [], failOn = 'error', cwd, command = process.env.GRAPHVCR || 'graphvcr' } = options;
  const mode = process.env.GRAPHVCR_MODE || options.mode || 'replay';
  const server = spawn(command, ['serve', '--cassette', cassette, '--mode', mode, '--quiet', '--fail-on', failOn, ...args],
    { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let told = '';
  const ended = new Promise((resolve) => {
    server.once('error', (error) => resolve({ error }));
    server.once('close', (code) => resolve({ code }));
  });
  const kill = () => server.kill('SIGKILL');
  process.once('exit', kill); // nothing outlives the tests
  ended.then(() => process.removeListener('exit', kill));
  server.stderr.on('data', (text) => { told += text; });
  const listening = new Promise((resolve) => {
    server.stdout.on('data', (text) => {
      told += text;
      const found = /^listening on (http:\S+)\n/m.exec(told);
      if (found) resolve({ url: found[1] });
    });
  });
  const started = await Promise.race([listening, ended]);
  if (!started.url) {
    throw new Error(`graphvcr serve --cassette ${cassette}: ${started.error?.message ?? told}`);
  }
  let over;
  const end = () => (over ??= (async () => {
    server.kill('SIGINT');
    const { code } = await ended;
    const report = told.replace(/^listening on .*\n/gm, '').trim();
    if (code !== 0) throw new Error(`graphvcr: cassette ${cassette}:\n${report}`);
    return report;
  })());
  const whenOver = context?.onTestFinished ?? context?.after; // vitest, node:test
  whenOver?.call(context, end);
  return { url: started.url, end };
}
