/** Instructions of the loaders v2 and v3. Source: solana-transaction-status 4.3.0 `parse_bpf_loader.rs`. */
import type { ByteReader } from '@parhelion/sdk';
import { base64Encode } from '../base64.ts';
import { bincodeParser, type InstructionParser, type Members, type Rows } from './row.ts';

function write(data: ByteReader): Members {
	return { offset: data.u32(), bytes: base64Encode(data.take(data.length64())) };
}

const LOADER_ROWS: Rows = Object.freeze({
	0: { type: 'write', accounts: ['account'], info: write },
	1: { type: 'finalize', accounts: ['account', null] },
});

const UPGRADEABLE_LOADER_ROWS: Rows = Object.freeze({
	0: {
		type: 'initializeBuffer',
		accounts: ['account'],
		info: (_data, accounts) => ({ authority: accounts[1] }),
	},
	1: { type: 'write', accounts: ['account', 'authority'], info: write },
	2: {
		type: 'deployWithMaxDataLen',
		accounts: [
			'payerAccount',
			'programDataAccount',
			'programAccount',
			'bufferAccount',
			'rentSysvar',
			'clockSysvar',
			'systemProgram',
			'authority',
		],
		info: (data) => ({ maxDataLen: data.u64() }),
	},
	3: {
		type: 'upgrade',
		accounts: [
			'programDataAccount',
			'programAccount',
			'bufferAccount',
			'spillAccount',
			'rentSysvar',
			'clockSysvar',
			'authority',
		],
	},
	4: {
		type: 'setAuthority',
		accounts: ['account', 'authority'],
		info: (_data, accounts) => ({ newAuthority: accounts[2] ?? null }),
	},
	5: {
		type: 'close',
		accounts: ['account', 'recipient', 'authority'],
		info: (_data, accounts) => ({ programAccount: accounts[3] ?? null }),
	},
	6: {
		type: 'extendProgram',
		accounts: ['programDataAccount', 'programAccount'],
		info: (data, accounts) => ({
			additionalBytes: data.u32(),
			systemProgram: accounts[2] ?? null,
			payerAccount: accounts[3] ?? null,
		}),
	},
	7: { type: 'setAuthorityChecked', accounts: ['account', 'authority', 'newAuthority'] },
});

export const parseBpfLoader: InstructionParser = bincodeParser(LOADER_ROWS);
export const parseBpfUpgradeableLoader: InstructionParser = bincodeParser(UPGRADEABLE_LOADER_ROWS);
