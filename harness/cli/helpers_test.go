package cli

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphvcr/graphvcr/harness/internal/emulator"
)

const nodeTests = `import test from 'node:test';
import assert from 'node:assert';
import { session } from './graphvcr.mjs';

const url = '/beta/users/adele@contoso.example';

test('answers', async (t) => {
  const graph = await session('users/read', { context: t });
  const user = await fetch(graph.url + url).then((r) => r.json());
  assert.equal(user.displayName, 'Adele Vance');
});

test('at once', async () => {
  await Promise.all([1, 2, 3, 4].map(async () => {
    const graph = await session('users/read');
    assert.equal((await fetch(graph.url + url)).status, 200);
    assert.equal(await graph.end(), await graph.end());
  }));
});

test('tells misses', async () => {
  const graph = await session('users/read', { context: { onTestFinished(end) { this.end = end; } } });
  assert.equal((await fetch(graph.url + '/beta/users/nobody')).status, 501);
  await assert.rejects(graph.end(), /no answer to GET .*\/beta\/users\/nobody/);
});

test('fails for what is left, where that is asked', async () => {
  const graph = await session('users/read', { failOn: 'warning' });
  await fetch(graph.url + url);
  await assert.rejects(graph.end(), /never requested: PATCH/);
});

test('tells what cannot start', async () => {
  await assert.rejects(session('users/nothing'), /there is no cassette "users.nothing"/);
  await assert.rejects(session('users/read', { command: './no-such-command' }), /ENOENT/);
});
`

const nodeFailing = `import test from 'node:test';
import { session } from './graphvcr.mjs';

test('misses', async (t) => {
  const graph = await session('users/read', { context: t });
  await fetch(graph.url + '/beta/users/nobody');
});
`

const vitestTests = `import { expect, test } from 'vitest';
import { session } from './graphvcr.mjs';

const url = '/beta/users/adele@contoso.example';

test('answers', async (context) => {
  const graph = await session('users/read', { context });
  const user = await fetch(graph.url + url).then((r) => r.json());
  expect(user.displayName).toBe('Adele Vance');
});

test.concurrent.each([1, 2, 3])('at once %d', async () => {
  const graph = await session('users/read');
  expect((await fetch(graph.url + url)).status).toBe(200);
  await graph.end();
});

test('misses', async (context) => {
  const graph = await session('users/read', { context });
  expect((await fetch(graph.url + '/beta/users/nobody')).status).toBe(501);
});
`

const pythonTests = `import unittest
import urllib.error
import urllib.request

import graphvcr


class Sessions(unittest.TestCase):
    def test_answers(self):
        with graphvcr.session("users/read") as graph:
            with urllib.request.urlopen(graph.url + "/beta/users/adele@contoso.example") as answer:
                self.assertIn(b"Adele Vance", answer.read())

    def test_misses(self):
        with self.assertRaisesRegex(graphvcr.Failed, "no answer to GET .*/beta/users/nobody"):
            with graphvcr.session("users/read") as graph:
                with self.assertRaises(urllib.error.HTTPError):
                    urllib.request.urlopen(graph.url + "/beta/users/nobody")

    def test_what_failed_first_is_told(self):
        with self.assertRaises(ZeroDivisionError):
            with graphvcr.session("users/read", fail_on="warning"):
                1 / 0

    def test_cannot_start(self):
        with self.assertRaisesRegex(graphvcr.Failed, 'there is no cassette "users/nothing"'):
            graphvcr.Session("users/nothing")


unittest.main()
`

const pytestTests = `import urllib.error
import urllib.request

import pytest


def test_answers(graphvcr):
    with urllib.request.urlopen(graphvcr("users/read").url + "/beta/users/adele@contoso.example") as answer:
        assert b"Adele Vance" in answer.read()


@pytest.mark.parametrize("id", ["adele@contoso.example"])
def test_named(graphvcr, id):
    with urllib.request.urlopen(graphvcr().url + "/beta/users/" + id) as answer:
        assert answer.status == 200


def test_misses(graphvcr):
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(graphvcr("users/read").url + "/beta/users/nobody")
`

// helperProject is a project with a folder of helpers laid into it, and the command on the PATH.
func helperProject(t *testing.T, folder string) (dir string, env []string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := errors.Join(os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "project"))), os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "cmd", "graphvcr", "clients", folder)))); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "bin"), 0o755), os.Symlink(exe, filepath.Join(dir, "bin", "graphvcr"))); err != nil {
		t.Skipf("no symbolic links: %v", err)
	}
	return dir, append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"), "PYTHONDONTWRITEBYTECODE=1")
}

