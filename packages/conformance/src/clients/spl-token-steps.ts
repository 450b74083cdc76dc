/**
 * What people do with the command line `spl-token`, with SPL Token or, where every command says so, with Token-2022 and its
 * extensions.
 *
 * Owns the commands and what they must leave behind. Every step leaves what later ones need, so they run in order.
 */
import assert from 'node:assert/strict';
import type { CommandLine } from './command-line.ts';
import type { Steps } from './steps.ts';

/** Every step that both token programs know. */
export async function splTokenSteps(tool: CommandLine): Promise<Steps> {
	await tool.fund(tool.payer.address, 100);
	return { ...tokenSteps(tool), ...authoritySteps(tool) };
}

/** Every step that Token-2022 alone knows; confidential transfers where the node has the record program. */
export function token2022Steps(tool: CommandLine, hasRecord: boolean): Steps {
	const confidential = hasRecord ? confidentialSteps(tool) : {};
	return { ...feeSteps(tool), ...metadataSteps(tool), ...extensionSteps(tool), ...confidential };
}

/** Makes a mint, and says its address. */
function mintMaker(tool: CommandLine): (...args: readonly string[]) => Promise<string> {
	return async (...args) => {
		const made = await tool.json('create-token', ...args);
		return made.row('commandOutput').text('address');
	};
}

/** The associated account of an owner, the payer unless said. */
async function accountOf(tool: CommandLine, mint: string, owner = tool.payer.address): Promise<string> {
	const found = await tool.json('address', '--token', mint, '--owner', owner, '--verbose');
	return found.text('associatedTokenAddress');
}

function tokenSteps(tool: CommandLine): Steps {
	const friend = tool.keypair('friend');
	const createToken = mintMaker(tool);
	let mint = '';
	let account = '';
	const balance = async (owner = tool.payer.address): Promise<string> =>
		tool.text('balance', mint, '--owner', owner);
	return {
		'create-token': async () => {
			mint = await createToken('--decimals', '6', '--enable-freeze');
		},
		'create-account': async () => {
			await tool.text('create-account', mint);
			account = await accountOf(tool, mint);
		},
		'create-account again': () => tool.fails(/already exists/, 'create-account', mint),
		mint: async () => {
			await tool.says(/Signature: /, 'mint', mint, '1000');
			assert.equal(await balance(), '1000');
		},
		supply: async () => assert.equal(await tool.text('supply', mint), '1000'),
		'transfer --fund-recipient': async () => {
			const args = ['transfer', mint, '25.5', friend.address];
			await tool.fails(/not funded\. Add `--allow-unfunded-recipient`/, ...args);
			await tool.fund(friend.address, 1);
			await tool.fails(/`--fund-recipient`/, ...args);
			await tool.text(...args, '--fund-recipient');
			assert.equal(await balance(), '974.5');
			assert.equal(await balance(friend.address), '25.5');
		},
		'transfer of more than there is': () =>
			tool.fails(/insufficient funds/i, 'transfer', mint, '5000', friend.address),
		'transfer --with-memo': () => tool.text('transfer', mint, '1', friend.address, '--with-memo', 'thanks'),
		accounts: () => tool.says(new RegExp(`${mint} +973\\.5`), 'accounts'),
		'accounts --output json': async () => {
			const [first] = (await tool.json('accounts')).rows('accounts');
			assert.equal(first?.text('mint'), mint);
			assert.equal(first?.row('tokenAmount').text('uiAmountString'), '973.5');
		},
		'account-info': () => tool.says(/Balance: 973\.5/, 'account-info', mint),
		display: () => tool.says(/Decimals: 6/, 'display', mint),
		approve: async () => {
			await tool.text('approve', account, '5', friend.address);
			await tool.says(new RegExp(`Delegate: ${friend.address}`), 'display', account);
		},
		revoke: async () => {
			await tool.text('revoke', account);
			await tool.says(/Delegation: \(not set\)/, 'display', account);
		},
		burn: async () => {
			await tool.text('burn', account, '73.5');
			assert.equal(await tool.text('supply', mint), '926.5');
		},
		freeze: async () => {
			await tool.text('freeze', account);
			await tool.fails(/frozen|0x11/i, 'transfer', mint, '1', friend.address);
		},
		thaw: async () => {
			await tool.text('thaw', account);
			await tool.text('transfer', mint, '1', friend.address);
		},
		'create-account of its own key, close, gc': async () => {
			const own = tool.keypair('own-account');
			await tool.text('create-account', mint, own.path);
			await tool.text('close', '--address', own.address);
			await tool.fails(/./, 'display', own.address);
			await tool.text('gc');
		},
		'close of what is not empty': () => tool.fails(/still has \d+ tokens/, 'close', mint),
	};
}

