/**
 * Owns the log of one transaction: messages in order, cut off at a byte limit.
 *
 * Source: solana-svm-log-collector 4.3.0.
 */

/** Bytes a transaction may log before its log is truncated. */
export const LOG_MESSAGES_BYTES_LIMIT = 10_000;

/** Collects log messages until their UTF-8 bytes reach a limit, then says so once. */
export class LogCollector {
	readonly messages: string[] = [];
	bytesWritten = 0;
	limitWarning = false;
	readonly bytesLimit: number | null;

	constructor(bytesLimit: number | null = LOG_MESSAGES_BYTES_LIMIT) {
		this.bytesLimit = bytesLimit;
	}

	/**
	 * Adds a message, or `Log truncated` once where it would reach the limit.
	 *
	 * @param byteLength UTF-8 length of `message` where the caller knows it.
	 */
	log(message: string, byteLength?: number): void {
		const limit = this.bytesLimit;
		if (limit === null) {
			this.messages.push(message);
			return;
		}
		const bytesWritten = this.bytesWritten + (byteLength ?? utf8Length(message));
		if (bytesWritten >= limit) {
			if (!this.limitWarning) {
				this.limitWarning = true;
				this.messages.push('Log truncated');
			}
		} else {
			this.bytesWritten = bytesWritten;
			this.messages.push(message);
		}
	}
}

/** Bytes of `text` in UTF-8. */
export function utf8Length(text: string): number {
	let length = text.length;
	for (let i = 0; i < text.length; i++) {
		const unit = text.charCodeAt(i);
		if (unit < 0x80) continue;
		// Each half of a surrogate pair counts two bytes: four for the pair.
		if (unit < 0x800 || (unit >= 0xd800 && unit < 0xe000)) length += 1;
		else length += 2;
	}
	return length;
}
