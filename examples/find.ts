// The breaking point under an SLO, level by level.
import { type FindResult, type FindSettings, type Session, start } from 'rampart';

const [, , url = 'http://127.0.0.1:8989/predict', budget = '30s'] = process.argv;

const body = {
  Term: 84,
  NoEmp: 4,
  CreateJob: 2,
  RetainedJob: 4,
  GrAppv: 150_000,
  SBA_Appv: 112_500,
  UrbanRural: 1,
  NewExist: 2,
  RevLineCr: 'N',
  LowDoc: 'N',
  FranchiseCode: 1,
  State: 'FL',
  Sector: 72,
  ApprovalFY: 2006,
};
const settings: FindSettings = { url, body, slos: 'p95<100ms', budget, allowRough: true };
const session: Session<FindResult> = start(settings, { kind: 'find' });

for await (const event of session) {
  if (event.type !== 'judged') continue;
  const { load, verdict } = event.level;
  const tried = load.model === 'open' ? `${load.ratePerSec.toFixed(0)} requests/s` : `${load.vus} users`;
  console.log(`${tried}: ${verdict}`);
}

const { breakingPoint } = await session.result;
console.log(`${breakingPoint.status}: ${breakingPoint.summary}`);
