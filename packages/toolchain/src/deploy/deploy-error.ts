/**
 * What can go wrong in a deployment.
 *
 * Owns the error type and its texts.
 */
import type { Lamports, Pubkey } from '@parhelion/sdk';
import type { CheckResult } from '../inspect/verify-report.ts';

/** Why a deployment did not come to its end. `leftBehind` holds an unfinished upload. */
export type DeployError =
	/** The program would not be accepted, or no run of it would succeed; nothing was sent. */
	| { readonly kind: 'Rejected'; readonly checks: readonly CheckResult[] }
	/** What is on the cluster does not allow it; nothing was sent. */
	| { readonly kind: 'Conflict'; readonly detail: string }
	| {
			readonly kind: 'InsufficientFunds';
			readonly payer: Pubkey;
			readonly has: Lamports;
			readonly needs: Lamports;
	  }
	| {
			readonly kind: 'StepFailed';
			readonly step: string;
			readonly reason: string;
			readonly logs: readonly string[];
			readonly leftBehind: Pubkey | null;
	  };

/** The error as a reader wants it, with what was left behind. */
export function deployErrorText(error: DeployError): string {
	switch (error.kind) {
		case 'Rejected':
			return [
				'the program does not pass its checks, and nothing was sent:',
				...error.checks
					.filter(({ outcome }) => outcome === 'failed')
					.map(
						({ name, detail, pc }) =>
							`  ${name}: ${detail ?? ''}${pc === undefined ? '' : ` at instruction ${pc}`}`,
					),
			].join('\n');
		case 'Conflict':
			return error.detail;
		case 'InsufficientFunds':
			return `${error.payer} has ${error.has} lamports, and ${error.needs} are needed; nothing was sent`;
		case 'StepFailed':
			return [
				`${error.step}: ${error.reason}`,
				...error.logs.map((line) => `  ${line}`),
				...(error.leftBehind === null
					? []
					: [
							`The upload is in ${error.leftBehind}, where another deployment can go on; closing that account gets its lamports back.`,
						]),
			].join('\n');
	}
}
