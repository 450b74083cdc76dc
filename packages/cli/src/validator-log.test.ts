import { Validator } from '@parhelion/rpc';
import { expect, test } from 'vitest';
import { createNodeChain } from './node-chain.ts';
import { validatorLog } from './validator-log.ts';

test('the log tells what scripts search for', async () => {
	const { chain } = createNodeChain();
	const validator = await Validator.start({ chain, rpcPort: 0, slotMs: null });
	try {
		const text = validatorLog(validator, '0.1.0', new Date(0));
		expect(/genesis hash: ([\w]{32,})/.exec(text)?.[1]).toBe(chain.genesisHash.toBase58());
		expect(/identity pubkey: ([\w]{32,})/.exec(text)?.[1]).toBe(chain.identity.toBase58());
		expect(/shred_version: (\d+)/.exec(text)?.[1]).toBe(String(chain.bank.shredVersion));
		expect(`http://${/rpc bound to ([\d.]+:\d+)/.exec(text)?.[1]}`).toBe(validator.rpcUrl);
		const response = await fetch(validator.rpcUrl, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: '{"jsonrpc":"2.0","id":1,"method":"getVersion"}',
		});
		const { result } = (await response.json()) as { readonly result: Readonly<Record<string, unknown>> };
		expect(/agave-validator ([\d.]+)/.exec(text)?.[1]).toBe(result['solana-core']);
		expect(Number.parseInt(/feat:([0-9a-f]+)/.exec(text)?.[1] ?? '', 16)).toBe(result['feature-set']);
	} finally {
		await validator.stop();
	}
});
