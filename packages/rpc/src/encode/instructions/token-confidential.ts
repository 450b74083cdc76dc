/**
 * Instructions of Token-2022's confidential extensions. Proofs stand in accounts of their own, or in other instructions
 * of the transaction, at an offset from this one. Sources: solana-transaction-status 4.3.0
 * `parse_token/extension/confidential_*.rs`, spl-token-2022-interface 3.1 `extension/confidential_*`.
 */
import type { ByteReader } from '@parhelion/sdk';
import { type Members, notParsable, type Row, type Rows, signers } from './row.ts';
import {
	decryptable,
	ELGAMAL_CIPHERTEXT_LENGTH,
	elGamalPubkey,
	i8,
	maybeNullElGamalPubkey,
	pod,
	presentAddress,
} from './token-values.ts';

/** The name of a proof with the offset of the instruction that holds it; 0: it stands in an account. */
type Proof = readonly [name: string, offset: number];

function proofOffset(data: ByteReader, name: string): Proof {
	return [name, i8(data)];
}

function offsetsOf(proofs: readonly Proof[]): Members {
	return Object.fromEntries(proofs.map(([name, offset]) => [`${name}InstructionOffset`, offset]));
}

/** The accounts of proofs from `first` on, before the last `reserved` accounts; and the index behind them. */
function proofAccounts(
	accounts: readonly string[],
	first: number,
	proofs: readonly Proof[],
	reserved: number,
): readonly [Members, number] {
	const members: Record<string, string> = {};
	let next = first;
	const end = accounts.length - reserved;
	if (proofs.some(([, offset]) => offset !== 0) && next < end) {
		members['instructionsSysvar'] = accounts[next++]!;
	}
	for (const [name, offset] of proofs) {
		if (offset === 0 && next < end) members[`${name}ContextStateAccount`] = accounts[next++]!;
	}
	return [members, next];
}

/** The one proof of an instruction, in the account at `index`. */
function proofAccount(accounts: readonly string[], index: number, offset: number): Members {
	return { [offset === 0 ? 'proofContextStateAccount' : 'instructionsSysvar']: accounts[index] };
}

/** Proofs from `first` on, then the owner. */
function provenBy(accounts: readonly string[], first: number, proofs: readonly Proof[]): Members {
	const [members, next] = proofAccounts(accounts, first, proofs, 1);
	return { ...offsetsOf(proofs), ...members, ...signers(accounts, next, 'owner') };
}

/** The proofs' offsets, in the order of the data. */
function readProofs(data: ByteReader, ...names: string[]): Proof[] {
	return names.map((name) => proofOffset(data, name));
}

/** Two ciphertexts for an auditor, which are not shown. */
function skipAuditorCiphertexts(data: ByteReader): void {
	data.skip(2 * ELGAMAL_CIPHERTEXT_LENGTH);
}

const auditor = (data: ByteReader): Members => ({
	autoApproveNewAccounts: data.u8() !== 0,
	auditorElGamalPubkey: maybeNullElGamalPubkey(data),
});

const ACCOUNT_OF_OWNER = { accounts: ['account'], authority: 'owner' } as const;

