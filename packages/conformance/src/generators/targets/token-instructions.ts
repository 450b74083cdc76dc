/** The instructions that both token programs have, as they should be. Layouts by `spl-token-interface`. */
import { type AccountMeta, ByteWriter, type Instruction, type Pubkey, sysvarIds } from '@parhelion/sdk';
import type { Random } from '../../oracle/random.ts';
import { readonly, signer, writable } from '../case.ts';
import { amountNear, utf8 } from './common.ts';
import {
	cosigners,
	multisig,
	type TokenAccount,
	type TokenMint,
	type TokenWorld,
	wallets,
} from './token-world.ts';

/** An instruction and what it is called. */
export interface Named {
	readonly label: string;
	readonly instruction: Instruction;
}

/** Who signs where `owner` is asked for. */
export function authorityMetas(random: Random, owner: Pubkey | null): AccountMeta[] {
	if (owner === null) return [signer(wallets[0]!)];
	if (!owner.equals(multisig)) return [signer(owner)];
	const signers = cosigners.slice(random.int(2)).map(signer);
	return [readonly(multisig), ...(random.oneIn(10) ? signers.slice(1) : signers)];
}

/** The owner, or the delegate where there is one. */
export function spender(random: Random, account: TokenAccount): AccountMeta[] {
	return authorityMetas(
		random,
		account.delegate !== null && random.oneIn(3) ? account.delegate : account.owner,
	);
}

/** An account and another of the same mint. */
export function accountPair(random: Random, world: TokenWorld): [TokenAccount, TokenAccount] {
	const from = random.pick(world.accounts);
	const others = world.accounts.filter((one) => one.mint === from.mint && (one !== from || random.oneIn(10)));
	return [from, random.oneIn(15) || others.length === 0 ? random.pick(world.accounts) : random.pick(others)];
}

/** Amounts in words for `UiAmountToAmount`. */
const AMOUNTS = ['1', '0.5', '1.', '.5', '12.345678', '0', '', '.', 'x', '1e3', '18446744073709551615', '-1'];

function optionalKey(writer: ByteWriter, key: Pubkey | null): ByteWriter {
	writer.u8(key === null ? 0 : 1);
	return key === null ? writer : writer.raw(key.bytes);
}

type Make = (
	random: Random,
	world: TokenWorld,
) => { readonly data: ByteWriter; readonly accounts: AccountMeta[] };

const amountOf = (random: Random, account: TokenAccount): bigint =>
	random.oneIn(3) ? amountNear(random, account.amount) : account.amount / BigInt(1 + random.int(4));

const decimalsOf = (random: Random, mint: TokenMint): number =>
	random.oneIn(15) ? random.int(256) : mint.decimals;

const writer = (tag: number): ByteWriter => new ByteWriter(80).u8(tag);

function newMint(random: Random, tag: number): ByteWriter {
	const authority = random.pick([...wallets, multisig]);
	return optionalKey(
		writer(tag)
			.u8(random.pick([0, 6, 9, 255]))
			.raw(authority.bytes),
		random.oneIn(2) ? null : authority,
	);
}

const isFrozen = ({ state }: TokenAccount): boolean => state === 2;

/** An account that the mint's freezer may act upon. */
function freezable(random: Random, world: TokenWorld, thaws: boolean): TokenAccount {
	const right = world.accounts.filter((one) => one.mint.freeze !== null && isFrozen(one) === thaws);
	return random.pick(right.length === 0 || random.oneIn(10) ? world.accounts : right);
}

/** The mint that the fresh account is made for. */
const freshMintOf = (random: Random, world: TokenWorld): Pubkey =>
	(random.oneIn(5) ? random.pick(world.mints) : world.mints[0]!).key;

const owned = (world: TokenWorld): readonly TokenMint[] =>
	world.mints.filter(({ authority }) => authority !== null);

function mintTo(random: Random, world: TokenWorld): [TokenMint, TokenAccount] {
	const right = owned(world).filter((mint) => world.accounts.some((account) => account.mint === mint));
	const mint = random.pick(right.length === 0 || random.oneIn(12) ? world.mints : right);
	const accounts = world.accounts.filter((account) => account.mint === mint);
	return [mint, random.pick(accounts.length === 0 ? world.accounts : accounts)];
}

