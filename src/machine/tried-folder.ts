/** The folder of a run, made and tried before anything depends on it, by a process that can be left behind where a call hangs. */
import { silent } from './writing.ts';

// As in ./files: quicker than an import statement.
const { dirname, resolve: resolvePath } = process.getBuiltinModule('node:path');
const { fileURLToPath } = process.getBuiltinModule('node:url');

/** In all, ms. */
const PATIENCE = 10_000;

/**
 * What `folder-probe` does, by programs that take a twentieth of the time that Node takes to start. It has no words for what is
 * wrong: then nothing of it stays, and the other one tries.
 *
 * $1 is the folder; behind it come all that it is in, from the root on, and itself.
 */
const SCRIPT = `
file=$1/.rampart-$$.tmp; made=0
shift
try() {
  for folder do
    [ -d "$folder" ] || { mkdir -- "$folder" && last=$folder made=$((made + 1)); } || return
  done
  (set -C; umask 077; : >"$file") && dd if=/dev/zero of="$file" bs=16384 count=1 conv=notrunc,fsync && rm -- "$file"
}
try "$@" && exit
rm -f -- "$file"
while [ $made -gt 0 ]; do
  rmdir -- "$last"
  last=\${last%/*}; made=$((made - 1))
done
exit 1
`;

/** @param entry of the process that says what is wrong (`folder-probe`). @throws Error with the system's code. */
export async function makeFolder(entry: URL, path: string): Promise<void> {
  const until = performance.now() + PATIENCE;
  if (process.platform !== 'win32') {
    const folder = resolvePath(path);
    const argv = ['-c', SCRIPT, 'sh', folder, ...partsOf(folder)];
    const tried = await ended('sh', argv, until).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ETIMEDOUT') throw error;
      // There is no shell.
      return null;
    });
    if (tried?.code === 0) return;
  }
  const { code, said } = await ended(process.execPath, [fileURLToPath(entry), path], until);
  if (code !== 0 || said !== '') throw errorOf(said, code);
}

/** All folders from the root on, the path itself last. */
function partsOf(path: string): string[] {
  const above = dirname(path);
  return above === path ? [path] : [...partsOf(above), path];
}

interface Ended {
  readonly code: number | null;
  /** On its standard output. */
  readonly said: string;
}

/** @param until by `performance.now()`. @throws Error where it cannot be started, or has not ended by then. */
function ended(program: string, argv: readonly string[], until: number): Promise<Ended> {
  // Loaded when it is asked for: few starts of the command start another program.
  const { spawn } = process.getBuiltinModule('node:child_process');
  const child = spawn(program, argv, {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    const patience = setTimeout(() => {
      child.kill('SIGKILL');
      child.stdout.destroy();
      child.unref();
      reject(silent());
    }, until - performance.now());
    child.once('error', (error) => {
      clearTimeout(patience);
      reject(error);
    });
    child.once('close', (code) => {
      clearTimeout(patience);
      resolve({ code, said });
    });
  });
}

function errorOf(said: string, code: number | null): Error {
  try {
    const { code: cause, message } = JSON.parse(said) as { code: string; message: string };
    return Object.assign(new Error(message), { code: cause });
  } catch {
    return new Error(`the folder could not be tried (exit code ${code})`);
  }
}
