/**
 * What the toolchain's programs are asked to do, on any pair of engines.
 *
 * Owns the transactions of each program and the outcomes expected of them; building and deploying is the test's.
 */
import { PublicKey, SystemProgram, TransactionInstruction } from '@solana/web3.js';
import { namedKeypair, type Pair } from '../flows/harness.ts';

/** A program of `packages/toolchain/programs`, and how it is tried. */
export interface ProgramScenario {
	readonly name: string;
	readonly language: 'c' | 'rust';
	/** Whether it depends on crates that a registry holds. */
	readonly fromRegistry?: boolean;
	run(pair: Pair, programId: PublicKey): void;
}

type Key = { pubkey: PublicKey; isSigner: boolean; isWritable: boolean };

const key = (pubkey: PublicKey, flags = ''): Key => ({
	pubkey,
	isSigner: flags.includes('s'),
	isWritable: flags.includes('w'),
});

function call(programId: PublicKey, data: Uint8Array, keys: Key[] = []): TransactionInstruction {
	return new TransactionInstruction({ programId, keys, data: Buffer.from(data) });
}

/** Little-endian words behind `head`. */
function bytes(head: readonly number[], ...words: readonly bigint[]): Uint8Array {
	const out = new Uint8Array(head.length + words.length * 8);
	out.set(head);
	const view = new DataView(out.buffer);
	for (const [i, word] of words.entries())
		view.setBigUint64(head.length + i * 8, BigInt.asUintN(64, word), true);
	return out;
}

function ownAccount(pair: Pair, programId: PublicKey, name: string, space: number): PublicKey {
	const address = namedKeypair(name).publicKey;
	pair.setAccount(address, { lamports: 10_000_000n, data: new Uint8Array(space), owner: programId });
	return address;
}

/** Numbers from a seed, the same in every run. */
function numbers(seed: bigint): () => bigint {
	let state = seed;
	return () => {
		state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
		// The upper bits are the good ones; a random shift gives numbers of every length.
		return (state ^ (state >> 29n)) >> (state % 7n === 0n ? state >> 58n : 0n);
	};
}

/** Creates an account that derives from the payer, which works once. */
function createVault(pair: Pair, id: PublicKey): void {
	const payer = pair.payer.publicKey;
	const [address] = PublicKey.findProgramAddressSync([Buffer.from('vault'), payer.toBuffer()], id);
	const keys = [key(payer, 'sw'), key(address, 'w'), key(SystemProgram.programId)];
	pair.send('create', [call(id, bytes([], 5_000_000n, 100n), keys)]);
	pair.send('create twice', [call(id, bytes([], 6_000_000n, 100n), keys)], {
		expect: 'InstructionError(0, Custom(0))',
	});
}

