/**
 * Owns the features: upstream name, id, and the slot of activation on mainnet-beta (null where it is not active).
 *
 * Names and ids: crate `agave-feature-set` 4.3.0, the order of `FEATURE_NAMES`. Slots: the feature accounts of a
 * default instance of `litesvm` 1.5.0, which carries the state of mainnet-beta; `features.test.ts` compares every row.
 */

/** A feature gate. */
export interface FeatureRow {
	/** Upstream's module path. */
	readonly name: string;
	/** Base58 address of the feature account. */
	readonly id: string;
	readonly mainnetSlot: number | null;
}

/** All features the runtime knows. */
export const FEATURES = [
	{
		name: 'secp256k1_program_enabled',
		id: 'E3PHP7w8kB7np3CTQ1qQ2tW3KCtjRSXBQgW9vM2mWv2Y',
		mainnetSlot: 41040000,
	},
	{
		name: 'deprecate_rewards_sysvar',
		id: 'GaBtBJvmS4Arjj5W1NmFcyvPjsHN38UGYDq2MDwbs9Qu',
		mainnetSlot: 55728001,
	},
	{ name: 'pico_inflation', id: '4RWNif6C2WCNiKVW7otP4G7dkmkHGyKQWRpuZ1pxKU5m', mainnetSlot: 57456000 },
	{
		name: 'full_inflation::devnet_and_testnet',
		id: 'DT4n6ABDqs6w4bnfwrXT9rsprcPf6cdDga1egctaPkLC',
		mainnetSlot: null,
	},
	{
		name: 'spl_token_v2_multisig_fix',
		id: 'E5JiFDQCwyC6QfT9REFyMpfK2mHcmv1GUDySU1Ue7TYv',
		mainnetSlot: 41040000,
	},
	{
		name: 'no_overflow_rent_distribution',
		id: '4kpdyrcj5jS47CZb2oJGfVxjYbsMm2Kx97gFyZrxxwXz',
		mainnetSlot: 51408000,
	},
	{
		name: 'filter_stake_delegation_accounts',
		id: 'GE7fRxmW46K6EmCD9AMZSbnaJ2e3LfqCZzdHi9hmYAgi',
		mainnetSlot: 57888004,
	},
	{
		name: 'require_custodian_for_locked_stake_authorize',
		id: 'D4jsDcXaqdW8tDAWn8H4R25Cdns2YwLneujSL1zvjW6R',
		mainnetSlot: 71712000,
	},
	{
		name: 'spl_token_v2_self_transfer_fix',
		id: 'BL99GYhdjjcv6ys22C9wPgn2aTVERDbPHHo4NbS3hgp7',
		mainnetSlot: 66528004,
	},
	{
		name: 'full_inflation::mainnet::certusone::enable',
		id: '7XRJcS5Ud5vxGB54JbK9N2vBZVwnwdBNeJW1ibRgD9gx',
		mainnetSlot: 64800004,
	},
	{
		name: 'full_inflation::mainnet::certusone::vote',
		id: 'BzBBveUDymEYoYzcMWNQCx3cd4jQs7puaVFHLtsbB6fm',
		mainnetSlot: 64800004,
	},
	{ name: 'warp_timestamp_again', id: 'GvDsGDkH5gyzwpDhxNixx8vtx1kwYHH13RiNAPw27zXb', mainnetSlot: 66528004 },
	{ name: 'check_init_vote_data', id: '3ccR6QpxGYsAbWyfevEtBNGfWV4xBffxRj2tD6A9i39F', mainnetSlot: 68688000 },
	{
		name: 'secp256k1_recover_syscall_enabled',
		id: '6RvdSWHh8oh72Dp7wMTS2DBkf3fRPtChfNrAo3cZZoXJ',
		mainnetSlot: 104976000,
	},
	{
		name: 'system_transfer_zero_check',
		id: 'BrTR9hzw4WBGFP65AJMbpAo64DcA3U6jdPSga9fMV5cS',
		mainnetSlot: 93312000,
	},
	{ name: 'blake3_syscall_enabled', id: 'HTW2pSyErTj4BV6KBM9NZ9VBUJVxt7sacNWcf76wtzb3', mainnetSlot: null },
	{
		name: 'dedupe_config_program_signers',
		id: '8kEuAshXLsgkUEdcFVLqrjCGGHVWFW99ZZpxvAzzMtBp',
		mainnetSlot: 110592000,
	},
	{
		name: 'verify_tx_signatures_len',
		id: 'EVW9B5xD9FFK7vw1SBARwMA4s5eRo5eKJdKpsBikzKBz',
		mainnetSlot: 102816004,
	},
	{
		name: 'vote_stake_checked_instructions',
		id: 'BcWknVcgvonN8sL4HE4XFuEVgfcee5MwxWPAgP6ZV89X',
		mainnetSlot: 92448000,
	},
	{ name: 'rent_for_sysvars', id: 'BKCPBQQBZqggVnFso5nQ8rQ4RwwogYwjuUt9biBjxwNF', mainnetSlot: 104976000 },
	{
		name: 'libsecp256k1_0_5_upgrade_enabled',
		id: 'DhsYfRjxfnh2g7HKJYSzT79r74Afa1wbHkAgHndrA1oy',
		mainnetSlot: 110592000,
	},
	{ name: 'tx_wide_compute_cap', id: '5ekBxc8itEnPv4NzGJtr8BVVQLNMQuLMNQQj7pHoLNZ9', mainnetSlot: 135216004 },
	{
		name: 'spl_token_v2_set_authority_fix',
		id: 'FToKNBYyiF4ky9s8WsmLBXHCht17Ek7RXaLZGHzzQhJ1',
		mainnetSlot: 93312000,
	},
	{
		name: 'merge_nonce_error_into_system_error',
		id: '21AWDosvp3pBamFW91KB35pNoaoZVTM7ess8nr2nt53B',
		mainnetSlot: 151632012,
	},
	{ name: 'disable_fees_sysvar', id: 'JAN1trEUEtZjgXYzNBYHU9DYd7GnThhXfFP7SzPXkPsG', mainnetSlot: 208656004 },
	{
		name: 'stake_merge_with_unmatched_credits_observed',
		id: 'meRgp4ArRPhD3KtCY9c5yAf2med7mBLsjKTPeVUHqBL',
		mainnetSlot: 104112000,
	},
	{ name: 'zk_token_sdk_enabled', id: 'zk1snxsc6Fh3wsGNbbHAJNHiJoYgF29mMnTSusGx5EJ', mainnetSlot: null },
	{
		name: 'curve25519_syscall_enabled',
		id: '7rcw5UtqgDTBBv2EcynNfYckgdAaH1MAsCjKgXMkN7Ri',
		mainnetSlot: 275184000,
	},
	{
		name: 'versioned_tx_message_enabled',
		id: '3KZZ6Ks1885aGBQ45fwRcPXVBCtzUvxhUTkwKMR41Tca',
		mainnetSlot: 154656004,
	},
	{
		name: 'libsecp256k1_fail_on_bad_count',
		id: '8aXvSuopd1PUj7UhehfXJRg6619RHp8ZvwTyyJHdUYsj',
		mainnetSlot: null,
	},
	{
		name: 'libsecp256k1_fail_on_bad_count2',
		id: '54KAoNiUERNoWWUhTWWwXgym94gzoXFVnHyQwPA18V9A',
		mainnetSlot: 200880004,
	},
	{
		name: 'instructions_sysvar_owned_by_sysvar',
		id: 'H3kBSaKdeiUsyHmeHqjJYNc27jesXZ6zWj3zWkowQbkV',
		mainnetSlot: 152496000,
	},
	{
		name: 'stake_program_advance_activating_credits_observed',
		id: 'SAdVFw3RZvzbo6DvySbSdBnHN4gkzSTH9dSxesyKKPj',
		mainnetSlot: 104112000,
	},
	{ name: 'credits_auto_rewind', id: 'BUS12ciZ5gCoFafUHWW8qaFMMtwFQGVxjsDheWLdqBE2', mainnetSlot: 200448008 },
	{
		name: 'demote_program_write_locks',
		id: '3E3jV7v9VcdJL8iYZUMax9DiDno8j7EWUVbhm9RtShj2',
		mainnetSlot: 100656000,
	},
	{
		name: 'ed25519_program_enabled',
		id: '6ppMXNYLhVd7GcsZ5uV11wQEW7spppiMVfqQv5SXhDpX',
		mainnetSlot: 117936008,
	},
	{
		name: 'return_data_syscall_enabled',
		id: 'DwScAzPUjuv65TMbDnFY7AgwmotzWy3xpEJMXM3hZFaB',
		mainnetSlot: 117936008,
	},
	{
		name: 'reduce_required_deploy_balance',
		id: 'EBeznQDjcPG8491sFsKZYBi5S5jTVXMpAKNDJMQPS2kq',
		mainnetSlot: 102816004,
	},
	{
		name: 'sol_log_data_syscall_enabled',
		id: '6uaHcKPGUy4J7emLBgUTeufhJdiwhngW6a1R9B7c2ob9',
		mainnetSlot: 117936008,
	},
	{
		name: 'stakes_remove_delegation_if_inactive',
		id: 'HFpdDDNQjvcXnXKec697HDDsyk6tFoWS2o8fkxuhQZpL',
		mainnetSlot: 110592000,
	},
	{ name: 'do_support_realloc', id: '75m6ysz33AfLA5DDEzWM1obBrnPQRSsdVQ2nRmc8Vuu1', mainnetSlot: 133920008 },
	{
		name: 'prevent_calling_precompiles_as_programs',
		id: '4ApgRX3ud6p7LNMJmsuaAcZY5HWctGPr5obAsjB3A54d',
		mainnetSlot: 143424004,
	},
	{
		name: 'optimize_epoch_boundary_updates',
		id: '265hPS8k8xJ37ot82KEgjRunsUp5w4n4Q4VwwiN9i9ps',
		mainnetSlot: 109728000,
	},
	{
		name: 'remove_native_loader',
		id: 'HTTgmruMYRZEntyL3EdCDdnS6e4D5wRq1FA7kQsb66qq',
		mainnetSlot: 117072004,
	},
	{
		name: 'send_to_tpu_vote_port',
		id: 'C5fh68nJ7uyKAuYZg2x9sEQ5YrVf3dkW6oojNBSc3Jvo',
		mainnetSlot: 101088000,
	},
	{
		name: 'requestable_heap_size',
		id: 'CCu4boMmfLuqcmfTLPHQiUo22ZdUsXjgzPAURYaWt1Bw',
		mainnetSlot: 135216004,
	},
	{
		name: 'disable_fee_calculator',
		id: '2jXx2yDmGysmBKfKYNgLj2DQyAQv6mMk2BPh4eSbyB4H',
		mainnetSlot: 147744004,
	},
	{
		name: 'add_compute_budget_program',
		id: '4d5AKtxoh93Dwm1vHXUU3iRATuMndx1c431KgT2td52r',
		mainnetSlot: 117072004,
	},
	{
		name: 'nonce_must_be_writable',
		id: 'BiCU7M5w8ZCMykVSyhZ7Q3m2SWoR2qrEQ86ERcDX77ME',
		mainnetSlot: 136944004,
	},
	{
		name: 'spl_token_v3_3_0_release',
		id: 'Ftok2jhqAqxUWEiCVRrfRs9DPppWP8cgTB7NQNKL88mS',
		mainnetSlot: 117072004,
	},
	{
		name: 'leave_nonce_on_success',
		id: 'E8MkiWZNNPGU6n55jkGzyj8ghUmjCHRmDFdYYFYHxWhQ',
		mainnetSlot: 133056012,
	},
	{
		name: 'reject_empty_instruction_without_program',
		id: '9kdtFSrXHQg3hKkbXkQ6trJ3Ja1xpJ22CTFSNAciEwmL',
		mainnetSlot: 137376016,
	},
	{
		name: 'fixed_memcpy_nonoverlapping_check',
		id: '36PRUK2Dz6HWYdG9SpjeAsF5F3KxnFCakA2BZMbtMhSb',
		mainnetSlot: 137808012,
	},
	{
		name: 'reject_non_rent_exempt_vote_withdraws',
		id: '7txXZZD6Um59YoLMF7XUNimbMjsqsWhc7g2EniiTrmp1',
		mainnetSlot: 117072004,
	},
	{
		name: 'evict_invalid_stakes_cache_entries',
		id: 'EMX9Q7TVFAmQ9V1CggAkhMzhXSg8ECp7fHrWQX2G1chf',
		mainnetSlot: 117072004,
	},
	{
		name: 'allow_votes_to_directly_update_vote_state',
		id: 'Ff8b1fBeB86q8cjq47ZhsQLgv5EkHu3G1C99zjUfAzrq',
		mainnetSlot: 212112000,
	},
	{
		name: 'max_tx_account_locks',
		id: 'CBkDroRDqm8HwHe6ak9cguPjUomrASEkfmxEaZ5CNNxz',
		mainnetSlot: 140400004,
	},
	{
		name: 'require_rent_exempt_accounts',
		id: 'BkFDxiJQWZXGTZaJQxH7wVEHkAmwCgSEVkrvswFfRJPD',
		mainnetSlot: 133488000,
	},
	{
		name: 'filter_votes_outside_slot_hashes',
		id: '3gtZPqvPpsbXZVCx6hceMfWxtsmrjMzmg8C7PLKSxS2d',
		mainnetSlot: 157680012,
	},
	{
		name: 'update_syscall_base_costs',
		id: '2h63t332mGCCsWK2nqqqHhN4U9ayyqhLVFvczznHDoTZ',
		mainnetSlot: 138672000,
	},
	{
		name: 'stake_deactivate_delinquent_instruction',
		id: '437r62HoAdUb63amq3D7ENnBLDhHT2xY8eFkLJYVKK4x',
		mainnetSlot: 198720004,
	},
	{
		name: 'vote_withdraw_authority_may_change_authorized_voter',
		id: 'AVZS3ZsN4gi6Rkx2QUibYuSJG3S6QHib7xCYhG6vGJxU',
		mainnetSlot: 138672000,
	},
	{
		name: 'spl_associated_token_account_v1_0_4',
		id: 'FaTa4SpiaSNH44PGC4z8bnGVTkSRYaWvrBs3KTu8XQQq',
		mainnetSlot: 130464000,
	},
	{
		name: 'reject_vote_account_close_unless_zero_credit_epoch',
		id: 'ALBk3EWdeAg2WAGf6GPDUf1nynyNqCdEVmgouG7rpuCj',
		mainnetSlot: 170640000,
	},
	{
		name: 'add_get_processed_sibling_instruction_syscall',
		id: 'CFK1hRCNy8JJuAAY8Pb2GjLFNdCThS2qwZNe3izzBMgn',
		mainnetSlot: 134352008,
	},
	{
		name: 'bank_transaction_count_fix',
		id: 'Vo5siZ442SaZBKPXNocthiXysNviW4UYPwRFggmbgAp',
		mainnetSlot: 171072012,
	},
	{
		name: 'disable_bpf_deprecated_load_instructions',
		id: '3XgNukcZWf9o3HdA3fpJbm94XFc4qpvTXc8h1wxYwiPi',
		mainnetSlot: 139104000,
	},
	{
		name: 'disable_bpf_unresolved_symbols_at_runtime',
		id: '4yuaYAj2jGMGTh1sSmi4G2eFscsDq8qjugJXZoBN6YEa',
		mainnetSlot: 139104000,
	},
	{
		name: 'record_instruction_in_transaction_context_push',
		id: '3aJdcZqxoLpSBxgeYGjPwaYS1zzcByxUDqJkbzWAH1Zb',
		mainnetSlot: 141696000,
	},
	{
		name: 'syscall_saturated_math',
		id: 'HyrbKftCdJ5CrUfEti6x26Cj7rZLNe32weugk7tLcWb8',
		mainnetSlot: 150768000,
	},
	{
		name: 'check_physical_overlapping',
		id: 'nWBqjr3gpETbiaVj3CBJ3HFC5TMdnJDGt21hnvSTvVZ',
		mainnetSlot: 142560008,
	},
	{
		name: 'limit_secp256k1_recovery_id',
		id: '7g9EUwj4j7CS21Yx1wvgWLjSZeh5aPq8x9kpoPwXM8n8',
		mainnetSlot: 142560008,
	},
	{
		name: 'disable_deprecated_loader',
		id: 'GTUMCZ8LTNxVfxdrw7ZsDFTxXb7TutYkzJnFwinpE6dg',
		mainnetSlot: 167184008,
	},
	{
		name: 'check_slice_translation_size',
		id: 'GmC19j9qLn2RFk5NduX6QXaDhVpGncVVBzyM8e9WMz2F',
		mainnetSlot: 207792008,
	},
	{
		name: 'stake_split_uses_rent_sysvar',
		id: 'FQnc7U4koHqWgRvFaBJjZnV8VPg6L6wWK33yJeDp4yvV',
		mainnetSlot: 203904008,
	},
	{
		name: 'add_get_minimum_delegation_instruction_to_stake_program',
		id: 'St8k9dVXP97xT6faW24YmRSYConLbhsMJA4TJTBLmMT',
		mainnetSlot: 199584000,
	},
	{
		name: 'error_on_syscall_bpf_function_hash_collisions',
		id: '8199Q2gMD2kwgfopK5qqVWuDbegLgpuFUFHCcUJQDN8b',
		mainnetSlot: 280800004,
	},
	{ name: 'reject_callx_r10', id: '3NKRSwpySNwD3TvP5pHnRmkAQRsdkXWRr1WaQh8p4PWX', mainnetSlot: 279072000 },
	{
		name: 'drop_redundant_turbine_path',
		id: '4Di3y24QFLt5QEUPZtbnjyfQKfm6ZMTfa6Dw1psfoMKU',
		mainnetSlot: 199152000,
	},
	{
		name: 'executables_incur_cpi_data_cost',
		id: '7GUcYgq4tVtaqNCKT3dho9r4665Qp5TxCZ27Qgjx3829',
		mainnetSlot: 139536000,
	},
	{
		name: 'fix_recent_blockhashes',
		id: '6iyggb5MTcsvdcugX7bEKbHV8c6jdLbpHwkncrgLMhfo',
		mainnetSlot: 204768000,
	},
	{
		name: 'update_rewards_from_cached_accounts',
		id: '28s7i3htzhahXQKqmS2ExzbEoUypg9krwvtK2M9UWXh9',
		mainnetSlot: 206064004,
	},
	{ name: 'spl_token_v3_4_0', id: 'Ftok4njE8b7tDffYkC5bAbCaQv5sL6jispYrprzatUwN', mainnetSlot: 144288004 },
	{
		name: 'spl_associated_token_account_v1_1_0',
		id: 'FaTa17gVKoqbh38HcfiQonPsAaQViyDCCSg71AubYZw8',
		mainnetSlot: 144288004,
	},
	{
		name: 'default_units_per_instruction',
		id: 'J2QdYx8crLbTVK8nur1jeLsmc3krDbfjoxoea2V1Uy5Q',
		mainnetSlot: 141264004,
	},
	{
		name: 'stake_allow_zero_undelegated_amount',
		id: 'sTKz343FM8mqtyGvYWvbLpTThw3ixRM4Xk8QvZ985mw',
		mainnetSlot: 200016004,
	},
	{
		name: 'require_static_program_ids_in_transaction',
		id: '8FdwgyHFEjhAdjWfV2vfqk7wA1g9X3fQpKH7SBpEv3kC',
		mainnetSlot: 153360000,
	},
	{
		name: 'stake_raise_minimum_delegation_to_1_sol',
		id: '9onWzzvCzNC2jfhxxeqRgs5q7nFAAKpCUvkj6T6GJK9i',
		mainnetSlot: null,
	},
	{
		name: 'add_set_compute_unit_price_ix',
		id: '98std1NSHqXi9WYvFShfVepRdCoq1qvsp8fsR2XZtG8g',
		mainnetSlot: 142128000,
	},
	{
		name: 'disable_deploy_of_alloc_free_syscall',
		id: '79HWsX9rpnnJBPcdNURVqygpMAfxdrAirzAGAVmf92im',
		mainnetSlot: 209088008,
	},
	{
		name: 'include_account_index_in_rent_error',
		id: '2R72wpcQ7qV7aTJWUumdn8u5wmmTyXbK7qzEy7YSAgyY',
		mainnetSlot: 154224000,
	},
	{
		name: 'add_shred_type_to_shred_seed',
		id: 'Ds87KVeqhbv7Jw8W6avsS1mqz3Mw5J3pRTpPoDQ2QdiJ',
		mainnetSlot: 137376016,
	},
	{
		name: 'warp_timestamp_with_a_vengeance',
		id: '3BX6SBeEBibHaVQXywdkcgyUk6evfYZkHdztXiDtEpFS',
		mainnetSlot: 136512012,
	},
	{
		name: 'separate_nonce_from_blockhash',
		id: 'Gea3ZkK2N4pHuVZVxWcnAtS6UEDdyumdYt4pFcKjA3ar',
		mainnetSlot: 138240000,
	},
	{
		name: 'enable_durable_nonce',
		id: '4EJQtF2pkRyawwcTVfQutzq4Sa5hRhibF6QAK1QXhtEX',
		mainnetSlot: 138240000,
	},
	{
		name: 'vote_state_update_credit_per_dequeue',
		id: 'CveezY6FDLVBToHDcvJRmtMouqzsmj4UXYh5ths5G5Uv',
		mainnetSlot: 212112000,
	},
	{ name: 'quick_bail_on_panic', id: 'DpJREPyuMZ5nDfU6H3WTqSqUFSXAfw8u7xqmWtEwJDcP', mainnetSlot: 140400004 },
	{
		name: 'nonce_must_be_authorized',
		id: 'HxrEu1gXuH7iD3Puua1ohd5n4iUKJyFNtNxk9DVJkvgr',
		mainnetSlot: 138240000,
	},
	{
		name: 'nonce_must_be_advanceable',
		id: '3u3Er5Vc2jVcwz4xr2GJeSAXT3fAj6ADHZ4BJMZiScFd',
		mainnetSlot: 138240000,
	},
	{
		name: 'vote_authorize_with_seed',
		id: '6tRxEYKuy2L5nnv5bgn7iT28MxUbYxp5h7F3Ncf1exrT',
		mainnetSlot: 148608004,
	},
	{
		name: 'preserve_rent_epoch_for_rent_exempt_accounts',
		id: 'HH3MUYReL2BvqqA3oEcAa7txju5GY6G4nxJ51zvsEjEZ',
		mainnetSlot: 156384000,
	},
	{
		name: 'enable_bpf_loader_extend_program_ix',
		id: '8Zs9W7D9MpSEtUWSQdGniZk2cNmV22y6FLJwCx53asme',
		mainnetSlot: 229824000,
	},
	{ name: 'skip_rent_rewrites', id: 'CGB2jM8pwZkeeiXQ66kBMyBR6Np61mggL7XUsmLjVcrw', mainnetSlot: 326160000 },
	{
		name: 'enable_early_verification_of_account_modifications',
		id: '7Vced912WrRnfjaiKRiNBcbuFw7RrnLv3E3z95Y4GTNc',
		mainnetSlot: 222048008,
	},
	{
		name: 'disable_rehash_for_rent_epoch',
		id: 'DTVTkmw3JSofd8CJVJte8PXEbxNQ2yZijvVr3pe2APPj',
		mainnetSlot: 204336000,
	},
	{
		name: 'account_hash_ignore_slot',
		id: 'SVn36yVApPLYsa8koK3qUcy14zXDnqkNYWyUh1f4oK1',
		mainnetSlot: 225504004,
	},
	{
		name: 'set_exempt_rent_epoch_max',
		id: '5wAGiy15X1Jb2hkHnPDCM8oB9V42VNA9ftNVFK84dEgv',
		mainnetSlot: 246240000,
	},
	{
		name: 'on_load_preserve_rent_epoch_for_rent_exempt_accounts',
		id: 'CpkdQmspsaZZ8FVAouQTtTWZkc8eeQ7V3uj7dWz543rZ',
		mainnetSlot: 204336000,
	},
	{
		name: 'prevent_crediting_accounts_that_end_rent_paying',
		id: '812kqX67odAp5NFwM8D2N24cku7WTm9CHUTFUXaDkWPn',
		mainnetSlot: 161136000,
	},
	{
		name: 'cap_bpf_program_instruction_accounts',
		id: '9k5ijzTbYPtjzu8wj2ErH9v45xecHzQ1x4PMYMMxFgdM',
		mainnetSlot: 205200004,
	},
	{
		name: 'loosen_cpi_size_restriction',
		id: 'GDH5TVdbTPUpRnXaRyQqiKUa7uZAbZ28Q2N9bhbKoMLm',
		mainnetSlot: 312768000,
	},
	{
		name: 'use_default_units_in_fee_calculation',
		id: '8sKQrMQoUHtQSUP83SPG4ta2JDjSAiWs7t5aJ9uEd6To',
		mainnetSlot: 206496008,
	},
	{
		name: 'compact_vote_state_updates',
		id: '86HpNqzutEZwLcPxS6EHDcMNYWk6ikhteg9un7Y2PBKE',
		mainnetSlot: 212112000,
	},
	{
		name: 'incremental_snapshot_only_incremental_hash_calculation',
		id: '25vqsfjk7Nv1prsQJmA4Xu1bN61s8LXCBGUPp8Rfy1UF',
		mainnetSlot: 243648004,
	},
	{
		name: 'disable_cpi_setting_executable_and_rent_epoch',
		id: 'B9cdB55u4jQsDNsdTK525yE9dmSc5Ga7YBaBrDFvEhM9',
		mainnetSlot: 225936004,
	},
	{
		name: 'relax_authority_signer_check_for_lookup_table_creation',
		id: 'FKAcEvNgSY79RpqsPNUV5gDyumopH4cEHqUxyfm8b8Ap',
		mainnetSlot: 249264000,
	},
	{
		name: 'stop_sibling_instruction_search_at_parent',
		id: 'EYVpEP7uzH1CoXzbD6PubGhYmnxRXPeq3PPsm1ba3gpo',
		mainnetSlot: 236304016,
	},
	{
		name: 'vote_state_update_root_fix',
		id: 'G74BkWBzmsByZ1kxHy44H3wjwp5hp7JbrGRuDpco22tY',
		mainnetSlot: 202176000,
	},
	{
		name: 'cap_accounts_data_allocations_per_transaction',
		id: '9gxu85LYRAcZL38We8MYJ4A9AwgBBPtVBAqebMcT1241',
		mainnetSlot: 224640020,
	},
	{ name: 'epoch_accounts_hash', id: '5GpmAKxaGsWWbPp4bNXFLJxZVvG92ctxf7jQnzTQjF3n', mainnetSlot: 228528004 },
	{
		name: 'remove_deprecated_request_unit_ix',
		id: 'EfhYd3SafzGT472tYQDUc4dPd2xdEfKs5fwkowUgVt4W',
		mainnetSlot: 233280000,
	},
	{
		name: 'increase_tx_account_lock_limit',
		id: '9LZdXeKGeBV6hRLdxS1rHbHoEUsKqesCC2ZAPTPKJAbK',
		mainnetSlot: null,
	},
	{
		name: 'limit_max_instruction_trace_length',
		id: 'GQALDaC48fEhZGWRj9iL5Q889emJKcj3aCvHF7VCbbF4',
		mainnetSlot: 224208000,
	},
	{
		name: 'check_syscall_outputs_do_not_overlap',
		id: '3uRVPBpyEJRo1emLCrq38eLRFGcu6uKSpUXqGvU8T7SZ',
		mainnetSlot: 174096000,
	},
	{
		name: 'enable_bpf_loader_set_authority_checked_ix',
		id: '5x3825XS7M2A3Ekbn5VGGkvFoAg5qrRWkTrY4bARP1GL',
		mainnetSlot: 251424000,
	},
	{
		name: 'enable_alt_bn128_syscall',
		id: 'A16q37opZdQMCbe5qJ6xpBB9usykfv8jZaMkxvZQi4GJ',
		mainnetSlot: 275616000,
	},
	{
		name: 'simplify_alt_bn128_syscall_error_codes',
		id: 'JDn5q3GBeqzvUa7z67BbmVHVdE3EbUAjvFep3weR3jxX',
		mainnetSlot: 274320000,
	},
	{
		name: 'enable_program_redeployment_cooldown',
		id: 'J4HFT8usBxpcF63y46t1upYobJgChmKyZPm5uTBRg25Z',
		mainnetSlot: 228960012,
	},
	{
		name: 'commission_updates_only_allowed_in_first_half_of_epoch',
		id: 'noRuG2kzACwgaY7TVmLRnUNPLKNVQE1fb7X55YWBehp',
		mainnetSlot: 210384016,
	},
	{
		name: 'enable_turbine_fanout_experiments',
		id: 'D31EFnLgdiysi84Woo3of4JMu7VmasUS3Z7j9HYXCeLY',
		mainnetSlot: 247104008,
	},
	{
		name: 'disable_turbine_fanout_experiments',
		id: 'turbnbNRp22nwZCmgVVXFSshz7H7V23zMzQgA46YpmQ',
		mainnetSlot: 380160000,
	},
	{
		name: 'move_serialized_len_ptr_in_cpi',
		id: '74CoWuBmt3rUVUrCb2JiSTvh6nXyBWUsK4SaMj3CtE3T',
		mainnetSlot: 202608000,
	},
	{
		name: 'update_hashes_per_tick',
		id: '3uFHb9oKdGfgZGJK9EHaAXN4USvnQtAFC13Fh5gGFS5B',
		mainnetSlot: 232848000,
	},
	{
		name: 'enable_big_mod_exp_syscall',
		id: 'expH2ppKPW2ANEdEmAjfhSEcnBQJfmoX4FjuNpe9ttg',
		mainnetSlot: null,
	},
	{
		name: 'disable_builtin_loader_ownership_chains',
		id: '4UDcAfQ6EcA6bdcadkeHpkarkhZGJ7Bpq7wTAiRMjkoi',
		mainnetSlot: 207360004,
	},
	{
		name: 'cap_transaction_accounts_data_size',
		id: 'DdLwVYuvDz26JohmgSbA7mjpJFgX5zP2dkp8qsF2C33V',
		mainnetSlot: 230256020,
	},
	{
		name: 'remove_congestion_multiplier_from_fee_calculation',
		id: 'A8xyMHZovGXFkorFqEmVH2PKGLiBip5JD7jt4zsUWo4H',
		mainnetSlot: 236736000,
	},
	{
		name: 'enable_request_heap_frame_ix',
		id: 'Hr1nUA9b7NJ6eChS26o7Vi8gYYDDwWD3YeBfzJkTbU86',
		mainnetSlot: 217296000,
	},
	{
		name: 'prevent_rent_paying_rent_recipients',
		id: 'Fab5oP3DmsLYCiQZXdjyqT3ukFFPrsmqhXU4WU1AWVVF',
		mainnetSlot: 234144000,
	},
	{
		name: 'delay_visibility_of_program_deployment',
		id: 'GmuBvtFb2aHfSfMXpuFeWZGHyDeCLPS79s48fmCWCfM5',
		mainnetSlot: 228960012,
	},
	{
		name: 'apply_cost_tracker_during_replay',
		id: '2ry7ygxiYURULZCrypHhveanvP5tzZ4toRwVp89oCNSj',
		mainnetSlot: 329616000,
	},
	{
		name: 'add_set_tx_loaded_accounts_data_size_instruction',
		id: 'G6vbf1UBok8MWb8m25ex86aoQHeKTzDKzuZADHkShqm6',
		mainnetSlot: 231984004,
	},
	{
		name: 'switch_to_new_elf_parser',
		id: 'Cdkc8PPTeTNUPoZEfCY5AyetUrEdkZtNPMgz58nqyaHD',
		mainnetSlot: 273888000,
	},
	{ name: 'round_up_heap_size', id: 'CE2et8pqgyQMP2mQRg3CgvX8nJBKUArMu3wfiQiQKY1y', mainnetSlot: 235440004 },
	{
		name: 'remove_bpf_loader_incorrect_program_id',
		id: '2HmTkCj9tXuPE4ueHzdD7jPeMf9JGCoZh5AsyoATiWEe',
		mainnetSlot: 237168000,
	},
	{
		name: 'include_loaded_accounts_data_size_in_fee_calculation',
		id: 'EaQpmC6GtRssaZ3PCUM5YksGqUdMLeZ46BQXYtHYakDS',
		mainnetSlot: null,
	},
	{
		name: 'native_programs_consume_cu',
		id: '8pgXCMNXC8qyEFypuwpXyRxLXZdpM4Qo72gJ6k87A6wL',
		mainnetSlot: 240624008,
	},
	{
		name: 'simplify_writable_program_account_check',
		id: '5ZCcFAzJ1zsFKe1KSZa9K92jhx7gkcKj97ci2DBo1vwj',
		mainnetSlot: 241056004,
	},
	{
		name: 'stop_truncating_strings_in_syscalls',
		id: '16FMCmgLzCNNz6eTwGanbyN2ZxvTBSLuQ6DZhgeMshg',
		mainnetSlot: 240192004,
	},
	{
		name: 'clean_up_delegation_errors',
		id: 'Bj2jmUsM2iRhfdLLDSTkhM5UQRQvQHm57HSmPibPtEyu',
		mainnetSlot: 211680000,
	},
	{
		name: 'vote_state_add_vote_latency',
		id: '7axKe5BTYBDD87ftzWbk5DfzWMGyRvqmWTduuo22Yaqy',
		mainnetSlot: 252720000,
	},
	{
		name: 'checked_arithmetic_in_fee_validation',
		id: '5Pecy6ie6XGm22pc9d4P9W5c31BugcFBuy6hsP2zkETv',
		mainnetSlot: 234576004,
	},
	{
		name: 'syscall_parameter_address_restrictions',
		id: 'EDGMC5kxFxGk4ixsNkGt8bW7QL5hDMXnbwaZvYMwNfzF',
		mainnetSlot: 429840000,
	},
	{
		name: 'virtual_address_space_adjustments',
		id: '7VgiehxNxu53KdxgLspGQY8myE6f7UokaWa4jsGcaSz',
		mainnetSlot: null,
	},
	{
		name: 'account_data_direct_mapping',
		id: 'CR3dVN2Yoo95Y96kLSTaziWDAQT2MNEpiWh5cqVq2pNE',
		mainnetSlot: null,
	},
	{
		name: 'last_restart_slot_sysvar',
		id: 'HooKD5NC9QNxk25QuzCssB8ecrEzGt6eXEPBUxWp1LaR',
		mainnetSlot: 282096004,
	},
	{
		name: 'reduce_stake_warmup_cooldown',
		id: 'GwtDQBghCTBgmX2cpEGNPxTEBUTQRaDMGTr5qychdGMj',
		mainnetSlot: 244080000,
	},
	{
		name: 'revise_turbine_epoch_stakes',
		id: 'BTWmtJC8U5ZLMbBUUA1k6As62sYjPEjAiNAT55xYGdJU',
		mainnetSlot: 244944000,
	},
	{
		name: 'enable_poseidon_syscall',
		id: 'FL9RsQA6TVUoh5xJQ9d936RHSebA1NLQqe3Zv9sXZRpr',
		mainnetSlot: 278208000,
	},
	{ name: 'timely_vote_credits', id: 'tvcF6b1TRz353zKuhBjinZkKzjmihXmBAHJdjNYw1sQ', mainnetSlot: 303696000 },
	{
		name: 'remaining_compute_units_syscall_enabled',
		id: '5TuppMutoyzhUSfuYdhgzD47F92GL1g89KpCZQKqedxP',
		mainnetSlot: null,
	},
	{ name: 'enable_loader_v4', id: 'LoaderV4WasAbandoned11111111111111111111111', mainnetSlot: null },
	{
		name: 'require_rent_exempt_split_destination',
		id: 'D2aip4BBr8NPWtU9vLrwrBvbuaQ8w1zV38zFLxx4pfBV',
		mainnetSlot: 254016004,
	},
	{
		name: 'better_error_codes_for_tx_lamport_check',
		id: 'Ffswd3egL3tccB6Rv3XY6oqfdzn913vUcjCSnpvCKpfx',
		mainnetSlot: 222480020,
	},
	{
		name: 'enable_alt_bn128_compression_syscall',
		id: 'EJJewYSddEEtSZHiqugnvhQHiWyZKjkFDQASd7oKSagn',
		mainnetSlot: 276912000,
	},
	{
		name: 'update_hashes_per_tick2',
		id: 'EWme9uFqfy1ikK1jhJs8fM5hxWnK336QJpbscNtizkTU',
		mainnetSlot: 253584001,
	},
	{
		name: 'update_hashes_per_tick3',
		id: '8C8MCtsab5SsfammbzvYz65HHauuUYdbY2DZ4sznH6h5',
		mainnetSlot: 255312004,
	},
	{
		name: 'update_hashes_per_tick4',
		id: '8We4E7DPwF2WfAN8tRTtWQNhi98B99Qpuj7JoZ3Aikgg',
		mainnetSlot: 255744008,
	},
	{
		name: 'update_hashes_per_tick5',
		id: 'BsKLKAn1WM4HVhPRDsjosmqSg2J8Tq5xP2s2daDS6Ni4',
		mainnetSlot: 257040000,
	},
	{
		name: 'update_hashes_per_tick6',
		id: 'FKu1qYwLQSiehz644H6Si65U5ZQ2cp9GxsyFUfYcuADv',
		mainnetSlot: 257904000,
	},
	{
		name: 'validate_fee_collector_account',
		id: 'prpFrMtgNmzaNzkPJg9o753fVvbHKqNrNTm76foJ2wm',
		mainnetSlot: 258336004,
	},
	{
		name: 'disable_rent_fees_collection',
		id: 'CJzY83ggJHqPGDq8VisV3U91jDJLuEaALZooBrXtnnLU',
		mainnetSlot: 326592000,
	},
	{
		name: 'enable_zk_transfer_with_fee',
		id: 'zkNLP7EQALfC1TYeB3biDU7akDckj8iPkvh9y2Mt2K3',
		mainnetSlot: null,
	},
	{ name: 'drop_legacy_shreds', id: 'GV49KKQdBNaiv2pgqhS2Dy3GWYJGXMTVYbYkdk91orRy', mainnetSlot: 259200004 },
	{
		name: 'allow_commission_decrease_at_any_time',
		id: 'decoMktMcnmiq6t3u7g5BfgcQu91nKZr6RvMYf9z1Jb',
		mainnetSlot: 304128000,
	},
	{
		name: 'consume_blockstore_duplicate_proofs',
		id: '6YsBCejwK96GZCkJ6mkZ4b68oP63z2PLoQmWjC7ggTqZ',
		mainnetSlot: 260064000,
	},
	{
		name: 'add_new_reserved_account_keys',
		id: '8U4skmMVnF6k2kMvrWbQuRUT3qQSiTYpSjqmhmgfthZu',
		mainnetSlot: 320976000,
	},
	{
		name: 'index_erasure_conflict_duplicate_proofs',
		id: 'dupPajaLy2SSn8ko42aZz4mHANDNrLe8Nw8VQgFecLa',
		mainnetSlot: 260496000,
	},
	{
		name: 'merkle_conflict_duplicate_proofs',
		id: 'mrkPjRg79B2oK2ZLgd7S3AfEJaX9B6gAF3H9aEykRUS',
		mainnetSlot: 283824004,
	},
	{
		name: 'disable_bpf_loader_instructions',
		id: '7WeS1vfPRgeeoXArLh7879YcB9mgE9ktjPDtajXeWfXn',
		mainnetSlot: 259632004,
	},
	{
		name: 'enable_zk_proof_from_account',
		id: 'zkiTNuzBKxrCLMKehzuQeKZyLtX2yvFcEKMML8nExU8',
		mainnetSlot: null,
	},
	{
		name: 'curve25519_restrict_msm_length',
		id: 'eca6zf6JJRjQsYYPkBHF3N32MTzur4n2WL4QiiacPCL',
		mainnetSlot: 262224008,
	},
	{
		name: 'cost_model_requested_write_lock_cost',
		id: 'wLckV1a64ngtcKPRGU4S4grVTestXjmNjxBjaKZrAcn',
		mainnetSlot: 312336000,
	},
	{
		name: 'enable_gossip_duplicate_proof_ingestion',
		id: 'FNKCMBzYUdjhHyPdsKG2LSmdzH8TCHXn3ytj8RNBS4nG',
		mainnetSlot: 284688004,
	},
	{
		name: 'enable_chained_merkle_shreds',
		id: '7uZBkJXJ1HkuP6R3MJfZs7mLwymBcDbKdqbF51ZWLier',
		mainnetSlot: 306720000,
	},
	{
		name: 'remove_rounding_in_fee_calculation',
		id: 'BtVN7YjDzNE6Dk7kTT7YTDgMNUZTNgiSJgsdzAeTg2jF',
		mainnetSlot: 317088000,
	},
	{
		name: 'deprecate_unused_legacy_vote_plumbing',
		id: '6Uf8S75PVh91MYgPQSHnjRAPQq6an5BDv9vomrCwDqLe',
		mainnetSlot: 283392000,
	},
	{ name: 'enable_tower_sync_ix', id: 'tSynMCspg4xFiCj1v3TDb4c7crMR5tSBhLz4sF7rrNA', mainnetSlot: 323568000 },
	{
		name: 'chained_merkle_conflict_duplicate_proofs',
		id: 'chaie9S2zVfuxJKNRGkyTDokLwWxx6kD2ZLsqQHaDD8',
		mainnetSlot: null,
	},
	{
		name: 'reward_full_priority_fee',
		id: '3opE3EzAKnUftUDURkzMgwpNgimBAypW1mNDYH4x4Zg7',
		mainnetSlot: 320112000,
	},
	{
		name: 'abort_on_invalid_curve',
		id: 'FuS3FPfJDKSNot99ECLXtp3rueq36hMNStJkPJwWodLh',
		mainnetSlot: 311904000,
	},
	{
		name: 'get_sysvar_syscall_enabled',
		id: 'CLCoTADvV64PSrnR6QXty6Fwrt9Xc6EdxSJE4wLRePjq',
		mainnetSlot: 321840000,
	},
	{
		name: 'migrate_feature_gate_program_to_core_bpf',
		id: '4eohviozzEeivk1y9UbrnekbAFMDQyJz5JjA9Y6gyvky',
		mainnetSlot: 324864000,
	},
	{
		name: 'vote_only_full_fec_sets',
		id: 'ffecLRhhakKSGhMuc6Fz2Lnfq4uT9q3iu9ZsNaPLxPc',
		mainnetSlot: 332208000,
	},
	{
		name: 'migrate_config_program_to_core_bpf',
		id: '2Fr57nzzkLYXW695UdDxDeR5fhnZWSttZeZYemrnpGFV',
		mainnetSlot: 325296000,
	},
	{
		name: 'enable_get_epoch_stake_syscall',
		id: 'FKe75t4LXxGaQnVHdUKM6DSFifVVraGZ8LyNo7oPwy1Z',
		mainnetSlot: 330912000,
	},
	{
		name: 'migrate_address_lookup_table_program_to_core_bpf',
		id: 'C97eKZygrkU4JxJsZdjgbUY7iQR7rKTr4NyDWo2E5pRm',
		mainnetSlot: 329184000,
	},
	{
		name: 'zk_elgamal_proof_program_enabled',
		id: 'zkhiy5oLowR7HY4zogXjCjeMXyruLqBwSWH21qcFtnv',
		mainnetSlot: 315792000,
	},
	{
		name: 'verify_retransmitter_signature',
		id: '51VCKU5eV6mcTc9q9ArfWELU2CqDoi13hdAjr6fHMdtv',
		mainnetSlot: null,
	},
	{
		name: 'move_stake_and_move_lamports_ixs',
		id: '7bTK6Jis8Xpfrs8ZoUfiMDPazTcdPcTWheZFJTA5Z6X4',
		mainnetSlot: 314064000,
	},
	{
		name: 'ed25519_precompile_verify_strict',
		id: 'ed9tNscbWLYBooxWA7FE2B5KHWs8A6sxfY8EzezEcoo',
		mainnetSlot: 308448000,
	},
	{
		name: 'vote_only_retransmitter_signed_fec_sets',
		id: 'RfEcA95xnhuwooVAhUUksEJLZBF7xKCLuqrJoqk4Zph',
		mainnetSlot: null,
	},
	{
		name: 'move_precompile_verification_to_svm',
		id: '9ypxGLzkMxi89eDerRKXWDXe44UY2z4hBig4mDhNq5Dp',
		mainnetSlot: 328320000,
	},
	{
		name: 'enable_transaction_loading_failure_fees',
		id: 'PaymEPK2oqwT9TXAVfadjztH2H6KfLEB9Hhd5Q5frvP',
		mainnetSlot: 327024000,
	},
	{
		name: 'enable_turbine_extended_fanout_experiments',
		id: 'turbRpTzBzDU6PJmWvRTbcJXXGxUs19CvQamUrRD9bN',
		mainnetSlot: null,
	},
	{ name: 'deprecate_legacy_vote_ixs', id: 'depVvnQ2UysGrhwdiwU42tCadZL8GcBb1i2GYhMopQv', mainnetSlot: null },
	{
		name: 'partitioned_epoch_rewards_superfeature',
		id: 'PERzQrt5gBD1XEe2c9XdFWqwgHY3mr7cYWbm5V772V8',
		mainnetSlot: 305424000,
	},
	{ name: 'disable_sbpf_v0_execution', id: 'TestFeature11111111111111111111111111111111', mainnetSlot: null },
	{
		name: 'reenable_sbpf_v0_execution',
		id: 'TestFeature21111111111111111111111111111111',
		mainnetSlot: null,
	},
	{
		name: 'enable_sbpf_v1_deployment_and_execution',
		id: 'JE86WkYvTrzW8HgNmrHY7dFYpCmSptUpKupbo2AdQ9cG',
		mainnetSlot: 349488000,
	},
	{
		name: 'enable_sbpf_v2_deployment_and_execution',
		id: 'F6UVKh1ujTEFK3en2SyAL3cdVnqko1FVEXWhmdLRu6WP',
		mainnetSlot: 356400000,
	},
	{
		name: 'enable_sbpf_v3_deployment_and_execution',
		id: '5cC3foj77CWun58pC51ebHFUWavHWKarWyR5UUik7dnC',
		mainnetSlot: 428976000,
	},
	{
		name: 'disable_sbpf_v0_v1_v2_deployment',
		id: 'B8JJXCy5amZyWG9r7EnUYLwzXSXTxG7GZ1qZ1qggo83g',
		mainnetSlot: null,
	},
	{
		name: 'remove_accounts_executable_flag_checks',
		id: 'FXs1zh47QbNnhXcnB6YiAQoJ4sGB91tKF3UFHLcKT7PM',
		mainnetSlot: 350352004,
	},
	{
		name: 'disable_account_loader_special_case',
		id: 'EQUMpNFr7Nacb1sva56xn1aLfBxppEoSBH8RRVdkcD1x',
		mainnetSlot: 314496000,
	},
	{ name: 'accounts_lt_hash', id: 'LTHasHQX6661DaDD4S6A2TFi6QBuiwXKv66fB1obfHq', mainnetSlot: 347328000 },
	{ name: 'snapshots_lt_hash', id: 'LTsNAP8h1voEVVToMNBNqoiNQex4aqfUrbFhRH3mSQ2', mainnetSlot: 353376000 },
	{
		name: 'remove_accounts_delta_hash',
		id: 'LTdLt9Ycbyoipz5fLysCi1NnDnASsZfmJLJXts5ZxZz',
		mainnetSlot: 348624000,
	},
	{
		name: 'enable_secp256r1_precompile',
		id: 'srremy31J5Y25FrAApwVb9kZcfXbusYMMsvTK9aWv5q',
		mainnetSlot: 345600000,
	},
	{
		name: 'migrate_stake_program_to_core_bpf',
		id: '6M4oQ6eXneVhtLoiAr4yRYQY43eVLjrKbiDZDJc892yk',
		mainnetSlot: 355536000,
	},
	{
		name: 'deplete_cu_meter_on_vm_failure',
		id: 'B7H2caeia4ZFcpE3QcgMqbiWiBtWrdBRBSJ1DY6Ktxbq',
		mainnetSlot: 327888000,
	},
	{
		name: 'reserve_minimal_cus_for_builtin_instructions',
		id: 'C9oAhLxDBm3ssWtJx1yBGzPY55r2rArHmN1pbQn6HogH',
		mainnetSlot: 327456000,
	},
	{
		name: 'raise_block_limits_to_50m',
		id: '5oMCU3JPaFLr8Zr4ct7yFA7jdk6Mw1RmB8K4u9ZbS42z',
		mainnetSlot: 332640000,
	},
	{
		name: 'fix_alt_bn128_multiplication_input_length',
		id: 'bn2puAyxUx6JUabAxYdKdJ5QHbNNmKw8dCGuGCyRrFN',
		mainnetSlot: 361152000,
	},
	{
		name: 'drop_unchained_merkle_shreds',
		id: '5KLGJSASDVxKPjLCDWNtnABLpZjsQSrYZ8HKwcEdAMC8',
		mainnetSlot: 354672000,
	},
	{
		name: 'relax_intrabatch_account_locks',
		id: '4WeHX6QoXCCwqbSFgi6dxnB6QsPo6YApaNTH7P4MLQ99',
		mainnetSlot: 411696000,
	},
	{
		name: 'disable_partitioned_rent_collection',
		id: '2B2SBNbUcr438LtGXNcJNBP2GBSxjx81F945SdSkUSfC',
		mainnetSlot: 349056000,
	},
	{
		name: 'enable_vote_address_leader_schedule',
		id: '5JsG4NWH8Jbrqdd8uL6BNwnyZK3dQSoieRXG5vmofj9y',
		mainnetSlot: 363312000,
	},
	{
		name: 'require_static_nonce_account',
		id: '7VVhpg5oAjAmnmz1zCcSHb2Z9ecZB2FQqpnEwReka9Zm',
		mainnetSlot: 384480000,
	},
	{
		name: 'raise_block_limits_to_60m',
		id: '6oMCUgfY6BzZ6jwB681J6ju5Bh6CjVXbd7NeWYqiXBSu',
		mainnetSlot: 355104000,
	},
	{
		name: 'mask_out_rent_epoch_in_vm_serialization',
		id: 'RENtePQcDLrAbxAsP3k8dwVcnNYQ466hi2uKvALjnXx',
		mainnetSlot: 346032000,
	},
	{
		name: 'enable_extend_program_checked',
		id: 'ExtendProgCheckedWi11BeDe1eted11111111111111',
		mainnetSlot: null,
	},
	{
		name: 'formalize_loaded_transaction_data_size',
		id: 'DeS7sR48ZcFTUmt5FFEVDr1v1bh73aAbZiZq3SYr8Eh8',
		mainnetSlot: 381888000,
	},
	{ name: 'alpenglow', id: 'A1pengvuM6JEcyNuTnMqepBKhwHE3N6PmUrdATGawhJS', mainnetSlot: null },
	{
		name: 'reduce_slot_time_to_350ms',
		id: 'iBRL5RuWhw4yqaAZu96RUULHckHTZAoe2b77qaV38JZ',
		mainnetSlot: 440208000,
	},
	{
		name: 'reduce_slot_time_to_300ms',
		id: 'iBRLL3k18HST852F1Mf3Lv83waTNQmmqvKDxvYGwQFL',
		mainnetSlot: 441936000,
	},
	{
		name: 'reduce_slot_time_to_250ms',
		id: 'iBRLMc81UjRa8fn8A6eE8bJTnRbgQoPTynM51akENCV',
		mainnetSlot: 447552000,
	},
	{ name: 'reduce_slot_time_to_200ms', id: 'iBRLjhJnkmDZgNoZRDMW11d8ZV7HvsL3vAyRjZB5npW', mainnetSlot: null },
	{
		name: 'disable_zk_elgamal_proof_program',
		id: 'zkdoVwnSFnSLtGJG7irJPEYUpmb4i7sGMGcnN6T9rnC',
		mainnetSlot: 347760000,
	},
	{
		name: 'reenable_zk_elgamal_proof_program',
		id: 'zkexuyPRdyTVbZqEAREueqL2xvvoBhRgth9xGSc1tMN',
		mainnetSlot: 424224000,
	},
	{
		name: 'raise_block_limits_to_100m',
		id: 'P1BCUMpAC7V2GRBRiJCNUgpMyWZhoqt3LKo712ePqsz',
		mainnetSlot: 435888000,
	},
	{
		name: 'raise_account_cu_limit',
		id: 'htsptAwi2yRoZH83SKaUXykeZGtZHgxkS2QwW1pssR8',
		mainnetSlot: 379296000,
	},
	{
		name: 'raise_cpi_nesting_limit_to_8',
		id: '6TkHkRmP7JZy1fdM6fg5uXn76wChQBWGokHBJzrLB3mj',
		mainnetSlot: null,
	},
	{
		name: 'enforce_fixed_fec_set',
		id: 'fixfecLZYMfkGzwq6NJA11Yw6KYztzXiK9QcL3K78in',
		mainnetSlot: 403920000,
	},
	{
		name: 'provide_instruction_data_offset_in_vm_r2',
		id: '5xXZc66h4UdB6Yq7FzdBxBiRAFMMScMLwHxk2QZDaNZL',
		mainnetSlot: 410400000,
	},
	{
		name: 'create_account_allow_prefund',
		id: '6sPDzwyARRExKH52LECxcGoqziH8G7SZofwuxi8Ja331',
		mainnetSlot: 422928004,
	},
	{
		name: 'static_instruction_limit',
		id: '64ixypL1HPu8WtJhNSMb9mSgfFaJvsANuRkTbHyuLfnx',
		mainnetSlot: 404352000,
	},
	{
		name: 'discard_unexpected_data_complete_shreds',
		id: 'disCA4efguFL6Wqa4pGdG7jpjC7C5uiKzKnhEBqchBe',
		mainnetSlot: 434160000,
	},
	{ name: 'vote_state_v4', id: 'Gx4XFcrVMt4HUvPzTpTSVkdDVgcDSjKhDN1RqRS6KDuZ', mainnetSlot: 409968000 },
	{
		name: 'switch_to_chacha8_turbine',
		id: 'CHaChatUnR3s6cPyPMMGNJa3VdQQ8PNH2JqdD4LpCKnB',
		mainnetSlot: 408672000,
	},
	{
		name: 'delay_commission_updates',
		id: '76dHtohc2s5dR3ahJyBxs7eJJVipFkaPdih9CLgTTb4B',
		mainnetSlot: 428112000,
	},
	{
		name: 'increase_cpi_account_info_limit',
		id: 'H6iVbVaDZgDphcPbcZwc5LoznMPWQfnJ1AM7L1xzqvt5',
		mainnetSlot: 403056000,
	},
	{
		name: 'deprecate_rent_exemption_threshold',
		id: 'rent6iVy6PDoViPBeJ6k5EJQrkj62h7DPyLbWGHwjrC',
		mainnetSlot: 407376000,
	},
	{
		name: 'poseidon_enforce_padding',
		id: 'poUdAqRXXsNmfqAZ6UqpjbeYgwBygbfQLEvWSqVhSnb',
		mainnetSlot: 406080000,
	},
	{
		name: 'fix_alt_bn128_pairing_length_check',
		id: 'bnYzodLwmybj7e1HAe98yZrdJTd7we69eMMLgCXqKZm',
		mainnetSlot: 406944000,
	},
	{
		name: 'replace_spl_token_with_p_token',
		id: 'ptokFjwyJtrwCa9Kgo9xoDS59V4QccBGEaRFnRPnSdP',
		mainnetSlot: 419472000,
	},
	{
		name: 'alt_bn128_little_endian',
		id: 'bn2oPgpkzQPT3tohMaAsMVGjhDmmDa4jCaVPqCFmtxM',
		mainnetSlot: 425088000,
	},
	{
		name: 'bls_pubkey_management_in_vote_account',
		id: 'AnAP9zPV4KL7czAPQbFhpDKV2tx7g4UGNbK9wvXwjaRo',
		mainnetSlot: 431568000,
	},
	{
		name: 'relax_programdata_account_check_migration',
		id: 'rexav5eNTUSNT1K2N7cfRjnthwhcP5BC25v2tA4rW4h',
		mainnetSlot: 412992000,
	},
	{
		name: 'enable_alt_bn128_g2_syscalls',
		id: 'bn1hKNURMGQaQoEVxahcEAcqiX3NwRs6hgKKNSLeKxH',
		mainnetSlot: 425520000,
	},
	{
		name: 'commission_rate_in_basis_points',
		id: 'Eg7tXEwMZzS98xaZ1YHUbdRHsaYZiCsSaR6sKgxreoaj',
		mainnetSlot: 433296000,
	},
	{
		name: 'custom_commission_collector',
		id: '3HcSrCTGXTUnrTueHi4DAwNuMxZSsm5xui2Ax3mgxHqf',
		mainnetSlot: 445392000,
	},
	{
		name: 'enable_bls12_381_syscall',
		id: 'b1sgUiJ3qu7hYm3tNDyyqZNQd6gLGJmJppnLNa93PCQ',
		mainnetSlot: 425952004,
	},
	{
		name: 'set_lamports_per_byte_to_6333',
		id: '4a6f7o7iTcA8hRDCrPLkSatnt5Ykxiu36wo5p1Tt12wC',
		mainnetSlot: 444096000,
	},
	{
		name: 'set_lamports_per_byte_to_5080',
		id: '61BtM7BkDEE8Yq5fskEVAQT9mYA8qCejJWoLe5apqg81',
		mainnetSlot: 446256000,
	},
	{
		name: 'set_lamports_per_byte_to_2575',
		id: 'rntCigrTppP5JdZz7K8TyN9sMzLdAcXp8SejYpVpX6D',
		mainnetSlot: null,
	},
	{
		name: 'set_lamports_per_byte_to_1322',
		id: 'rntD7invRBswCAdKtRsh1G4psKjrPdS3BKqtnA78C7N',
		mainnetSlot: null,
	},
	{
		name: 'set_lamports_per_byte_to_696',
		id: 'rntTjNZ9boq8owDxjGVFHPfWNQPDaKiM5JcjxmDGg47',
		mainnetSlot: null,
	},
	{
		name: 'remove_simple_vote_from_cost_model',
		id: '2GCrNXbzmt4xrwdcKS2RdsLzsgu4V5zHAemW57pcHT6a',
		mainnetSlot: 423792000,
	},
	{
		name: 'limit_instruction_accounts',
		id: '6aHuNsUmwSzCEMjrBzBCYaxHAyAcQBjVES92JigHBDuC',
		mainnetSlot: 432000000,
	},
	{ name: 'block_revenue_sharing', id: 'B1ockRevenueSharing111111111111111111111111', mainnetSlot: null },
	{
		name: 'vote_account_initialize_v2',
		id: 'VoteAccount1nitia1izeV211111111111111111111',
		mainnetSlot: null,
	},
	{
		name: 'validate_chained_block_id',
		id: 'vcmrbYbiMVKaq1snKP6eCacNDcr6qZvpCNUjmk6gxvZ',
		mainnetSlot: 428544000,
	},
	{
		name: 'validator_admission_ticket',
		id: 'VAT9huvhPjRN9cyrPytq9rwvEJ3J4ADtjdncgZRyANJ',
		mainnetSlot: 434592000,
	},
	{
		name: 'direct_account_pointers_in_program_input',
		id: 'ptr9umikaeAS7ZBBp2fsfRhie16F1V2jCKA2y6gXNAK',
		mainnetSlot: null,
	},
	{
		name: 'upgrade_bpf_stake_program_to_v5',
		id: 'STk5Xj8hdAx3sTzmtJ3QysKkq6X2A3yj73JtxttiRyk',
		mainnetSlot: 427248000,
	},
	{
		name: 'loader_v3_minimum_extend_program_size',
		id: 'YbbRLkvenrocjGPGyoQE4wjnvYzTgfsk38NFmcYK7a5',
		mainnetSlot: 432864000,
	},
	{ name: 'enable_sha512_syscall', id: 's512oDwgx8hjMnaQjXfqqrZroVj4HvC6TkN3iSSWXCh', mainnetSlot: null },
	{
		name: 'relax_post_exec_min_balance_check',
		id: 'BY4JhHLahVzS9ynfDz4exzGPbVXhFmJvEyMWsXbDBqME',
		mainnetSlot: 443664000,
	},
	{ name: 'enable_tx_v1', id: 'txv1aq4pp281K9um3tnPgkfX8UqtFT6wcVW3hNezGLL', mainnetSlot: 447120000 },
	{
		name: 'define_ltds_fee_only_semantics',
		id: 'LTDSzjZKFJMKHYpNycG1FrWwGGTaFFwqEFjB5GGLNVD',
		mainnetSlot: 435456000,
	},
	{
		name: 'set_lamports_per_byte_to_6960',
		id: 'rnt8ZQpz2HYhX3DkYBDGjJS1a36mYq69oXka7JrhEdi',
		mainnetSlot: null,
	},
	{
		name: 'validate_chained_block_id_2',
		id: 'vcmrw431aNM8ngQ46derkZXipoTGQdbHkEygBDh12dA',
		mainnetSlot: 428544000,
	},
	{
		name: 'upgrade_bpf_stake_program_to_v5_1',
		id: 's51VGwCAgebo2745DSUris72RavoLkXGUmVJosESCXr',
		mainnetSlot: 443232000,
	},
	{
		name: 'alpenglow_fast_leader_handover',
		id: 'FLHoAWBDjNh6zwmJ5i1NKK4KyD8otAiv7XxvmnFnVnKH',
		mainnetSlot: null,
	},
	{
		name: 'relax_fee_payer_constraint',
		id: 'FEEXbxUuKobtrt1qNK5pjtzbPQhsppBTrNNG74xu4mai',
		mainnetSlot: null,
	},
	{ name: 'double_disinflation_rate', id: '55oikhjJ2LUi1xdgJ17ueRyHFURZEw32asT3iAKfh7gg', mainnetSlot: null },
] as const;