/** Tag 27. */
export const CONFIDENTIAL_TRANSFER: Rows = {
	0: {
		type: 'initializeConfidentialTransferMint',
		accounts: ['mint'],
		info: pod((data) => ({ authority: presentAddress(data), ...auditor(data) })),
	},
	1: {
		type: 'updateConfidentialTransferMint',
		accounts: ['mint', 'confidentialTransferMintAuthority'],
		info: pod(auditor),
	},
	2: {
		type: 'configureConfidentialTransferAccount',
		accounts: ['account', 'mint'],
		least: 4,
		info: pod((data, accounts) => {
			const decryptableZeroBalance = decryptable(data);
			const maximumPendingBalanceCreditCounter = data.u64();
			const proofInstructionOffset = i8(data);
			return {
				decryptableZeroBalance,
				maximumPendingBalanceCreditCounter,
				proofInstructionOffset,
				...proofAccount(accounts, 2, proofInstructionOffset),
				...signers(accounts, 3, 'owner'),
			};
		}),
	},
	3: {
		type: 'approveConfidentialTransferAccount',
		accounts: ['account', 'mint', 'confidentialTransferAuditorAuthority'],
	},
	4: {
		type: 'emptyConfidentialTransferAccount',
		accounts: ['account'],
		least: 3,
		info: pod((data, accounts) => {
			const proofInstructionOffset = i8(data);
			return {
				proofInstructionOffset,
				...proofAccount(accounts, 1, proofInstructionOffset),
				...signers(accounts, 2, 'owner'),
			};
		}),
	},
	5: {
		type: 'depositConfidentialTransfer',
		accounts: ['account', 'mint'],
		authority: 'owner',
		info: pod((data) => ({ amount: data.u64(), decimals: data.u8() })),
	},
	6: {
		type: 'withdrawConfidentialTransfer',
		accounts: ['account', 'mint'],
		least: 4,
		info: pod((data, accounts) => ({
			amount: data.u64(),
			decimals: data.u8(),
			newDecryptableAvailableBalance: decryptable(data),
			...provenBy(accounts, 2, readProofs(data, 'equalityProof', 'rangeProof')),
		})),
	},
	7: {
		type: 'confidentialTransfer',
		accounts: ['source', 'mint', 'destination'],
		least: 4,
		info: pod((data, accounts) => {
			const newSourceDecryptableAvailableBalance = decryptable(data);
			skipAuditorCiphertexts(data);
			const proofs = readProofs(data, 'equalityProof', 'ciphertextValidityProof', 'rangeProof');
			return { newSourceDecryptableAvailableBalance, ...provenBy(accounts, 3, proofs) };
		}),
	},
	8: {
		type: 'applyPendingConfidentialTransferBalance',
		...ACCOUNT_OF_OWNER,
		info: pod((data) => ({
			expectedPendingBalanceCreditCounter: data.u64(),
			newDecryptableAvailableBalance: decryptable(data),
		})),
	},
	9: { type: 'enableConfidentialTransferConfidentialCredits', ...ACCOUNT_OF_OWNER },
	10: { type: 'disableConfidentialTransferConfidentialCredits', ...ACCOUNT_OF_OWNER },
	11: { type: 'enableConfidentialTransferNonConfidentialCredits', ...ACCOUNT_OF_OWNER },
	12: { type: 'disableConfidentialTransferNonConfidentialCredits', ...ACCOUNT_OF_OWNER },
	13: {
		type: 'confidentialTransferWithFee',
		accounts: ['source', 'mint', 'destination'],
		least: 4,
		info: pod((data, accounts) => {
			const newSourceDecryptableAvailableBalance = decryptable(data);
			skipAuditorCiphertexts(data);
			const proofs = readProofs(
				data,
				'equalityProof',
				'transferAmountCiphertextValidityProof',
				'feeSigmaProof',
				'feeCiphertextValidityProof',
				'rangeProof',
			);
			return { newSourceDecryptableAvailableBalance, ...provenBy(accounts, 3, proofs) };
		}),
	},
	14: { type: 'configureConfidentialAccountWithRegistry', accounts: ['account', 'mint', 'registry'] },
};

const WITHHELD_AUTHORITY = 'withdrawWithheldAuthority';

