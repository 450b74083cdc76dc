/** The face of the toolchain: objects and archives into programs. */

export { CallBatcher } from './deploy/call-batcher.ts';
export { type DeployError, deployErrorText } from './deploy/deploy-error.ts';
export {
	type DeployPlan,
	type DeployRequest,
	type DeployState,
	type DeployStep,
	deployPlan,
} from './deploy/deploy-plan.ts';
export { isNestedTooDeep, stringEnd } from './deploy/json-text.ts';
export {
	type ManageRequest,
	managePlan,
	manageProgram,
	type ProgramAction,
} from './deploy/manage-program.ts';
export { type PlannedTransaction, plannedTransaction } from './deploy/planned-transaction.ts';
export {
	isNotNowCode,
	isNotNowStatus,
	member,
	type RpcCaller,
	type RpcOutcome,
	toBigInt,
} from './deploy/rpc-caller.ts';
export { RpcTarget } from './deploy/rpc-target.ts';
export {
	type Deployment,
	type DeployOptions,
	observe,
	prepareDeploy,
	runDeploy,
} from './deploy/run-deploy.ts';
export { type SendContext, type SendError, sendAndConfirm } from './deploy/send.ts';
export type {
	Commitment,
	DeploySigner,
	DeployTarget,
	LandedTransaction,
	SendOutcome,
} from './deploy/target.ts';
export { type DisassemblyOptions, disassembleProgram } from './inspect/disassembly.ts';
export { LineTable, type SourceLine } from './inspect/line-table.ts';
export { MAX_PROGRAM_SIZE } from './inspect/load-program.ts';
export {
	type ElfRelocation,
	type ElfReport,
	type ElfSection,
	type ElfSymbol,
	functionSizes,
	readElf,
} from './inspect/read-elf.ts';
export { type CheckResult, verifyReport } from './inspect/verify-report.ts';
export { legalise } from './legaliser/legalise.ts';
export { LINK_ERRORS, type LinkError, type LinkErrorKind, linkErrorText } from './linker/errors.ts';
export type { TargetVersion } from './linker/layout.ts';
export { type LinkedProgram, type LinkInput, type LinkOptions, link } from './linker/link.ts';
export { type LinkMap, linkMapText, type MapEntry, type MapSymbol } from './linker/link-map.ts';
