/**
 * Owns the transcript by which a proof's challenges are derived from all that was said before: Merlin over STROBE-128,
 * and what the ZK ElGamal proofs append.
 *
 * Source: crate `merlin` 3.0 (`strobe.rs`, `transcript.rs`), crate `solana-zk-sdk` 7.0 (`transcript.rs`).
 */
import { type ZkKernel, zkKernel } from './kernel.ts';
import { scalarFromWideBytes } from './scalar.ts';

/** Bytes of the sponge's rate that STROBE lets a protocol use, at 128 bits of security. */
const STROBE_R = 166;
const FLAG_I = 1;
const FLAG_A = 2;
const FLAG_C = 4;
const FLAG_M = 16;

/** Keeps proofs of one deployment of the program from being valid in another. */
const TRANSCRIPT_DOMAIN = 'solana-zk-elgamal-proof-program-v1';

/** The operations of STROBE that Merlin uses. */
class Strobe128 {
	private readonly words = new Uint32Array(50);
	private readonly state = new Uint8Array(this.words.buffer);
	private pos = 0;
	private posBegin = 0;
	private readonly kernel: ZkKernel = zkKernel();

	private permute(): void {
		const { state, pos } = this;
		state[pos]! ^= this.posBegin;
		state[pos + 1]! ^= 0x04;
		state[STROBE_R + 1]! ^= 0x80;
		this.kernel.permute(this.words);
		this.pos = 0;
		this.posBegin = 0;
	}

	private absorbByte(byte: number): void {
		this.state[this.pos++]! ^= byte;
		if (this.pos === STROBE_R) this.permute();
	}

	private beginOperation(flags: number): void {
		const oldBegin = this.posBegin;
		this.posBegin = this.pos + 1;
		this.absorbByte(oldBegin);
		this.absorbByte(flags);
		if ((flags & FLAG_C) !== 0 && this.pos !== 0) this.permute();
	}

	initialize(protocol: string): void {
		this.state.set([1, STROBE_R + 2, 1, 0, 1, 96]);
		for (const [i, character] of [...'STROBEv1.0.2'].entries()) this.state[6 + i] = character.charCodeAt(0);
		this.kernel.permute(this.words);
		this.beginOperation(FLAG_M | FLAG_A);
		this.absorbText(protocol);
	}

	private absorbText(text: string): void {
		for (let i = 0; i < text.length; i++) this.absorbByte(text.charCodeAt(i));
	}

	/** Authenticates a label of what follows, with its length in bytes. */
	metaAd(label: string, length: number): void {
		this.beginOperation(FLAG_M | FLAG_A);
		this.absorbText(label);
		for (let shift = 0; shift < 32; shift += 8) this.absorbByte((length >>> shift) & 255);
	}

	/** Authenticates data. */
	ad(data: Uint8Array): void {
		this.beginOperation(FLAG_A);
		for (let i = 0; i < data.length; i++) this.absorbByte(data[i]!);
	}

	/** Fills `out` with pseudorandom bytes. */
	prf(out: Uint8Array): void {
		this.beginOperation(FLAG_I | FLAG_A | FLAG_C);
		for (let i = 0; i < out.length; i++) {
			out[i] = this.state[this.pos]!;
			this.state[this.pos++] = 0;
			if (this.pos === STROBE_R) this.permute();
		}
	}

	clone(): Strobe128 {
		const copy = new Strobe128();
		copy.words.set(this.words);
		copy.pos = this.pos;
		copy.posBegin = this.posBegin;
		return copy;
	}
}

function asciiBytes(text: string): Uint8Array {
	return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** What prover and verifier said so far. Labels are ASCII. */
export class Transcript {
	private static base: Transcript | null = null;
	private readonly strobe: Strobe128;

	private constructor(strobe: Strobe128) {
		this.strobe = strobe;
	}

	/** An empty transcript of the protocol that `label` names. */
	static create(label: string): Transcript {
		const strobe = new Strobe128();
		strobe.initialize('Merlin v1.0');
		const transcript = new Transcript(strobe);
		transcript.appendText('dom-sep', label);
		return transcript;
	}

	/** The transcript of an instruction of the ZK ElGamal proof program. */
	static forInstruction(label: string): Transcript {
		Transcript.base ??= Transcript.create(TRANSCRIPT_DOMAIN);
		const transcript = new Transcript(Transcript.base.strobe.clone());
		transcript.appendText('dom-sep', label);
		return transcript;
	}

	appendMessage(label: string, message: Uint8Array): void {
		this.strobe.metaAd(label, message.length);
		this.strobe.ad(message);
	}

	appendText(label: string, text: string): void {
		this.appendMessage(label, asciiBytes(text));
	}

	appendU64(label: string, value: bigint): void {
		const bytes = new Uint8Array(8);
		new DataView(bytes.buffer).setBigUint64(0, value, true);
		this.appendMessage(label, bytes);
	}

	/** `length` bytes that depend on all that was appended. */
	challengeBytes(label: string, length: number): Uint8Array {
		const out = new Uint8Array(length);
		this.strobe.metaAd(label, length);
		this.strobe.prf(out);
		return out;
	}

	/** A challenge modulo the group's order. */
	challengeScalar(label: string): bigint {
		return scalarFromWideBytes(this.challengeBytes(label, 64));
	}
}
