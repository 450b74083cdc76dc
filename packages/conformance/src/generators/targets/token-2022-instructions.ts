/** The instructions that token-2022 alone has, as they should be; the confidential ones are left out. */
import { sha256 } from '@parhelion/crypto';
import { type AccountMeta, ByteWriter, type Pubkey, programIds } from '@parhelion/sdk';
import type { Random } from '../../oracle/random.ts';
import { readonly, signer, writable, writableSigner } from '../case.ts';
import { amountNear, PAYER, U64_MAX, utf8 } from './common.ts';
import { manager } from './token-extensions.ts';
import { accountPair, authorityMetas, type Named, spender } from './token-instructions.ts';
import { type TokenMint, type TokenWorld, wallets } from './token-world.ts';

type Make = (
	random: Random,
	world: TokenWorld,
) => { readonly data: ByteWriter; readonly accounts: AccountMeta[] };

const tag = (...bytes: number[]): ByteWriter => new ByteWriter(120).raw(Uint8Array.from(bytes));
const somebody = (random: Random): Pubkey => random.pick([manager, ...wallets]);
const nullable = (random: Random, writer: ByteWriter): ByteWriter =>
	random.oneIn(4) ? writer.zeroes(32) : writer.raw(somebody(random).bytes);
const mintOf = (random: Random, world: TokenWorld): TokenMint => world.mints[random.int(2)]!;
const managed = (random: Random, mint: TokenMint): AccountMeta[] => [
	writable(mint.key),
	...authorityMetas(random, manager),
];

function optionalKey(random: Random, writer: ByteWriter): ByteWriter {
	return random.oneIn(3) ? writer.u8(0) : writer.u8(1).raw(somebody(random).bytes);
}

/** An extension's number and the instruction that begins it, on a fresh mint. */
function initializer(make: (random: Random) => ByteWriter): Make {
	return (random, world) => ({ data: make(random), accounts: [writable(world.freshMint)] });
}

/** What a mint's manager may do. */
function update(make: (random: Random) => ByteWriter): Make {
	return (random, world) => ({ data: make(random), accounts: managed(random, mintOf(random, world)) });
}

/** Switches an extension of an account on or off. */
function toggle(instruction: number): Make {
	return (random, world) => {
		const account = random.pick(world.accounts);
		return {
			data: tag(instruction, random.int(2)),
			accounts: [writable(account.key), ...authorityMetas(random, account.owner)],
		};
	};
}

function named(interfaceName: string, name: string): ByteWriter {
	const hash = sha256(utf8.encode(`${interfaceName}:${name}`));
	return new ByteWriter(200).raw(hash.subarray(0, 8));
}
const metadata = (name: string): ByteWriter => named('spl_token_metadata_interface', name);
const group = (name: string): ByteWriter => named('spl_token_group_interface', name);

function text(writer: ByteWriter, value: string): ByteWriter {
	const bytes = utf8.encode(value);
	return writer.u32(bytes.length).raw(bytes);
}

const TEXTS = ['', 'Sun', 'Nebensonne ☀', 'x'.repeat(120)];
const FIELD_NAMES = ['colour', 'size', ''];