// helperRun runs a program over a file of tests.
func helperRun(t *testing.T, dir string, env []string, file, text string, command ...string) (string, error) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(command[0], append(command[1:], file)...)
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// The module for Node serves tests of node:test, and fails those that miss.
func TestNodeHelper(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("there is no node")
	}
	dir, env := helperProject(t, "node")
	if out, err := helperRun(t, dir, env, "users.test.mjs", nodeTests, "node", "--test"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	out, err := helperRun(t, dir, env, "failing.test.mjs", nodeFailing, "node", "--test")
	if err == nil || !strings.Contains(out, "no answer to GET /beta/users/nobody") {
		t.Errorf("a miss passed: %s", out)
	}
}

// The module serves tests of vitest likewise; the one that misses fails, and no other.
func TestNodeHelperUnderVitest(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("there is no node")
	}
	vitest, err := filepath.Abs(filepath.Join(clientsDir, "node", "node_modules", "vitest"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(vitest); err != nil {
		missing(t, "node", "vitest is not installed: npm --prefix harness/cli/testdata/clients/node ci")
	}
	dir, env := helperProject(t, "node")
	modules := filepath.Join(dir, "node_modules")
	if err := errors.Join(os.Mkdir(modules, 0o755), os.Symlink(vitest, filepath.Join(modules, "vitest"))); err != nil {
		t.Fatal(err)
	}
	out, err := helperRun(t, dir, append(env, "NO_COLOR=1"), "users.test.mjs", vitestTests, "node", filepath.Join(vitest, "vitest.mjs"), "run")
	if err == nil || !strings.Contains(out, "1 failed | 4 passed") || !strings.Contains(out, "no answer to GET /beta/users/nobody") {
		t.Errorf("%v\n%s", err, out)
	}
}

// The same file records, where the variable says so.
func TestNodeHelperRecords(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("there is no node")
	}
	graph, err := emulator.Start(t.Context(), emulator.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer graph.Close()
	dir, env := helperProject(t, "node")
	const body = `import { session } from './graphvcr.mjs';
const args = process.env.GRAPHVCR_MODE ? ['--upstream', process.env.GRAPH, '--auth', 'none'] : [];
const graph = await session('users/new', { args });
const headers = { authorization: 'Bearer ' + process.env.TOKEN };
if (!(await fetch(graph.url + '/v1.0/users?$top=1', { headers })).ok) process.exit(3);
console.log(await graph.end());
`
	out, err := helperRun(t, dir, append(env, "GRAPHVCR_MODE=record", "GRAPH="+graph.GraphURL(), "TOKEN="+graph.AppToken()), "record.mjs", body, "node")
	if err != nil {
		t.Fatalf("record: %v\n%s", err, out)
	}
	graph.Close()
	if out, err := helperRun(t, dir, env, "record.mjs", body, "node"); err != nil {
		t.Errorf("replay: %v\n%s", err, out)
	}
}

// The module for Python serves any test, and the fixture those of pytest.
func TestPythonHelper(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("there is no python3")
	}
	dir, env := helperProject(t, "python")
	if out, err := helperRun(t, dir, env, "users.py", pythonTests, "python3"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	python := "python3"
	if exec.Command(python, "-c", "import pytest").Run() != nil {
		python = "/usr/bin/python3" // whose it is, of Debian's python3-pytest
		if exec.Command(python, "-c", "import pytest").Run() != nil {
			t.Skip("there is no pytest (Debian's python3-pytest): its fixture was not run")
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "cassettes", "users", "read.yaml"))
	if err := errors.Join(err, os.Mkdir(filepath.Join(dir, "cassettes", "test_users"), 0o755),
		os.WriteFile(filepath.Join(dir, "cassettes", "test_users", "test_named-adele-contoso.example-.yaml"), text, 0o644),
		os.WriteFile(filepath.Join(dir, "conftest.py"), []byte("pytest_plugins = [\"graphvcr_pytest\"]\n"), 0o644)); err != nil {
		t.Fatal(err)
	}
	out, err := helperRun(t, dir, env, "test_users.py", pytestTests, python, "-m", "pytest", "-p", "no:cacheprovider", "-q")
	if err == nil || !strings.Contains(out, "3 passed, 1 error") || !strings.Contains(out, "no answer to GET /beta/users/nobody") {
		t.Errorf("%v\n%s", err, out)
	}
}
