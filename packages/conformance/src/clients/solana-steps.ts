/**
 * What people do with the command line `solana`: wallet, inspection, nonces, lookup tables, stake, vote accounts, programs.
 *
 * Owns the commands and what a real validator lets them say. Every step leaves what later ones need, so they run in order.
 */
import assert from 'node:assert/strict';
import { readBundledProgram } from 'parhelion/node';
import type { CommandLine } from './command-line.ts';
import { solanaProgramSteps } from './solana-program-steps.ts';
import type { Steps } from './steps.ts';

const SIGNATURE = /Signature: [1-9A-HJ-NP-Za-km-z]{64,88}/;
const LAMPORTS_PER_SOL = 1_000_000_000n;
const FEE = 5000n;
/** Bytes of a nonce account and what is kept on it. */
const NONCE_RENT = '0.00144768 SOL';

/** Every step of `solana`. */
export function solanaSteps(tool: CommandLine): Steps {
	const elf = readBundledProgram('spl-memo-v4.so');
	const larger = readBundledProgram('address-lookup-table.so');
	if (elf === null || larger === null) throw new Error('the bundled programs are missing');
	return {
		...walletSteps(tool),
		...inspectionSteps(tool),
		...nonceSteps(tool),
		...lookupTableSteps(tool),
		...stakeSteps(tool),
		...voteSteps(tool),
		...solanaProgramSteps(tool, elf, larger),
	};
}

function walletSteps(tool: CommandLine): Steps {
	const { payer } = tool;
	const friend = tool.keypair('friend');
	const lamportsOf = async (address: string): Promise<bigint> =>
		BigInt((await tool.text('balance', '--lamports', address)).split(' ')[0]!);
	let signature = '';
	return {
		'config get': () => tool.says(new RegExp(`RPC URL: ${tool.node.rpcUrl}`), 'config', 'get'),
		address: async () => assert.equal(await tool.text('address'), payer.address),
		airdrop: () => tool.says(/\b1000 SOL$/, 'airdrop', '1000'),
		balance: async () => assert.equal(await tool.text('balance'), '1000 SOL'),
		'balance --lamports': async () => assert.equal(await lamportsOf(payer.address), 1000n * LAMPORTS_PER_SOL),
		'balance of nobody': async () => assert.equal(await tool.text('balance', friend.address), '0 SOL'),
		'transfer to nobody is refused': () =>
			tool.fails(/not funded.*--allow-unfunded-recipient/, 'transfer', friend.address, '1'),
		'transfer --allow-unfunded-recipient': async () => {
			await tool.says(SIGNATURE, 'transfer', friend.address, '1', '--allow-unfunded-recipient');
			assert.equal(await lamportsOf(friend.address), LAMPORTS_PER_SOL);
			assert.equal(await lamportsOf(payer.address), 999n * LAMPORTS_PER_SOL - FEE);
		},
		'transfer --output json': async () => {
			signature = (await tool.json('transfer', friend.address, '0.5')).text('signature');
			assert.equal(await tool.text('balance', friend.address), '1.5 SOL');
		},
		'transfer --with-memo --with-compute-unit-price': async () => {
			const args = [
				'transfer',
				friend.address,
				'0.1',
				'--with-memo',
				'hello',
				'--with-compute-unit-price',
				'1000',
			];
			const sent = (await tool.json(...args)).text('signature');
			await tool.says(/Memo4c2pN8afCj432Lb7RMVKi9PbQnnW7ewFFaV3oAH success/, 'confirm', '-v', sent);
		},
		'transfer --no-wait': () => tool.says(SIGNATURE, 'transfer', friend.address, '0.01', '--no-wait'),
		'transfer --sign-only and from its parts': async () => {
			const blockhash = (await tool.rpc('getLatestBlockhash')).row('result').row('value').text('blockhash');
			const args = ['transfer', friend.address, '0.2', '--blockhash', blockhash, '--fee-payer', payer.path];
			const signed = await tool.json(...args, '--sign-only');
			const signer = String(signed.list('signers')[0]);
			assert.match(signer, new RegExp(`^${payer.address}=`));
			await tool.says(SIGNATURE, ...args, '--signer', signer);
		},
		'transfer of more than there is': () =>
			tool.fails(/insufficient funds/, 'transfer', friend.address, '100000', '--allow-unfunded-recipient'),
		'transfer ALL': async () => {
			const rich = tool.keypair('rich');
			await tool.text('transfer', rich.address, '2', '--allow-unfunded-recipient');
			await tool.text('transfer', friend.address, 'ALL', '--from', rich.path, '--fee-payer', rich.path);
			assert.equal(await tool.text('balance', rich.address), '0 SOL');
		},
		confirm: () => tool.says(/^(Confirmed|Finalized)$/, 'confirm', signature),
		'confirm -v': async () => {
			const text = await tool.text('confirm', '-v', signature);
			const parts = [
				/Transaction executed in slot \d+/,
				/Account 0: srw- \S+ \(fee payer\)/,
				/Transfer \{ lamports: 500000000 \}/,
				/Status: Ok/,
				/Fee: ◎0\.000005/,
				/Account 1 balance: ◎1 -> ◎1\.5/,
				/Compute Units Consumed: 150/,
				/Program 11111111111111111111111111111111 success/,
			];
			for (const part of parts) assert.match(text, part);
		},
		'confirm of what was never sent': () => tool.says(/Not found/, 'confirm', '1'.repeat(64)),
		'transaction-history': async () => {
			const text = await tool.says(/transactions found/, 'transaction-history', friend.address);
			assert.ok(text.includes(signature));
		},
		'transaction-history -v --limit': () =>
			tool.says(
				/slot=\d+ timestamp=\S+ status=\w+\]/,
				'transaction-history',
				friend.address,
				'-v',
				'--limit',
				'1',
			),
		account: () => tool.says(/Owner: 11111111111111111111111111111111/, 'account', friend.address),
		'account --output json': async () => {
			const account = (await tool.json('account', friend.address)).row('account');
			assert.deepEqual(account.list('data'), ['', 'base64']);
			assert.equal(account.text('owner'), '11111111111111111111111111111111');
		},
		'account of nobody': () => tool.fails(/AccountNotFound/, 'account', tool.keypair('nobody').address),
		'decode-transaction': async () => {
			const result = (
				await tool.rpc('getTransaction', signature, { encoding: 'base64', commitment: 'confirmed' })
			)
				.row('result')
				.list('transaction');
			await tool.says(
				/Transfer \{ lamports: 500000000 \}/,
				'decode-transaction',
				String(result[0]),
				'base64',
			);
		},
	};
}

