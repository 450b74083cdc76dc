/**
 * Owns the checks of a program that is being deployed: it must load and verify under the stricter rules of
 * deployment; then the transaction's program cache learns of it.
 *
 * Source: solana-program-runtime 4.3.0, deploy.rs.
 */

import { BuiltinProgram, type Config, Executable, ebpfErrorText, elfErrorText } from '@parhelion/sbpf';
import { Fault, InstructionError, type Pubkey, type Slot } from '@parhelion/sdk';
import type { InvokeContext } from './invoke-context.ts';
import { ProgramCacheEntry, programCacheEntryOwner } from './program-cache-entry.ts';

/** Programs may no longer be deployed with it. */
const ALLOC_FREE = 'sol_alloc_free_';

/** The environment of execution, made stricter. */
function morphIntoDeploymentEnvironment(
	from: BuiltinProgram<InvokeContext>,
	disableSbpfV0V1V2Deployment: boolean,
): BuiltinProgram<InvokeContext> {
	const { enabledSbpfVersions } = from.config;
	const config: Config = {
		...from.config,
		rejectBrokenElfs: true,
		enabledSbpfVersions: disableSbpfV0V1V2Deployment
			? { min: 3, max: enabledSbpfVersions.max }
			: enabledSbpfVersions,
	};
	const result = BuiltinProgram.newLoader<InvokeContext>(config);
	const decoder = new TextDecoder();
	for (const [, { name, value }] of from.functions.entries()) {
		const text = decoder.decode(name);
		if (text !== ALLOC_FREE) result.registerFunction(text, value);
	}
	return result;
}

/** What forbids the deployment of an ELF in this environment, as the log says it; `null` if nothing does. */
export function deploymentFailure(
	environment: BuiltinProgram<InvokeContext>,
	programdata: Uint8Array,
	disableSbpfV0V1V2Deployment: boolean,
): string | null {
	const strict = morphIntoDeploymentEnvironment(environment, disableSbpfV0V1V2Deployment);
	const executable = Executable.load(programdata, strict);
	if (!executable.ok) return elfErrorText(executable.error);
	const verified = executable.value.verify();
	return verified.ok ? null : ebpfErrorText(verified.error);
}

/**
 * Deploys the ELF `programdata` as `programId`, visible from the next slot on.
 *
 * Fails with `InvalidAccountData`; the log says what is wrong with the ELF.
 */
export function deployProgram(
	invokeContext: InvokeContext,
	programId: Pubkey,
	loaderKey: Pubkey,
	programdata: Uint8Array,
	deploymentSlot: Slot,
	disableSbpfV0V1V2Deployment: boolean,
): void {
	const environment = invokeContext.getProgramRuntimeEnvironmentForDeployment();
	const failure = deploymentFailure(environment, programdata, disableSbpfV0V1V2Deployment);
	if (failure !== null) {
		invokeContext.icMsg(failure);
		throw new Fault(InstructionError.InvalidAccountData);
	}
	const owner = programCacheEntryOwner(loaderKey);
	if (owner === null) throw new Fault(InstructionError.InvalidAccountData);
	const entry = ProgramCacheEntry.newUnloaded(deploymentSlot, owner, environment);
	const cache = invokeContext.programCacheForTxBatch;
	entry.stats.uses += cache.find(programId)?.stats.uses ?? 0;
	cache.storeModifiedEntry(programId, entry);
}
