/**
 * Suite `serialize`: the parameters of a program as bytes and regions, in the shape of Firedancer's loader
 * serialisation fixtures.
 *
 * The accounts are taken as already written to (upstream's fixtures hold the only reference to their data),
 * so directly mapped regions of accounts that may be changed are writable. For the deprecated loader the
 * fixtures give the address of a record (`vm_addr`) as 0: they are older than Agave 4.3.0, which notes it for
 * both formats but has a use for it only in the aligned one.
 */
import { Arena } from '@parhelion/sbpf';
import {
	catchFault,
	createAccount,
	type InstructionError,
	instructionErrorCode,
	Pubkey,
	programIds,
	Rent,
} from '@parhelion/sdk';
import {
	freeSerializedParameters,
	InstructionAccount,
	type KeyedAccountSharedData,
	type SerializationFeatures,
	serializeParameters,
	TransactionContext,
} from '@parhelion/svm';
import { type JsonObject, type Row, RowError } from '../row.ts';
import type { Suite } from '../suite.ts';

const arena = new Arena();

function base64(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function accountOf(row: Row): KeyedAccountSharedData {
	const account = createAccount({
		lamports: row.integer('lamports', 0n),
		data: row.base64('data'),
		owner: Pubkey.fromBytes(row.base64('owner')),
		executable: row.flag('executable', false),
		rentEpoch: row.integer('rent_epoch', 0n),
	});
	return [Pubkey.fromBytes(row.base64('pubkey')), account];
}

/** A transaction with the one instruction of the fixture, running. */
function transactionOf(input: Row): TransactionContext {
	const programId = Pubkey.fromBytes(input.base64('program_id'));
	const accounts = input.rows('accounts').map(accountOf);
	const programIndex = accounts.findIndex(([key]) => key.equals(programId));
	if (programIndex < 0) throw new RowError('program_id: no account has this address');
	if (input.flag('is_deprecated_loader', false)) {
		const [key, program] = accounts[programIndex]!;
		accounts[programIndex] = [key, { ...program, owner: programIds.bpfLoaderDeprecated }];
	}
	const context = new TransactionContext(accounts, Rent.default(), 5, 64, 1);
	const instructionAccounts = input
		.rows('instruction_accounts')
		.map(
			(row) =>
				new InstructionAccount(
					Number(row.integer('index_in_transaction', 0n)),
					row.flag('is_signer', false),
					row.flag('is_writable', false),
				),
		);
	context.configureInstructionAtIndex(
		0,
		programIndex,
		instructionAccounts,
		context.deduplicateAccounts(instructionAccounts),
		input.base64('instruction_data'),
		null,
	);
	context.push();
	for (const account of context.accounts.list) account.dataMut();
	return context;
}

/** Serialises one fixture; answers the fields of its `output`. */
export function runSerializeRow(row: Row): JsonObject {
	const input = row.has('input') ? row.row('input') : row;
	const features: SerializationFeatures = {
		virtualAddressSpaceAdjustments: input.flag('virtual_address_space_adjustments', false),
		accountDataDirectMapping: input.flag('account_data_direct_mapping', false),
		directAccountPointersInProgramInput: input.flag('direct_account_pointers_in_program_input', false),
	};
	const isDeprecated = input.flag('is_deprecated_loader', false);
	const context = transactionOf(input);
	const serialized = catchFault(() =>
		serializeParameters(arena, context.getCurrentInstructionContext(), features),
	);
	if (!serialized.ok) return { result: instructionErrorCode(serialized.error as InstructionError) + 1 };
	const { host, len, regions, accountsMetadata, instructionDataOffset } = serialized.value;
	const result = {
		result: 0,
		buffer: base64(arena.u8.subarray(host, host + len)),
		regions: regions.map((region) => ({
			vm_addr: region.vmAddr,
			is_writable: region.writable,
			data: base64(arena.u8.subarray(region.host, region.host + region.len)),
		})),
		accounts_metadata: accountsMetadata.map((entry) => ({
			original_data_len: entry.originalDataLen,
			vm_addr: isDeprecated ? 0 : entry.vmAddr,
			vm_key_addr: entry.vmKeyAddr,
			vm_lamports_addr: entry.vmLamportsAddr,
			vm_owner_addr: entry.vmOwnerAddr,
			vm_data_addr: entry.vmDataAddr,
		})),
		instruction_data_offset: instructionDataOffset,
	};
	freeSerializedParameters(arena, serialized.value);
	return result;
}

export const serializeSuite: Suite = {
	name: 'serialize',
	run: (row) => runSerializeRow(row),
};