function inspectionSteps(tool: CommandLine): Steps {
	const { genesisHash, identity } = tool.node;
	const number = async (...args: readonly string[]): Promise<number> => Number(await tool.text(...args));
	const isPositive = async (...args: readonly string[]): Promise<void> =>
		assert.ok((await number(...args)) > 0);
	return {
		'cluster-version': async () => {
			const version = (await tool.rpc('getVersion')).row('result').text('solana-core');
			assert.equal(await tool.text('cluster-version'), version);
		},
		'genesis-hash': async () => assert.equal(await tool.text('genesis-hash'), genesisHash),
		slot: () => isPositive('slot'),
		'block-height': () => isPositive('block-height'),
		'transaction-count': () => isPositive('transaction-count'),
		epoch: async () => assert.equal(await number('epoch'), 0),
		'epoch-info': () => tool.says(/Epoch Slot Range: \[0\.\.432000\)/, 'epoch-info'),
		'epoch-info --output json': async () => {
			const info = await tool.json('epoch-info');
			assert.equal(info.integer('slotsInEpoch'), 432_000n);
			assert.equal(info.integer('absoluteSlot'), info.integer('slotIndex'));
		},
		'first-available-block': async () => assert.equal(await number('first-available-block'), 0),
		block: async () => {
			const slot = await tool.text('slot');
			const text = await tool.says(/Total Rewards/, 'block', slot);
			assert.match(text, new RegExp(`Slot: ${slot}\n[\\s\\S]*Parent Slot: ${Number(slot) - 1}\n`));
		},
		'block --output json': async () => {
			const block = await tool.json('block', await tool.text('slot'));
			assert.ok(block.rows('transactions').length > 0, 'no vote in the block');
		},
		'block-time': () => tool.says(/Date: 20\d\d-/, 'block-time'),
		'cluster-date': () => tool.says(/Date: 20\d\d-/, 'cluster-date'),
		rent: () => tool.says(/Rent-exempt minimum: 0\.00203928 SOL/, 'rent', '165'),
		supply: () => tool.says(/Total: \d+(\.\d+)? SOL\nCirculating: /, 'supply'),
		'total-supply': () => tool.says(/^\d+(\.\d+)? SOL$/, 'total-supply'),
		'largest-accounts': () => tool.says(/Address +Balance\n.* SOL/, 'largest-accounts'),
		validators: () => tool.says(new RegExp(`${identity}[\\s\\S]*100\\.00%`), 'validators'),
		'validators --output json': async () => {
			const [validator] = (await tool.json('validators')).rows('validators');
			assert.equal(validator?.text('identityPubkey'), identity);
			assert.equal(validator?.flag('delinquent', true), false);
		},
		gossip: () => tool.says(new RegExp(`${identity}[\\s\\S]*Nodes: 1`), 'gossip'),
		stakes: () => tool.says(/Delegated Stake: 999999\.99771712 SOL/, 'stakes'),
		'stake-history': () => tool.says(/Effective Stake/, 'stake-history'),
		'stake-minimum-delegation': async () =>
			assert.match(await tool.text('stake-minimum-delegation'), /^(1 SOL|0\.000000001 SOL)$/),
		'block-production': () => tool.says(new RegExp(`${identity}[\\s\\S]*Epoch 0 total`), 'block-production'),
		'leader-schedule': () => tool.says(new RegExp(`^0 +${identity}`), 'leader-schedule', '--epoch', '0'),
		'recent-prioritization-fees': () => tool.says(/Fees in recent \d+ slots/, 'recent-prioritization-fees'),
		inflation: () => tool.says(/Terminal rate: +1\.50%/, 'inflation'),
		'inflation rewards before the first': () =>
			tool.fails(
				/Rewards not available for epoch 0/,
				...['inflation', 'rewards', tool.payer.address, '--rewards-epoch', '0'],
			),
		'feature status': () => tool.says(/active since epoch 0/, 'feature', 'status', '--display-all'),
		'catchup with itself': () =>
			tool.fails(/reference the same node/, 'catchup', '--our-localhost', new URL(tool.node.rpcUrl).port),
		logs: () =>
			tool.watch(
				/Transaction executed in slot[\s\S]*Status: Ok[\s\S]*11111111111111111111111111111111 success/,
				async () => {
					for (let i = 0; i < 3; i++) {
						await tool.text('transfer', tool.payer.address, '0.001');
					}
				},
				'logs',
			),
	};
}

