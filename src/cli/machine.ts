/** Limits of the machine as Linux tells them (open files, ports, processor quota of a container), for `doctor`. */
import type { MachineLimits } from '../analyze/fitness.ts';
import type { World } from '../core/world.ts';

/** What Linux tells of the machine's bounds; elsewhere most of it is unknown. */
export function readLimits({ files, host }: Pick<World, 'files' | 'host'>): MachineLimits {
  const read = (path: string): string | null => {
    try {
      return files.readText(path).trim();
    } catch {
      return null;
    }
  };
  return {
    cores: host.cores,
    cpuQuota: cpuQuotaFrom(
      read('/sys/fs/cgroup/cpu.max'),
      read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us'),
      read('/sys/fs/cgroup/cpu/cpu.cfs_period_us'),
    ),
    governor: read('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor'),
    openFiles: openFilesFrom(read('/proc/self/limits')),
    ports: portsFrom(read('/proc/sys/net/ipv4/ip_local_port_range')),
  };
}

/** `max 100000` or `150000 100000` (version 2); quota and period in files of their own, -1 for no bound (version 1). */
function cpuQuotaFrom(max: string | null, quota: string | null, period: string | null): number | null {
  const [amount, length] = max === null ? [quota, period] : max.split(/\s+/);
  const cores = Number(amount ?? Number.NaN) / Number(length ?? Number.NaN);
  return cores > 0 && Number.isFinite(cores) ? cores : null;
}

/** The soft limit; `unlimited` is as much as any run needs. */
function openFilesFrom(limits: string | null): number | null {
  const soft = /^Max open files\s+(\S+)/m.exec(limits ?? '')?.[1];
  if (soft === undefined) return null;
  return soft === 'unlimited' ? 2 ** 30 : Number(soft);
}

function portsFrom(range: string | null): MachineLimits['ports'] {
  const [, from, to] = /^(\d+)\s+(\d+)$/.exec(range ?? '') ?? [];
  return from === undefined || to === undefined ? null : { from: Number(from), to: Number(to) };
}