const ROWS: Readonly<Record<string, Make>> = {
	InitializeMintCloseAuthority: initializer((random) => optionalKey(random, tag(25))),
	InitializeTransferFeeConfig: initializer((random) =>
		optionalKey(random, optionalKey(random, tag(26, 0)))
			.u16(random.pick([0, 1, 50, 10_000, 10_001]))
			.u64(random.pick([0n, 1000n, U64_MAX])),
	),
	TransferCheckedWithFee: (random, world) => {
		const [from, to] = accountPair(random, world);
		const amount = amountNear(random, from.amount / 2n);
		const fee = random.pick([0n, amount / 200n, amount / 40n, amount, 1n]);
		return {
			data: tag(26, 1).u64(amount).u8(from.mint.decimals).u64(fee),
			accounts: [writable(from.key), readonly(from.mint.key), writable(to.key), ...spender(random, from)],
		};
	},
	WithdrawWithheldFromMint: (random, world) => {
		const mint = mintOf(random, world);
		const to = world.accounts.find((account) => account.mint === mint) ?? world.accounts[0]!;
		return {
			data: tag(26, 2),
			accounts: [writable(mint.key), writable(to.key), ...authorityMetas(random, manager)],
		};
	},
	WithdrawWithheldFromAccounts: (random, world) => {
		const mint = mintOf(random, world);
		const accounts = world.accounts.filter((account) => account.mint === mint);
		const sources = random.oneIn(8) ? world.accounts.slice(0, 2) : accounts;
		const count = random.oneIn(10) ? random.int(5) : sources.length;
		return {
			data: tag(26, 3, count),
			accounts: [
				readonly(mint.key),
				writable((accounts[0] ?? world.accounts[0]!).key),
				...authorityMetas(random, manager),
				...sources.map(({ key }) => writable(key)),
			],
		};
	},
	HarvestWithheld: (random, world) => {
		const mint = mintOf(random, world);
		const sources = world.accounts.filter((account) => account.mint === mint || random.oneIn(6));
		return { data: tag(26, 4), accounts: [writable(mint.key), ...sources.map(({ key }) => writable(key))] };
	},
	SetTransferFee: update((random) =>
		tag(26, 5)
			.u16(random.pick([0, 1, 50, 10_000, 10_001]))
			.u64(random.pick([0n, 1000n, U64_MAX])),
	),
	InitializeDefaultAccountState: initializer((random) => tag(28, 0, random.int(4))),
	UpdateDefaultAccountState: (random, world) => {
		const mint = mintOf(random, world);
		return {
			data: tag(28, 1, random.oneIn(8) ? 0 : 1 + random.int(2)),
			accounts: [writable(mint.key), ...authorityMetas(random, mint.freeze)],
		};
	},
	Reallocate: (random, world) => {
		const account = random.pick(world.accounts);
		const data = tag(29);
		for (let i = random.int(4); i > 0; i--)
			data.u16(random.oneIn(8) ? random.int(30) : random.pick([7, 8, 11]));
		return {
			data,
			accounts: [
				writable(account.key),
				writableSigner(PAYER),
				readonly(programIds.systemProgram),
				...authorityMetas(random, account.owner),
			],
		};
	},
	MemoTransfer: toggle(30),
	CpiGuard: toggle(34),
	CreateNativeMint: (_, world) => ({
		data: tag(31),
		accounts: [writableSigner(PAYER), writable(world.mints[2]!.key), readonly(programIds.systemProgram)],
	}),
	InitializeNonTransferable: initializer(() => tag(32)),
	InitializeInterestBearing: initializer((random) => nullable(random, tag(33, 0)).u16(random.int(65_536))),
	UpdateRate: update((random) => tag(33, 1).u16(random.int(65_536))),
	InitializePermanentDelegate: initializer((random) => tag(35).raw(somebody(random).bytes)),
	InitializeTransferHook: initializer((random) => nullable(random, nullable(random, tag(36, 0)))),
	UpdateTransferHook: update((random) => nullable(random, tag(36, 1))),
	InitializeMetadataPointer: initializer((random) => nullable(random, nullable(random, tag(39, 0)))),
	UpdateMetadataPointer: update((random) => nullable(random, tag(39, 1))),
	InitializeGroupPointer: initializer((random) => nullable(random, nullable(random, tag(40, 0)))),
	UpdateGroupPointer: update((random) => nullable(random, tag(40, 1))),
	InitializeGroupMemberPointer: initializer((random) => nullable(random, nullable(random, tag(41, 0)))),
	UpdateGroupMemberPointer: update((random) => nullable(random, tag(41, 1))),
	InitializeScaledUiAmount: initializer((random) =>
		nullable(random, tag(43, 0)).f64(random.pick([1, 2, 0.1, 0, -1, Number.NaN])),
	),
	UpdateMultiplier: update((random) =>
		tag(43, 1)
			.f64(random.pick([1, 2, 0.1, 0, -1, Number.NaN]))
			.i64(random.pick([0n, 1n, -1n, 1000n])),
	),
	InitializePausable: initializer((random) => nullable(random, tag(44, 0))),
	Pause: update((random) => tag(44, 1 + random.int(2))),
	InitializePermissionedBurn: initializer((random) => nullable(random, tag(46, 0))),
	PermissionedBurn: (random, world) => {
		const from = random.pick(world.accounts);
		const isChecked = random.oneIn(2);
		const data = tag(46, isChecked ? 2 : 1).u64(from.amount / 3n);
		if (isChecked) data.u8(from.mint.decimals);
		return {
			data,
			accounts: [writable(from.key), writable(from.mint.key), signer(manager), ...spender(random, from)],
		};
	},
	InitializeMetadata: (random, world) => {
		const mint = mintOf(random, world);
		const data = metadata('initialize_account');
		for (let i = 0; i < 3; i++) text(data, random.pick(TEXTS));
		return {
			data,
			accounts: [
				writable(mint.key),
				readonly(manager),
				readonly(mint.key),
				...authorityMetas(random, mint.authority),
			],
		};
	},
	UpdateField: (random, world) => {
		const field = random.int(4);
		const data = metadata('updating_field').u8(field);
		if (field === 3) text(data, random.pick(FIELD_NAMES));
		return { data: text(data, random.pick(TEXTS)), accounts: managed(random, mintOf(random, world)) };
	},
	RemoveKey: update((random) => text(metadata('remove_key_ix').u8(random.int(2)), random.pick(FIELD_NAMES))),
	UpdateMetadataAuthority: update((random) => nullable(random, metadata('update_the_authority'))),
	EmitMetadata: (random, world) => {
		const data = metadata('emitter');
		for (let i = 0; i < 2; i++) {
			if (random.oneIn(2)) data.u8(0);
			else data.u8(1).u64(BigInt(random.int(200)));
		}
		return { data, accounts: [readonly(mintOf(random, world).key)] };
	},
	InitializeGroup: (random, world) => {
		const mint = mintOf(random, world);
		return {
			data: nullable(random, group('initialize_token_group')).u64(BigInt(random.int(4))),
			accounts: [writable(mint.key), readonly(mint.key), ...authorityMetas(random, mint.authority)],
		};
	},
	UpdateGroupMaxSize: update((random) => group('update_group_max_size').u64(BigInt(random.int(4)))),
	UpdateGroupAuthority: update((random) => nullable(random, group('update_authority'))),
	InitializeMember: (random, world) => {
		const [member, other] = random.oneIn(6)
			? [world.mints[0]!, world.mints[0]!]
			: random.oneIn(2)
				? [world.mints[0]!, world.mints[1]!]
				: [world.mints[1]!, world.mints[0]!];
		return {
			data: group('initialize_member'),
			accounts: [
				writable(member.key),
				readonly(member.key),
				...authorityMetas(random, member.authority),
				writable(other.key),
				signer(manager),
			],
		};
	},
};