function nonceSteps(tool: CommandLine): Steps {
	const nonce = tool.keypair('nonce');
	const other = tool.keypair('nonce-authority');
	let first = '';
	return {
		'create-nonce-account': () => tool.says(SIGNATURE, 'create-nonce-account', nonce.path, '1'),
		'nonce-account': async () => {
			const text = await tool.text('nonce-account', nonce.address);
			assert.match(text, /Balance: 1 SOL/);
			assert.ok(text.includes(`Minimum Balance Required: ${NONCE_RENT}`));
			assert.ok(text.includes(`Authority: ${tool.payer.address}`));
		},
		nonce: async () => {
			first = await tool.text('nonce', nonce.address);
		},
		'new-nonce': async () => {
			await tool.says(SIGNATURE, 'new-nonce', nonce.address);
			assert.notEqual(await tool.text('nonce', nonce.address), first);
		},
		'transfer --nonce': async () => {
			const blockhash = await tool.text('nonce', nonce.address);
			const args = ['transfer', tool.payer.address, '0.1', '--nonce', nonce.address];
			await tool.says(SIGNATURE, ...args, '--blockhash', blockhash);
			await tool.fails(/./, ...args, '--blockhash', first);
		},
		'withdraw-from-nonce-account': async () => {
			await tool.says(SIGNATURE, 'withdraw-from-nonce-account', nonce.address, tool.payer.address, '0.2');
			await tool.says(/Balance: 0\.8 SOL/, 'nonce-account', nonce.address);
		},
		'authorize-nonce-account': async () => {
			await tool.says(SIGNATURE, 'authorize-nonce-account', nonce.address, other.address);
			await tool.says(new RegExp(`Authority: ${other.address}`), 'nonce-account', nonce.address);
		},
	};
}