/** The programs. */
export const PROGRAM_SCENARIOS: readonly ProgramScenario[] = [
	{
		name: 'hello',
		language: 'c',
		run: (pair, id) => {
			pair.send('without anything', [call(id, new Uint8Array())]);
			const keys = [key(pair.payer.publicKey, 'sw'), key(SystemProgram.programId), key(pair.payer.publicKey)];
			pair.send('with accounts, one twice', [call(id, new Uint8Array(33), keys)]);
			const many = Array.from({ length: 9 }, (_, i) => key(namedKeypair(`many-${i}`).publicKey));
			pair.send('more accounts than it has room for', [call(id, new Uint8Array(), many)], {
				expect: 'InstructionError(0, InvalidArgument)',
			});
		},
	},
	{
		name: 'counter',
		language: 'c',
		run: (pair, id) => {
			const owner = namedKeypair('counter-owner');
			const seeds = [Buffer.from('counter'), owner.publicKey.toBuffer()];
			const [address, bump] = PublicKey.findProgramAddressSync(seeds, id);
			pair.setAccount(address, { lamports: 10_000_000n, data: new Uint8Array(8), owner: id });
			const keys = [key(address, 'w'), key(owner.publicKey, 's')];
			const signers = [owner];
			pair.send('step', [call(id, bytes([bump], 5n), keys)], { signers });
			pair.send('step again', [call(id, bytes([bump], (1n << 63n) + 1n), keys)], { signers });
			pair.send('overflow', [call(id, bytes([bump], 1n << 63n), keys)], {
				signers,
				expect: 'InstructionError(0, Custom(1))',
			});
			pair.send('a wrong bump', [call(id, bytes([bump - 1], 1n), keys)], {
				signers,
				expect: expectedOfBump(seeds, bump - 1, id),
			});
			const unsigned = [key(address, 'w'), key(owner.publicKey)];
			pair.send('without the owner', [call(id, bytes([bump], 1n), unsigned)], {
				expect: 'InstructionError(0, MissingRequiredSignature)',
			});
		},
	},
	{
		name: 'ledger',
		language: 'c',
		run: (pair, id) => {
			const alice = namedKeypair('ledger-alice');
			const bob = namedKeypair('ledger-bob');
			const from = ownAccount(pair, id, 'ledger-from', 48);
			const to = ownAccount(pair, id, 'ledger-to', 48);
			const signers = [alice];
			pair.send('set up', [
				call(id, bytes([0]), [key(from, 'w'), key(alice.publicKey)]),
				call(id, bytes([0]), [key(to, 'w'), key(bob.publicKey)]),
			]);
			pair.send('set up twice', [call(id, bytes([0]), [key(from, 'w'), key(bob.publicKey)])], {
				expect: 'InstructionError(0, Custom(1))',
			});
			pair.send('issue', [call(id, bytes([1], 1_000_000n), [key(from, 'w'), key(alice.publicKey, 's')])], {
				signers,
			});
			const move = (amount: bigint, parts: bigint): TransactionInstruction =>
				call(id, bytes([2], amount, parts), [key(from, 'w'), key(to, 'w'), key(alice.publicKey, 's')]);
			pair.send('move', [move(1001n, 0n), move(99_999n, 25n)], { signers });
			pair.send('move too much', [move(10_000_000n, 0n)], {
				signers,
				expect: 'InstructionError(0, InsufficientFunds)',
			});
			pair.send('a fee that overflows', [move(3n, 1n << 63n)], {
				signers,
				expect: 'InstructionError(0, Custom(3))',
			});
			const stolen = [key(to, 'w'), key(from, 'w'), key(alice.publicKey, 's')];
			pair.send('from the account of another', [call(id, bytes([2], 1n, 0n), stolen)], {
				signers,
				expect: 'InstructionError(0, Custom(2))',
			});
		},
	},
	{ name: 'cpi-caller', language: 'c', run: createVault },
	{ name: 'pinocchio-vault', language: 'rust', fromRegistry: true, run: createVault },
	{
		name: 'maths',
		language: 'c',
		run: (pair, id) => {
			const next = numbers(20261122n);
			for (let i = 0; i < 40; i++) {
				const data = bytes(
					[],
					next(),
					i % 3 === 0 ? 0n : next(),
					next(),
					i % 2 === 0 ? 0n : next(),
					next(),
					next(),
					next() >> 40n,
				);
				pair.send(`numbers ${i}`, [call(id, data)]);
			}
		},
	},
	{
		name: 'shapes',
		language: 'c',
		run: (pair, id) => {
			pair.send('all of them', [
				call(id, Uint8Array.of(0, 3, 4, 0, 1, 9, 0, 0, 2, 6, 7, 0, 3, 0, 0, 0, 3, 1, 0, 0)),
			]);
			pair.send('none', [call(id, new Uint8Array())]);
			pair.send('an unknown one', [call(id, Uint8Array.of(4, 0, 0, 0))], {
				expect: 'InstructionError(0, InvalidInstructionData)',
			});
		},
	},
	{
		name: 'collections',
		language: 'rust',
		run: (pair, id) => {
			const say = (text: string): TransactionInstruction => call(id, new TextEncoder().encode(text));
			pair.send('words', [say('the sun and the mock sun and the moon — élan')]);
			pair.send('nothing', [say('  ')]);
			pair.send('not text', [call(id, Uint8Array.of(0xff, 0xfe))], {
				expect: 'InstructionError(0, Custom(2))',
			});
			pair.send('more letters, up to where a product overflows', [say('abcdefgh ijklmnop qrstuvwx yz')]);
		},
	},
	{
		name: 'dispatch',
		language: 'rust',
		run: (pair, id) => {
			const program = (...pairs: number[]): TransactionInstruction => call(id, Uint8Array.from(pairs));
			for (let op = 0; op < 34; op++) {
				const bad = op > 31;
				pair.send(
					`opcode ${op}`,
					[program(1, 200, 2, 3, 1, 7, 21, 0, op, 5)],
					bad ? { expect: 'InstructionError(0, Custom(5))' } : {},
				);
			}
			pair.send('an empty stack', [program(3, 0)], { expect: 'InstructionError(0, Custom(3))' });
			pair.send('a division by zero', [program(1, 1, 1, 0, 6, 0)], {
				expect: 'InstructionError(0, Custom(4))',
			});
			const deep = Array.from({ length: 33 }, () => [1, 1]).flat();
			pair.send('a full stack', [program(...deep)], { expect: 'InstructionError(0, Custom(2))' });
			const next = numbers(7n);
			for (let i = 0; i < 20; i++) {
				const ops = Array.from({ length: 12 }, () => [
					1 + Number(next() % 15n),
					Number(next() % 256n),
				]).flat();
				pair.send(`random ${i}`, [program(1, 9, 1, 8, 1, 7, 1, 6, 1, 5, ...ops)], { expect: 'any' });
			}
		},
	},
];

/** What a bump that is not the canonical one comes to: no address, or another one. */
function expectedOfBump(seeds: readonly Buffer[], bump: number, id: PublicKey): string {
	try {
		PublicKey.createProgramAddressSync([...seeds, Buffer.of(bump)], id);
		return 'InstructionError(0, InvalidArgument)';
	} catch {
		return 'InstructionError(0, InvalidSeeds)';
	}
}
