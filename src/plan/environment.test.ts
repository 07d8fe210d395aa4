import { describe, expect, it } from 'vitest';
import { foreignVariables, readEnvironment } from './environment.ts';

describe('foreign variables', () => {
  it('that Kubernetes sets beside a service are ignored without a word', () => {
    const env = {
      RAMPART_SERVICE_HOST: '10.0.0.7',
      RAMPART_SERVICE_PORT: '8089',
      RAMPART_SERVICE_PORT_HTTP: '8089',
      RAMPART_PORT: 'tcp://10.0.0.7:8089',
      RAMPART_PORT_8089_TCP: 'tcp://10.0.0.7:8089',
      RAMPART_PORT_8089_TCP_PROTO: 'tcp',
      RAMPART_PORT_8089_TCP_PORT: '8089',
      RAMPART_PORT_8089_TCP_ADDR: '10.0.0.7',
      // Of services named rampart-rate and rampart-ui.
      RAMPART_RATE_SERVICE_HOST: '10.0.0.8',
      RAMPART_RATE_PORT: 'udp://10.0.0.8:53',
      RAMPART_RATE_PORT_53_UDP_ADDR: '10.0.0.8',
      RAMPART_UI_SERVICE_PORT_WEB_2: '80',
    };
    expect(readEnvironment({ ...env, RAMPART_RATE: '5' })).toEqual({ rate: '5' });
    expect(foreignVariables(env)).toEqual([]);
  });

  it('that are others are told, and stop nothing', () => {
    const names =
      'VERSION HOME HOST PORT RPS CLIENTS TOKEN IMAGE TAG USER MODE CONFIG API_KEY LOG_LEVEL PATH TEST NAME MODEL REF SHA BIN';
    const env = Object.fromEntries(names.split(' ').map((name) => [`RAMPART_${name}`, '0.1.0']));
    expect(readEnvironment(env)).toEqual({});
    expect(foreignVariables({ ...env, RAMPART_VUS: '5', RAMPART_EMPTY: '', PATH: '/bin' })).toEqual(Object.keys(env));
  });

  it('that are nearly settings are refused', () => {
    for (const [name, meant] of [
      ['RAET', 'RATE'],
      ['DURATON', 'DURATION'],
      ['HEADERS', 'HEADER'],
      ['SPAWNRATE', 'SPAWN_RATE'],
      ['URI', 'URL'],
      ['USERS', 'VUS'],
    ])
      expect(() => readEnvironment({ [`RAMPART_${name}`]: 'x' })).toThrow(
        expect.objectContaining({ hint: `Did you mean RAMPART_${meant}?` }),
      );
  });
});