function lookupTableSteps(tool: CommandLine): Steps {
	let table = '';
	return {
		'address-lookup-table create': async () => {
			table = (await tool.json('address-lookup-table', 'create')).text('lookupTableAddress');
		},
		'address-lookup-table extend': () =>
			tool.text('address-lookup-table', 'extend', table, '--addresses', tool.payer.address),
		'address-lookup-table get': () =>
			tool.says(new RegExp(tool.payer.address), 'address-lookup-table', 'get', table),
		'address-lookup-table deactivate': () =>
			tool.text('address-lookup-table', 'deactivate', table, '--bypass-warning'),
		'address-lookup-table close, too early': () => tool.fails(/./, 'address-lookup-table', 'close', table),
	};
}

function stakeSteps(tool: CommandLine): Steps {
	const stake = tool.keypair('stake');
	const split = tool.keypair('split');
	const authority = tool.keypair('stake-authority');
	const show = (pattern: RegExp, address = stake.address): Promise<string> =>
		tool.says(pattern, 'stake-account', address);
	return {
		'create-stake-account': () => tool.says(SIGNATURE, 'create-stake-account', stake.path, '10'),
		'stake-account': () => show(/Balance: 10 SOL\nRent Exempt Reserve: 0\.00228288 SOL/),
		'delegate-stake': async () => {
			const [validator] = (await tool.json('validators')).rows('validators');
			await tool.says(SIGNATURE, 'delegate-stake', stake.address, validator!.text('voteAccountPubkey'));
			await show(/Stake activates starting from epoch: 0/);
		},
		'split-stake': async () => {
			await tool.says(SIGNATURE, 'split-stake', stake.address, split.path, '3');
			await show(/Delegated Stake: 3 SOL|Balance: 3\.00228288 SOL/, split.address);
		},
		'merge-stake': async () => {
			await tool.says(SIGNATURE, 'merge-stake', stake.address, split.address);
			await tool.fails(/AccountNotFound/, 'stake-account', split.address);
		},
		'stake-authorize': async () => {
			await tool.says(
				SIGNATURE,
				'stake-authorize',
				stake.address,
				'--new-withdraw-authority',
				authority.address,
			);
			await show(new RegExp(`Withdraw Authority: ${authority.address}`));
		},
		'deactivate-stake': () => tool.says(SIGNATURE, 'deactivate-stake', stake.address),
		'withdraw-stake': async () => {
			const withdraw = ['withdraw-stake', stake.address, tool.payer.address, '2'];
			await tool.says(SIGNATURE, ...withdraw, '--withdraw-authority', authority.path);
		},
		'withdraw-stake by a stranger': () =>
			tool.fails(/./, 'withdraw-stake', stake.address, tool.payer.address, '1'),
	};
}

function voteSteps(tool: CommandLine): Steps {
	const vote = tool.keypair('vote');
	const identity = tool.keypair('vote-identity');
	const { payer } = tool;
	return {
		'create-vote-account': () =>
			tool.says(
				SIGNATURE,
				'create-vote-account',
				vote.path,
				identity.path,
				payer.address,
				'--commission',
				'7',
			),
		'vote-account': async () => {
			const text = await tool.text('vote-account', vote.address);
			for (const part of [`Validator Identity: ${identity.address}`, 'Commission: 7%', 'Credits: 0'])
				assert.ok(text.includes(part), text);
		},
		'vote-update-commission': async () => {
			await tool.says(SIGNATURE, 'vote-update-commission', vote.address, '5', payer.path);
			await tool.says(/Commission: 5%/, 'vote-account', vote.address);
		},
		'vote-authorize-withdrawer-checked': async () => {
			const next = tool.keypair('vote-withdrawer');
			const args = ['vote-authorize-withdrawer-checked', vote.address, payer.path];
			await tool.says(SIGNATURE, ...args, next.path);
			await tool.says(new RegExp(`Withdraw Authority: ${next.address}`), 'vote-account', vote.address);
			await tool.says(SIGNATURE, 'vote-authorize-withdrawer-checked', vote.address, next.path, payer.path);
		},
		'close-vote-account': async () => {
			await tool.says(SIGNATURE, 'close-vote-account', vote.address, payer.address);
			await tool.fails(/./, 'vote-account', vote.address);
		},
		'validator-info get': () => tool.says(/No validator info accounts found/, 'validator-info', 'get'),
	};
}
