import { expect, it } from 'vitest';
import { readLimits } from './machine.ts';

const limitsOf = (texts: Readonly<Record<string, string>>) =>
  readLimits({
    host: { os: 'linux', cpu: 'x', cores: 4, memoryBytes: 1, node: 'v20' },
    files: {
      readText: (path: string) => {
        const text = texts[path];
        if (text === undefined) throw new Error(`no ${path}`);
        return text;
      },
    } as Parameters<typeof readLimits>[0]['files'],
  });

it('reads what Linux tells', () => {
  const limits =
    'Limit                     Soft Limit           Hard Limit           Units\n' +
    'Max processes             unlimited            unlimited            processes\n' +
    'Max open files            1024                 1048576              files\n';
  expect(
    limitsOf({
      '/proc/self/limits': limits,
      '/proc/sys/net/ipv4/ip_local_port_range': '32768\t60999\n',
      '/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor': 'powersave\n',
      '/sys/fs/cgroup/cpu.max': '150000 100000\n',
    }),
  ).toEqual({ cores: 4, cpuQuota: 1.5, governor: 'powersave', openFiles: 1024, ports: { from: 32_768, to: 60_999 } });
});

it('knows no bound from an unknown one, and both versions of control groups', () => {
  const quota = (max: string, period: string) =>
    limitsOf({ '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': max, '/sys/fs/cgroup/cpu/cpu.cfs_period_us': period }).cpuQuota;
  expect(quota('50000', '100000')).toBe(0.5);
  expect(quota('-1', '100000')).toBeNull();
  expect(limitsOf({ '/sys/fs/cgroup/cpu.max': 'max 100000' }).cpuQuota).toBeNull();
  expect(limitsOf({ '/proc/self/limits': 'Max open files  unlimited  unlimited  files' }).openFiles).toBeGreaterThan(
    1e6,
  );
  expect(limitsOf({})).toEqual({ cores: 4, cpuQuota: null, governor: null, openFiles: null, ports: null });
});
