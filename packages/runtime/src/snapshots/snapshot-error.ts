/** Owns the one error of reading snapshots: an archive is input from strangers, and what is wrong with it is told here. */

/** What is wrong with a snapshot. */
export type SnapshotErrorKind =
	/** Not a zstd-compressed tar archive, or one that ends too early. */
	| 'archive'
	/** An entry that no snapshot has, twice the same one, or one that is missing. */
	| 'layout'
	/** A version of the format that is not known. */
	| 'version'
	/** The bank's fields or the status cache do not decode. */
	| 'manifest'
	/** An account file does not decode. */
	| 'accounts'
	/** More than the limits allow. */
	| 'limit'
	/** The accounts do not hash to what the bank says. */
	| 'hash'
	/** The bank's fields do not fit together, or not its accounts. */
	| 'bank'
	/** The full and the incremental archive do not belong together, or not to the genesis. */
	| 'mismatch';

/** A snapshot cannot be used. */
export class SnapshotError extends Error {
	override readonly name = 'SnapshotError';
	readonly kind: SnapshotErrorKind;

	constructor(kind: SnapshotErrorKind, message: string, cause?: unknown) {
		super(message, cause === undefined ? undefined : { cause });
		this.kind = kind;
	}
}
