/** Associated token accounts, memos and address lookup tables. */
import {
	createAssociatedTokenAccountIdempotentInstruction,
	createAssociatedTokenAccountInstruction,
	createInitializeMintInstruction,
	createMintToInstruction,
	createTransferInstruction,
	getAssociatedTokenAddressSync,
	TOKEN_2022_PROGRAM_ID,
	TOKEN_PROGRAM_ID,
} from '@solana/spl-token';
import {
	AddressLookupTableAccount,
	AddressLookupTableProgram,
	PublicKey,
	SystemProgram,
	TransactionInstruction,
} from '@solana/web3.js';
import { type Flow, namedKeypair, type Pair } from './harness.ts';

const MEMO_V1 = new PublicKey('Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo');
const MEMO_V4 = new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
const MINT_SIZE = 82;

function associated(programId: PublicKey, tag: string): (pair: Pair) => void {
	return (pair) => {
		const payer = pair.payer.publicKey;
		const mint = namedKeypair(`${tag}-mint`);
		const owner = namedKeypair(`${tag}-owner`).publicKey;
		const address = getAssociatedTokenAddressSync(mint.publicKey, owner, false, programId);
		pair.send(
			'create a mint',
			[
				SystemProgram.createAccount({
					fromPubkey: payer,
					newAccountPubkey: mint.publicKey,
					space: MINT_SIZE,
					lamports: Number(pair.oracle.minimumBalanceForRentExemption(BigInt(MINT_SIZE))),
					programId,
				}),
				createInitializeMintInstruction(mint.publicKey, 0, payer, null, programId),
			],
			{ signers: [mint] },
		);
		const createIt = (of = owner, at = address) =>
			createAssociatedTokenAccountInstruction(payer, at, of, mint.publicKey, programId);
		const createIfMissing = (of = owner, at = address) =>
			createAssociatedTokenAccountIdempotentInstruction(payer, at, of, mint.publicKey, programId);
		pair.send('simulate the creation', [createIt()], { simulate: true });
		pair.send('create', [createIt()]);
		pair.both((engine) => engine.expireBlockhash());
		pair.send('create again', [createIt()], { expect: 'InstructionError(0, IllegalOwner)' });
		pair.send('create again, idempotent', [createIfMissing()]);
		const second = namedKeypair(`${tag}-owner2`).publicKey;
		const secondAddress = getAssociatedTokenAddressSync(mint.publicKey, second, false, programId);
		pair.send('create idempotent for a new owner', [createIfMissing(second, secondAddress)]);
		const third = namedKeypair(`${tag}-owner3`).publicKey;
		const thirdAddress = getAssociatedTokenAddressSync(mint.publicKey, third, false, programId);
		pair.fund(thirdAddress, 1_000_000n);
		pair.send('create where lamports lie already', [createIt(third, thirdAddress)]);
		pair.send('create at the wrong address', [createIt(owner, secondAddress)], {
			expect: 'InstructionError(0, InvalidSeeds)',
		});
		pair.send('create, mint and transfer in one transaction', [
			createMintToInstruction(mint.publicKey, address, payer, 5n, [], programId),
			createIfMissing(),
			createMintToInstruction(mint.publicKey, secondAddress, payer, 5n, [], programId),
		]);
		pair.send(
			'transfer by somebody who is not the owner',
			[createTransferInstruction(address, secondAddress, payer, 1n, [], programId)],
			{ expect: 'InstructionError(0, Custom(4))' },
		);
		const pauper = namedKeypair(`${tag}-pauper`);
		pair.fund(pauper.publicKey, 1_000_000n);
		const fourth = namedKeypair(`${tag}-owner4`).publicKey;
		const fourthAddress = getAssociatedTokenAddressSync(mint.publicKey, fourth, false, programId);
		pair.send(
			'create with a payer who cannot afford it',
			[
				createAssociatedTokenAccountInstruction(
					pauper.publicKey,
					fourthAddress,
					fourth,
					mint.publicKey,
					programId,
				),
			],
			{ feePayer: pauper, expect: 'InstructionError(0, Custom(1))' },
		);
	};
}

function memo(programId: PublicKey, invalid: string): (pair: Pair) => void {
	return (pair) => {
		const write = (data: Uint8Array, signers: { publicKey: PublicKey }[] = [], isSigner = true) =>
			new TransactionInstruction({
				programId,
				keys: signers.map((s) => ({ pubkey: s.publicKey, isSigner, isWritable: false })),
				data: Buffer.from(data),
			});
		const text = (s: string) => new TextEncoder().encode(s);
		const witness = namedKeypair('witness');
		pair.send('a memo', [write(text('hello, sun'))]);
		pair.send('an empty memo', [write(text(''))]);
		pair.send('a memo beyond ASCII', [write(text('ein Nebensonnenpaar ☀☀ 🌞'))]);
		pair.send('a long memo', [write(text('x'.repeat(900)))]);
		pair.send('a signed memo', [write(text('signed'), [witness])], { signers: [witness] });
		pair.send('bytes that are not UTF-8', [write(new Uint8Array([0xe2, 0x28, 0xa1]))], { expect: invalid });
		pair.send('two memos', [write(text('one')), write(text('two'))]);
	};
}

function memoWitness(pair: Pair): void {
	const witness = namedKeypair('witness');
	pair.send(
		'a witness who did not sign',
		[
			new TransactionInstruction({
				programId: MEMO_V4,
				keys: [{ pubkey: witness.publicKey, isSigner: false, isWritable: false }],
				data: Buffer.from('witnessed'),
			}),
		],
		{ expect: 'InstructionError(0, MissingRequiredSignature)' },
	);
}