function authoritySteps(tool: CommandLine): Steps {
	const createToken = mintMaker(tool);
	const owner = tool.keypair('token-owner');
	const [first, second] = [tool.keypair('signer-1'), tool.keypair('signer-2')];
	let mint = '';
	let multisig = '';
	return {
		'authorize mint': async () => {
			mint = await createToken();
			await tool.text('create-account', mint);
			await tool.text('authorize', mint, 'mint', owner.address);
			await tool.says(new RegExp(`Mint authority: ${owner.address}`), 'display', mint);
			await tool.fails(/owner does not match|0x4/i, 'mint', mint, '1');
			await tool.text('mint', mint, '1', '--mint-authority', owner.path);
		},
		'authorize --disable': async () => {
			await tool.text('authorize', mint, 'mint', '--disable', '--authority', owner.path);
			await tool.says(/Mint authority: \(not set\)/, 'display', mint);
			await tool.fails(/fixed|0x5/i, 'mint', mint, '1', '--mint-authority', owner.path);
		},
		'create-multisig': async () => {
			const file = tool.keypair('multisig');
			multisig = file.address;
			await tool.text(
				...['create-multisig', '2', first.address, second.address],
				...['--address-keypair', file.path],
			);
			await tool.says(/M\/N: +2\/2/, 'display', multisig);
		},
		'mint by several': async () => {
			const shared = await createToken('--mint-authority', multisig);
			await tool.text('create-account', shared);
			const args = ['mint', shared, '7', '--owner', multisig];
			await tool.text(...args, '--multisig-signer', first.path, '--multisig-signer', second.path);
			assert.equal(await tool.text('supply', shared), '7');
		},
	};
}

/** Wrapped SOL, whose mint a new cluster has of SPL Token alone. */
export function wrappedSolSteps(tool: CommandLine): Steps {
	const mint = 'So11111111111111111111111111111111111111112';
	return {
		wrap: async () => {
			// The rent of the account comes out of what is wrapped.
			await tool.text('wrap', '2');
			assert.equal(await tool.text('balance', mint), '1.99796072');
		},
		unwrap: async () => {
			await tool.text('unwrap');
			await tool.fails(/Could not find token account/, 'balance', mint);
		},
	};
}

function feeSteps(tool: CommandLine): Steps {
	const createToken = mintMaker(tool);
	const friend = tool.keypair('fee-friend');
	let mint = '';
	return {
		'transfer fee: create-token': async () => {
			const fee = ['--transfer-fee-basis-points', '100', '--transfer-fee-maximum-fee', '5'];
			mint = await createToken(...fee);
			await tool.text('create-account', mint);
			await tool.text('mint', mint, '1000');
			await tool.says(/100bps|Current fee|basis points/i, 'display', mint);
		},
		'transfer fee: transfer': async () => {
			await tool.text('create-account', mint, '--owner', friend.address, '--fee-payer', tool.payer.path);
			await tool.fund(friend.address, 1);
			await tool.text('transfer', mint, '100', friend.address, '--expected-fee', '1');
			assert.equal(await tool.text('balance', mint, '--owner', friend.address), '99');
		},
		'transfer fee: withdraw-withheld-tokens': async () => {
			const [to, from] = [await accountOf(tool, mint), await accountOf(tool, mint, friend.address)];
			await tool.text('withdraw-withheld-tokens', to, from);
			assert.equal(await tool.text('balance', mint), '901');
		},
		'transfer fee: set-transfer-fee': () => tool.text('set-transfer-fee', mint, '50', '1'),
	};
}

function metadataSteps(tool: CommandLine): Steps {
	const createToken = mintMaker(tool);
	let mint = '';
	return {
		'metadata: initialize': async () => {
			mint = await createToken('--enable-metadata');
			await tool.text('initialize-metadata', mint, 'Parhelion', 'SUN', 'https://example.org');
			await tool.says(/Name: Parhelion[\s\S]*Symbol: SUN/, 'display', mint);
		},
		'metadata: update and remove': async () => {
			await tool.text('update-metadata', mint, 'halo', '22 degrees');
			await tool.says(/halo: 22 degrees/, 'display', mint);
			await tool.text('update-metadata', mint, 'halo', '--remove');
			assert.ok(!(await tool.text('display', mint)).includes('halo'));
		},
		'group and member': async () => {
			const group = await createToken('--enable-group');
			await tool.text('initialize-group', group, '2');
			const member = await createToken('--enable-member');
			await tool.text('initialize-member', member, group);
			await tool.says(/Size: 1|Group Size: 1|Current size: 1|1 of 2/i, 'display', group);
		},
	};
}