const ROWS: Readonly<Record<string, Make>> = {
	InitializeMint: (random, world) => ({
		data: newMint(random, 0),
		accounts: [writable(world.freshMint), readonly(sysvarIds.rent)],
	}),
	InitializeAccount: (random, world) => ({
		data: writer(1),
		accounts: [
			writable(world.freshAccount),
			readonly(freshMintOf(random, world)),
			readonly(random.pick(wallets)),
			readonly(sysvarIds.rent),
		],
	}),
	InitializeMultisig: (random, world) => ({
		data: writer(2).u8(random.pick([0, 1, 2, 3, 3, 4, 12])),
		accounts: [writable(world.freshMultisig), readonly(sysvarIds.rent), ...cosigners.map(readonly)],
	}),
	Transfer: (random, world) => {
		const [from, to] = accountPair(random, world);
		return {
			data: writer(3).u64(amountOf(random, from)),
			accounts: [writable(from.key), writable(to.key), ...spender(random, from)],
		};
	},
	Approve: (random, world) => {
		const from = random.pick(world.accounts);
		return {
			data: writer(4).u64(amountNear(random, from.amount)),
			accounts: [writable(from.key), readonly(random.pick(wallets)), ...authorityMetas(random, from.owner)],
		};
	},
	Revoke: (random, world) => {
		const from = random.pick(world.accounts);
		return { data: writer(5), accounts: [writable(from.key), ...spender(random, from)] };
	},
	SetAuthority: (random, world) => {
		const next = random.oneIn(4) ? null : random.pick([...wallets, multisig]);
		const type = random.int(random.oneIn(12) ? 20 : 4);
		const data = optionalKey(writer(6).u8(type), next);
		if (type < 2) {
			const mint = random.pick(world.mints);
			const authority = type === 0 ? mint.authority : mint.freeze;
			return { data, accounts: [writable(mint.key), ...authorityMetas(random, authority)] };
		}
		const account = random.pick(world.accounts);
		const owner = type === 3 ? (account.closeAuthority ?? account.owner) : account.owner;
		return { data, accounts: [writable(account.key), ...authorityMetas(random, owner)] };
	},
	MintTo: (random, world) => {
		const [mint, to] = mintTo(random, world);
		return {
			data: writer(7).u64(amountNear(random, 1000n)),
			accounts: [writable(mint.key), writable(to.key), ...authorityMetas(random, mint.authority)],
		};
	},
	Burn: (random, world) => {
		const from = random.pick(world.accounts);
		return {
			data: writer(8).u64(amountOf(random, from)),
			accounts: [writable(from.key), writable(from.mint.key), ...spender(random, from)],
		};
	},
	CloseAccount: (random, world) => {
		const empty = world.accounts.filter(({ amount, mint }) => amount === 0n || mint.isNative);
		const account = random.pick(empty.length === 0 || random.oneIn(6) ? world.accounts : empty);
		const to = random.oneIn(15) ? account.key : random.pick([...wallets, world.accounts[0]!.key]);
		return {
			data: writer(9),
			accounts: [
				writable(account.key),
				writable(to),
				...authorityMetas(random, account.closeAuthority ?? account.owner),
			],
		};
	},
	FreezeAccount: (random, world) => {
		const account = freezable(random, world, false);
		return {
			data: writer(10),
			accounts: [
				writable(account.key),
				readonly(account.mint.key),
				...authorityMetas(random, account.mint.freeze),
			],
		};
	},
	ThawAccount: (random, world) => {
		const account = freezable(random, world, true);
		return {
			data: writer(11),
			accounts: [
				writable(account.key),
				readonly(account.mint.key),
				...authorityMetas(random, account.mint.freeze),
			],
		};
	},
	TransferChecked: (random, world) => {
		const [from, to] = accountPair(random, world);
		return {
			data: writer(12).u64(amountOf(random, from)).u8(decimalsOf(random, from.mint)),
			accounts: [writable(from.key), readonly(from.mint.key), writable(to.key), ...spender(random, from)],
		};
	},
	ApproveChecked: (random, world) => {
		const from = random.pick(world.accounts);
		return {
			data: writer(13).u64(amountNear(random, from.amount)).u8(decimalsOf(random, from.mint)),
			accounts: [
				writable(from.key),
				readonly(from.mint.key),
				readonly(random.pick(wallets)),
				...authorityMetas(random, from.owner),
			],
		};
	},
	MintToChecked: (random, world) => {
		const [mint, to] = mintTo(random, world);
		return {
			data: writer(14).u64(amountNear(random, 1000n)).u8(decimalsOf(random, mint)),
			accounts: [writable(mint.key), writable(to.key), ...authorityMetas(random, mint.authority)],
		};
	},
	BurnChecked: (random, world) => {
		const from = random.pick(world.accounts);
		return {
			data: writer(15).u64(amountOf(random, from)).u8(decimalsOf(random, from.mint)),
			accounts: [writable(from.key), writable(from.mint.key), ...spender(random, from)],
		};
	},
	InitializeAccount2: (random, world) => ({
		data: writer(16).raw(random.pick(wallets).bytes),
		accounts: [writable(world.freshAccount), readonly(freshMintOf(random, world)), readonly(sysvarIds.rent)],
	}),
	SyncNative: (random, world) => {
		const native = world.accounts.filter(({ mint }) => mint.isNative);
		return {
			data: writer(17),
			accounts: [writable(random.pick(random.oneIn(8) ? world.accounts : native).key)],
		};
	},
	InitializeAccount3: (random, world) => ({
		data: writer(18).raw(random.pick([...wallets, multisig]).bytes),
		accounts: [writable(world.freshAccount), readonly(freshMintOf(random, world))],
	}),
	InitializeMultisig2: (random, world) => ({
		data: writer(19).u8(random.pick([0, 1, 2, 3, 3, 4, 12])),
		accounts: [writable(world.freshMultisig), ...cosigners.map(readonly)],
	}),
	InitializeMint2: (random, world) => ({ data: newMint(random, 20), accounts: [writable(world.freshMint)] }),
	GetAccountDataSize: (random, world) => {
		const data = writer(21);
		if (random.oneIn(3)) for (let i = random.int(4); i > 0; i--) data.u16(random.int(30));
		return { data, accounts: [readonly(random.pick(world.mints).key)] };
	},
	InitializeImmutableOwner: (_, world) => ({ data: writer(22), accounts: [writable(world.freshAccount)] }),
	AmountToUiAmount: (random, world) => ({
		data: writer(23).u64(random.u64()),
		accounts: [readonly(random.pick(world.mints).key)],
	}),
	UiAmountToAmount: (random, world) => ({
		data: writer(24).raw(utf8.encode(random.pick(AMOUNTS))),
		accounts: [readonly(random.pick(world.mints).key)],
	}),
	WithdrawExcessLamports: (random, world) => {
		const account = random.pick(world.accounts);
		const mint = random.pick(world.mints);
		const isMint = random.oneIn(3);
		return {
			data: writer(38),
			accounts: [
				writable(isMint ? mint.key : account.key),
				writable(random.pick(wallets)),
				...authorityMetas(random, isMint ? mint.authority : account.owner),
			],
		};
	},
	UnwrapLamports: (random, world) => {
		const native = world.accounts.filter(({ mint }) => mint.isNative);
		const account = random.pick(random.oneIn(8) ? world.accounts : native);
		const data = writer(45).u8(random.int(2));
		if (data.finish()[1] === 1) data.u64(amountOf(random, account));
		return {
			data,
			accounts: [writable(account.key), writable(random.pick(wallets)), ...spender(random, account)],
		};
	},
};

const LABELS = Object.keys(ROWS);

/** One of the instructions, with its accounts. */
export function tokenInstruction(random: Random, world: TokenWorld): Named {
	// Batches of instructions, where the program knows them.
	if (random.oneIn(25)) return batch(random, world);
	const label = random.oneIn(3)
		? random.pick(['Transfer', 'TransferChecked', 'MintTo', 'Burn'])
		: random.pick(LABELS);
	const { data, accounts } = ROWS[label]!(random, world);
	return { label, instruction: { programId: world.programId, accounts, data: data.finish() } };
}

function batch(random: Random, world: TokenWorld): Named {
	const data = writer(255);
	const accounts: AccountMeta[] = [];
	for (let i = random.int(4); i >= 0; i--) {
		const one = ROWS[random.pick(LABELS)]!(random, world);
		const bytes = one.data.finish();
		data.u8(one.accounts.length).u8(bytes.length).raw(bytes);
		accounts.push(...one.accounts);
	}
	return { label: 'Batch', instruction: { programId: world.programId, accounts, data: data.finish() } };
}
