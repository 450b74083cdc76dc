/** A bank with the bundled programs runs a token's life as the oracle does, and keeps its balances. */
import { base58Decode, type Instruction, Pubkey, programIds } from '@parhelion/sdk';
import { Bank, keypairFromSeed, LAMPORTS_PER_SOL, transferInstruction } from '@parhelion/runtime';
import { ed25519Sign } from '@parhelion/crypto';
import { compileLegacyMessage, createAccount, encodeMessage, encodeTransaction } from '@parhelion/sdk';
import { address, getTransactionDecoder, lamports } from '@solana/kit';
import { createInitializeMint2Instruction, createInitializeAccount3Instruction, createMintToInstruction, createTransferCheckedInstruction } from '@solana/spl-token';
import { type TransactionInstruction, PublicKey } from '@solana/web3.js';
import { LiteSVM as Oracle } from 'litesvm';
import { DEFAULT_PROGRAMS } from 'parhelion';
import { readBundledProgram } from 'parhelion/node';
import { describe, expect, it } from 'vitest';

const payer = keypairFromSeed(new Uint8Array(32).fill(11));
const mint = keypairFromSeed(new Uint8Array(32).fill(12));
const source = keypairFromSeed(new Uint8Array(32).fill(13));
const target = keypairFromSeed(new Uint8Array(32).fill(14));