function confidentialSteps(tool: CommandLine): Steps {
	const createToken = mintMaker(tool);
	const friend = tool.keypair('confidential-friend');
	let mint = '';
	return {
		'confidential: create and configure': async () => {
			mint = await createToken('--enable-confidential-transfers', 'auto', '--decimals', '2');
			await tool.text('create-account', mint);
			await tool.text('mint', mint, '100');
			await tool.text('configure-confidential-transfer-account', mint);
		},
		'confidential: deposit and apply': async () => {
			await tool.text('deposit-confidential-tokens', mint, '40');
			await tool.text('apply-pending-balance', mint);
			assert.equal(await tool.text('balance', mint), '60');
		},
		'confidential: transfer': async () => {
			await tool.fund(friend.address, 1);
			await tool.text('create-account', mint, '--owner', friend.address, '--fee-payer', tool.payer.path);
			await tool.text('configure-confidential-transfer-account', mint, '--owner', friend.path);
			await tool.text('transfer', mint, '15', friend.address, '--confidential');
			await tool.text('apply-pending-balance', mint, '--owner', friend.path);
		},
		'confidential: withdraw': async () => {
			await tool.text('withdraw-confidential-tokens', mint, '15', '--owner', friend.path);
			assert.equal(await tool.text('balance', mint, '--owner', friend.address), '15');
			await tool.text('withdraw-confidential-tokens', mint, '25');
			assert.equal(await tool.text('balance', mint), '85');
		},
	};
}

function extensionSteps(tool: CommandLine): Steps {
	const createToken = mintMaker(tool);
	const friend = tool.keypair('extension-friend');
	const fund = ['--fund-recipient', '--allow-unfunded-recipient'];
	/** A mint with some tokens, and the account they are in. */
	const minted = async (...args: readonly string[]): Promise<{ mint: string; account: string }> => {
		const mint = await createToken(...args);
		await tool.text('create-account', mint);
		await tool.text('mint', mint, '10');
		const account = await accountOf(tool, mint);
		return { mint, account };
	};
	return {
		'pausable: pause and resume': async () => {
			const { mint } = await minted('--enable-pause');
			await tool.text('pause', mint);
			await tool.fails(/paused|0x43/i, 'transfer', mint, '1', friend.address, ...fund);
			await tool.text('resume', mint);
			await tool.text('transfer', mint, '1', friend.address, ...fund);
		},
		'non-transferable': async () => {
			const { mint } = await minted('--enable-non-transferable');
			await tool.fails(/non-transferable|0x25/i, 'transfer', mint, '1', friend.address, ...fund);
		},
		'permanent delegate': async () => {
			const mint = await createToken('--enable-permanent-delegate');
			await tool.text('create-account', mint, '--owner', friend.address, '--fee-payer', tool.payer.path);
			const there = await accountOf(tool, mint, friend.address);
			await tool.text('mint', mint, '3', there);
			await tool.text('burn', there, '2');
			assert.equal(await tool.text('supply', mint), '1');
		},
		'default account state': async () => {
			const mint = await createToken('--enable-freeze', '--default-account-state', 'frozen');
			await tool.text('create-account', mint);
			await tool.says(/State: Frozen/, 'account-info', mint);
			await tool.text('update-default-account-state', mint, 'initialized');
			await tool.says(/Initialized/, 'display', mint);
		},
		'interest rate': async () => {
			const { mint } = await minted('--interest-rate', '500');
			await tool.text('set-interest-rate', mint, '250');
			await tool.says(/250bps/, 'display', mint);
		},
		'scaled amounts': async () => {
			const { mint } = await minted('--ui-amount-multiplier', '2');
			assert.equal(await tool.text('balance', mint), '20');
			await tool.text('update-ui-amount-multiplier', mint, '4', '1');
			assert.equal(await tool.text('balance', mint), '40');
		},
		'required memos': async () => {
			const { mint, account } = await minted();
			await tool.text('enable-required-transfer-memos', account);
			const { path, address } = tool.keypair('memo-source');
			await tool.text('create-account', mint, path);
			await tool.text('mint', mint, '2', address);
			const back = ['transfer', mint, '1', account, '--from', address];
			await tool.fails(/./, ...back);
			// The tool writes Memo v4, which Token-2022 10.0.0, that of the reference, does not know.
			await tool.fails(/No memo in previous instruction/, ...back, '--with-memo', 'here');
			await tool.text('disable-required-transfer-memos', account);
			await tool.text(...back);
		},
		'CPI guard': async () => {
			const { account } = await minted();
			await tool.text('enable-cpi-guard', account);
			await tool.says(/CPI Guard/i, 'display', account);
			await tool.text('disable-cpi-guard', account);
		},
		'close authority of a mint': async () => {
			const mint = await createToken('--enable-close');
			await tool.text('close-mint', mint);
			await tool.fails(/./, 'display', mint);
		},
	};
}