/** A table is created at a recent slot that the slot hashes name. */
function lookupTables(pair: Pair): void {
	const payer = pair.payer.publicKey;
	const recentSlot = pair.oracle.getSlotHashes()[0]?.slot ?? pair.oracle.getClock().slot;
	const [createTable, table] = AddressLookupTableProgram.createLookupTable({
		authority: payer,
		payer,
		recentSlot,
	});
	pair.send('create a table', [createTable]);
	pair.send(
		'create a table at a slot that is not recent',
		[AddressLookupTableProgram.createLookupTable({ authority: payer, payer, recentSlot: 5n })[0]],
		{ expect: 'InstructionError(0, InvalidInstructionData)' },
	);
	const addresses = Array.from({ length: 12 }, (_, i) => namedKeypair(`lut-${i}`).publicKey);
	pair.send('extend it', [
		AddressLookupTableProgram.extendLookupTable({ lookupTable: table, authority: payer, payer, addresses }),
	]);
	const stranger = namedKeypair('lut-stranger');
	pair.fund(stranger.publicKey, 1_000_000_000n);
	pair.send(
		'extend by a stranger',
		[
			AddressLookupTableProgram.extendLookupTable({
				lookupTable: table,
				authority: stranger.publicKey,
				payer: stranger.publicKey,
				addresses: addresses.slice(0, 1),
			}),
		],
		{ feePayer: stranger, expect: 'InstructionError(0, IncorrectAuthority)' },
	);
	const slot = pair.oracle.getClock().slot;
	const read = () =>
		new AddressLookupTableAccount({
			key: table,
			state: AddressLookupTableAccount.deserialize(pair.data(table)),
		});
	const pay = (to: PublicKey, lamports: number) =>
		SystemProgram.transfer({ fromPubkey: payer, toPubkey: to, lamports });
	pair.send('use addresses in the slot that added them', [pay(addresses[0] as PublicKey, 2_000_000)], {
		lookupTables: [read()],
		expect: 'InvalidAddressLookupTableIndex',
	});
	pair.both((engine) => engine.warpToSlot(slot + 1n));
	pair.send(
		'a v0 transaction through the table',
		addresses.slice(0, 10).map((to, i) => pay(to, 2_000_000 + i)),
		{ lookupTables: [read()] },
	);
	const unknown = new AddressLookupTableAccount({
		key: namedKeypair('no-table').publicKey,
		state: read().state,
	});
	pair.send('a table that does not exist', [pay(addresses[0] as PublicKey, 1)], {
		lookupTables: [unknown],
		expect: 'AddressLookupTableNotFound',
	});
	const foreign = namedKeypair('foreign-table').publicKey;
	pair.setAccount(foreign, { lamports: 10_000_000n, data: pair.data(table), owner: TOKEN_PROGRAM_ID });
	pair.send('a table owned by another program', [pay(addresses[0] as PublicKey, 1)], {
		lookupTables: [new AddressLookupTableAccount({ key: foreign, state: read().state })],
		expect: 'InvalidAddressLookupTableOwner',
	});
	const broken = namedKeypair('broken-table').publicKey;
	pair.setAccount(broken, {
		lamports: 10_000_000n,
		data: pair.data(table).slice(0, 30),
		owner: AddressLookupTableProgram.programId,
	});
	pair.send('a table of broken data', [pay(addresses[0] as PublicKey, 1)], {
		lookupTables: [new AddressLookupTableAccount({ key: broken, state: read().state })],
		expect: 'InvalidAddressLookupTableData',
	});
	const longer = read();
	longer.state.addresses.push(namedKeypair('lut-beyond').publicKey);
	pair.send('an index beyond the table', [pay(namedKeypair('lut-beyond').publicKey, 1)], {
		lookupTables: [longer],
		expect: 'InvalidAddressLookupTableIndex',
	});
	pair.send(
		'freeze by a stranger',
		[AddressLookupTableProgram.freezeLookupTable({ lookupTable: table, authority: stranger.publicKey })],
		{ feePayer: stranger, expect: 'InstructionError(0, IncorrectAuthority)' },
	);
	pair.send('deactivate it', [
		AddressLookupTableProgram.deactivateLookupTable({ lookupTable: table, authority: payer }),
	]);
	pair.send(
		'close it too early',
		[AddressLookupTableProgram.closeLookupTable({ lookupTable: table, authority: payer, recipient: payer })],
		{ expect: 'InstructionError(0, InvalidArgument)' },
	);
	pair.send('use it while it is cooling down', [pay(addresses[1] as PublicKey, 1)], {
		lookupTables: [read()],
	});
}

export const programFlows: readonly Flow[] = [
	{ name: 'Associated account of SPL Token', run: associated(TOKEN_PROGRAM_ID, 'ata1') },
	{ name: 'Associated account of Token-2022', run: associated(TOKEN_2022_PROGRAM_ID, 'ata2') },
	{ name: 'Memo v1', run: memo(MEMO_V1, 'InstructionError(0, InvalidInstructionData)') },
	{ name: 'Memo v4', run: memo(MEMO_V4, 'InstructionError(0, ProgramFailedToComplete)') },
	{ name: 'Memo v4: witnesses', run: memoWitness },
	{ name: 'Address lookup tables', run: lookupTables },
];
