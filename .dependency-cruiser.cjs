/** The house's import rules: one way, from core to cli. See docs/architecture.md. */
const may = {
  core: [],
  stats: ['core'],
  settings: ['core'],
  plan: ['core', 'settings', 'functions'],
  discover: ['core'],
  imports: ['core', 'plan'],
  functions: ['core'],
  load: ['core'],
  drivers: ['core'],
  client: ['core', 'functions', 'load', 'drivers'],
  record: ['core', 'stats'],
  run: ['core', 'stats', 'functions', 'load', 'drivers', 'record'],
  agent: ['core', 'load', 'drivers', 'run'],
  analyze: ['core', 'stats'],
  report: ['core', 'discover', 'stats', 'analyze'],
  machine: ['core', 'functions', 'load'],
  outputs: ['core', 'stats'],
  session: [
    'core',
    'functions',
    'settings',
    'plan',
    'discover',
    'stats',
    'load',
    'drivers',
    'client',
    'record',
    'run',
    'agent',
    'analyze',
    'report',
    'outputs',
  ],
  web: ['core', 'settings', 'stats', 'analyze', 'report'],
};

const layers = Object.entries(may).map(([folder, allowed]) => ({
  name: `${folder}-imports`,
  severity: 'error',
  comment: `src/${folder} may import only ${allowed.join(', ') || 'nothing'} of src.`,
  from: { path: `^src/${folder}/`, pathNot: '^src/report/client/|\\.test\\.ts$' },
  to: { path: '^src/', pathNot: `^src/(${[folder, ...allowed].join('|')})/` },
}));

/** A library that only one file or folder may know. */
const door = (library, where) => ({
  name: `only-${where}-imports-${library}`,
  severity: 'error',
  from: { path: '^(src|bin)/', pathNot: `^(${where})|\\.test\\.ts$` },
  to: { path: `node_modules/${library}(/|$)` },
});

module.exports = {
  forbidden: [
    ...layers,
    door('commander', 'src/cli/'),
    door('@nats-io', 'src/agent/'),
    door('express', 'src/web/'),
    door('chart\\.js', 'src/report/client/'),
    door('papaparse', 'src/plan/'),
    door('yaml', 'src/plan/'),
    door('undici', 'src/drivers/undici/'),
    door('autocannon', 'src/drivers/autocannon/'),
    door('zod', 'src/(plan|report)/'),
    {
      name: 'client-is-alone',
      severity: 'error',
      comment: 'The browser side imports core, how numbers are worded, and Chart.js.',
      from: { path: '^src/report/client/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^src/report/client/|^src/core/|^src/analyze/wording\\.ts$|node_modules/chart\\.js' },
    },
    {
      name: 'reference-server-is-alone',
      severity: 'error',
      from: { path: '^reference-server/' },
      to: { path: '^(src|bin)/' },
    },
    {
      name: 'bin-only-cli',
      severity: 'error',
      from: { path: '^bin/' },
      to: { path: '^src/', pathNot: '^src/(cli|core|machine)/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-test-imports',
      severity: 'error',
      from: { pathNot: '\\.test\\.ts$' },
      to: { path: '\\.test\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
