/// <reference types="node" />
/**
 * Owns who has a ledger folder open: enough about a process to tell whether it still runs. For Node alone.
 *
 * A process id alone would do harm: after a crash another program may have it, and in a container it is always the
 * same. On Linux the start time (clock ticks since boot), the boot and the namespace of process ids come with it.
 */
import { readFileSync, readlinkSync } from 'node:fs';

/** A running process, or one that ran. Fields that the platform does not tell are empty. */
export interface ProcessClaim {
	readonly pid: number;
	readonly startTime: string;
	readonly boot: string;
	readonly namespace: string;
}

/** The claim of this process. */
export function claimOf(): ProcessClaim {
	return {
		pid: process.pid,
		startTime: startTimeOf(process.pid) ?? '',
		boot: read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
		namespace: read(() => readlinkSync('/proc/self/ns/pid')),
	};
}

/** Reads a claim; `null` where it is none. */
export function parseClaim(json: string): ProcessClaim | null {
	try {
		const value: unknown = JSON.parse(json);
		if (typeof value !== 'object' || value === null) return null;
		const field = (name: string): unknown => Reflect.get(value, name);
		const pid = field('pid');
		if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return null;
		return {
			pid,
			startTime: String(field('startTime') ?? ''),
			boot: String(field('boot') ?? ''),
			namespace: String(field('namespace') ?? ''),
		};
	} catch {
		return null;
	}
}

/**
 * Whether the process still runs. One that cannot be seen from here, in another container or before a restart of the
 * machine, counts as gone: its folder must not stay locked for ever.
 */
export function isAlive(claim: ProcessClaim): boolean {
	const own = claimOf();
	if (claim.boot !== own.boot || claim.namespace !== own.namespace) return false;
	try {
		process.kill(claim.pid, 0);
	} catch (error) {
		// EPERM: it runs, as somebody else.
		if (!(error instanceof Error && Reflect.get(error, 'code') === 'EPERM')) return false;
	}
	const startTime = startTimeOf(claim.pid);
	return startTime === null || claim.startTime === '' || startTime === claim.startTime;
}

/** When a process began; `null` where the platform does not tell. */
function startTimeOf(pid: number): string | null {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
		// The second field is the name in parentheses, which may hold anything; the start time is the 22nd.
		const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		// A zombie holds nothing open any more.
		if (fields[0] === 'Z') return 'zombie';
		return fields[19] ?? null;
	} catch {
		return null;
	}
}

function read(from: () => string): string {
	try {
		return from();
	} catch {
		return '';
	}
}
