/**
 * Owns the one error that storage on a disk reports: something outside the program is not as it must be. Each kind
 * has one meaning and its message says what to do.
 */

/** What is wrong with the storage. */
export type StorageErrorKind =
	/** The optional library that talks to the disk is not installed. */
	| 'missing-library'
	/** Another process, or another part of this one, has the folder open. */
	| 'locked'
	/** The folder or file cannot be written. */
	| 'read-only'
	/** No room on the device; nothing of the refused write is there. */
	| 'disk-full'
	/** The file is not one of ours. */
	| 'foreign'
	/** The file ends before the data it names. */
	| 'truncated'
	/** A newer version of the format. */
	| 'newer-format'
	/** The state of a chain with another genesis. */
	| 'other-genesis'
	/** The state of a chain that ran with other features. */
	| 'other-features'
	/** Contents that contradict each other. */
	| 'corrupt'
	/** Anything else that the operating system refused. */
	| 'io';

/** Storage cannot be used as it is; `kind` for programs, the message for people. */
export class StorageError extends Error {
	override readonly name = 'StorageError';
	readonly kind: StorageErrorKind;

	constructor(kind: StorageErrorKind, message: string, cause?: unknown) {
		super(message, cause === undefined ? undefined : { cause });
		this.kind = kind;
	}
}