const LABELS = Object.keys(ROWS);
const INITIALIZERS = LABELS.filter((label) => label.startsWith('Initialize'));

/** One of the instructions, with its accounts. */
export function extensionInstruction(random: Random, world: TokenWorld): Named {
	const label = random.pick(LABELS);
	const { data, accounts } = ROWS[label]!(random, world);
	return { label, instruction: { programId: world.programId, accounts, data: data.finish() } };
}

/** Bytes of the values of a mint's extensions, by the label of the instruction that begins them. */
const LENGTHS: Readonly<Record<string, number>> = {
	InitializeMintCloseAuthority: 32,
	InitializeTransferFeeConfig: 108,
	InitializeDefaultAccountState: 1,
	InitializeNonTransferable: 0,
	InitializeInterestBearing: 52,
	InitializePermanentDelegate: 32,
	InitializeTransferHook: 64,
	InitializeMetadataPointer: 64,
	InitializeGroupPointer: 64,
	InitializeGroupMemberPointer: 64,
	InitializeScaledUiAmount: 56,
	InitializePausable: 33,
	InitializePermissionedBurn: 32,
};

/** A fresh mint's life: some extensions, then the mint itself; and the bytes it needs. */
export function mintWithExtensions(
	random: Random,
	world: TokenWorld,
): { readonly instructions: Named[]; readonly size: number } {
	const chosen = INITIALIZERS.filter((label) => LENGTHS[label] !== undefined && random.oneIn(4));
	const instructions = chosen.map((label): Named => {
		const { data, accounts } = ROWS[label]!(random, world);
		return { label, instruction: { programId: world.programId, accounts, data: data.finish() } };
	});
	const data = tag(20, 6).raw(manager.bytes).u8(1).raw(manager.bytes);
	const accounts = [writable(world.freshMint)];
	instructions.push({
		label: 'InitializeMint2',
		instruction: { programId: world.programId, accounts, data: data.finish() },
	});
	const tail = chosen.reduce((sum, label) => sum + 4 + LENGTHS[label]!, 0);
	return { instructions, size: tail === 0 ? 82 : 166 + tail };
}