/** Tag 37. */
export const CONFIDENTIAL_TRANSFER_FEE: Rows = {
	0: {
		type: 'initializeConfidentialTransferFeeConfig',
		accounts: ['mint'],
		info: pod((data) => ({
			authority: presentAddress(data),
			withdrawWithheldAuthorityElGamalPubkey: elGamalPubkey(data),
		})),
	},
	1: {
		type: 'withdrawWithheldConfidentialTransferTokensFromMint',
		accounts: ['mint', 'feeRecipient'],
		least: 4,
		info: pod((data, accounts) => {
			const proofInstructionOffset = i8(data);
			return {
				proofInstructionOffset,
				newDecryptableAvailableBalance: decryptable(data),
				...proofAccount(accounts, 2, proofInstructionOffset),
				...signers(accounts, 3, WITHHELD_AUTHORITY),
			};
		}),
	},
	2: {
		type: 'withdrawWithheldConfidentialTransferTokensFromAccounts',
		accounts: ['mint', 'feeRecipient'],
		info: pod((data, accounts) => {
			const sources = data.u8();
			if (accounts.length < 4 + sources) return notParsable();
			const proofInstructionOffset = i8(data);
			const first = accounts.length - sources;
			return {
				proofInstructionOffset,
				newDecryptableAvailableBalance: decryptable(data),
				...proofAccount(accounts, 2, proofInstructionOffset),
				sourceAccounts: accounts.slice(first),
				...signers(accounts.slice(0, first), 3, WITHHELD_AUTHORITY),
			};
		}),
	},
	3: {
		type: 'harvestWithheldConfidentialTransferTokensToMint',
		accounts: ['mint'],
		info: (_data, accounts) => ({ sourceAccounts: accounts.slice(1) }),
	},
	4: { type: 'enableConfidentialTransferFeeHarvestToMint', ...ACCOUNT_OF_OWNER },
	5: { type: 'disableConfidentialTransferFeeHarvestToMint', ...ACCOUNT_OF_OWNER },
};

const MINT_BURN_PROOFS = ['equalityProof', 'ciphertextValidityProof', 'rangeProof'];

/** Minting and burning differ in the name of the new balance alone. */
function mintOrBurn(type: string, balance: string): Row {
	return {
		type,
		accounts: ['destination', 'mint'],
		least: 3,
		info: pod((data, accounts) => {
			const newBalance = decryptable(data);
			skipAuditorCiphertexts(data);
			return { [balance]: newBalance, ...provenBy(accounts, 2, readProofs(data, ...MINT_BURN_PROOFS)) };
		}),
	};
}

/** Tag 42. */
export const CONFIDENTIAL_MINT_BURN: Rows = {
	0: {
		type: 'initializeConfidentialMintBurnMint',
		accounts: ['mint'],
		info: pod((data) => ({
			supplyElGamalPubkey: elGamalPubkey(data),
			decryptableSupply: decryptable(data),
		})),
	},
	1: {
		type: 'rotateConfidentialMintBurnSupplyElGamalPubkey',
		accounts: ['mint'],
		least: 3,
		info: pod((data, accounts) => {
			const newSupplyElGamalPubkey = elGamalPubkey(data);
			const proofInstructionOffset = i8(data);
			return {
				newSupplyElGamalPubkey,
				proofInstructionOffset,
				...proofAccount(accounts, 1, proofInstructionOffset),
				...signers(accounts, 2, 'owner'),
			};
		}),
	},
	2: {
		type: 'updateConfidentialMintBurnDecryptableSupply',
		accounts: ['mint'],
		authority: 'owner',
		info: pod((data) => ({ newDecryptableSupply: decryptable(data) })),
	},
	3: mintOrBurn('confidentialMint', 'newDecryptableSupply'),
	4: mintOrBurn('confidentialBurn', 'newDecryptableAvailableBalance'),
	5: { type: 'applyPendingBurn', accounts: ['mint'], authority: 'owner' },
};

/** Tag 46, second byte 3: as a confidential burn, with the permitting authority before the owner. */
export const CONFIDENTIAL_PERMISSIONED_BURN: Row = {
	type: 'permissionedConfidentialBurn',
	accounts: ['account', 'mint'],
	least: 4,
	info: pod((data, accounts) => {
		const newDecryptableAvailableBalance = decryptable(data);
		skipAuditorCiphertexts(data);
		const proofs = readProofs(data, ...MINT_BURN_PROOFS);
		const [members, next] = proofAccounts(accounts, 2, proofs, 2);
		return {
			newDecryptableAvailableBalance,
			...offsetsOf(proofs),
			...members,
			permissionedBurnAuthority: accounts[next],
			...signers(accounts, next + 1, 'authority'),
		};
	}),
};
