import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkBoundaries, findCycle, PACKAGES, ROOMS, violationsOf } from './boundaries.ts';

describe('the walls between the rooms', () => {
	it('stand: arrows point down, faces are used, browser rooms know no Node', () => {
		expect(checkBoundaries(PACKAGES)).toEqual([]);
	});

	it('has no edge that could close a circle between rooms', () => {
		const graph = new Map(Object.entries(ROOMS).map(([name, room]) => [name, room.rooms]));
		expect(findCycle(graph)).toBeNull();
	});

	it('agrees with the dependencies that each package.json declares', () => {
		for (const [name, room] of Object.entries(ROOMS)) {
			const declared =
				JSON.parse(readFileSync(join(PACKAGES, name, 'package.json'), 'utf8')).dependencies ?? {};
			const rooms = Object.keys(declared).filter((d) => d === 'parhelion' || d.startsWith('@parhelion/'));
			expect(rooms.map((d) => d.replace('@parhelion/', '')).sort(), name).toEqual([...room.rooms].sort());
		}
	});

	it.each([
		['svm/src/x.ts', "import { Chain } from '@parhelion/runtime';", 'svm may not import runtime'],
		['svm/src/x.ts', "import type { Chain } from '@parhelion/runtime';", 'svm may not import runtime'],
		['rpc/src/x.ts', "import { EbpfVm } from '@parhelion/sbpf';", 'rpc may not import sbpf'],
		['crypto/src/x.ts', "import { Pubkey } from '@parhelion/sdk';", 'crypto may not import sdk'],
		['svm/src/x.ts', "import { a } from '@parhelion/sdk/src/pubkey.ts';", 'goes past the face'],
		['svm/src/x.ts', "import { a } from '../../sdk/src/pubkey.ts';", 'leaves the room by path'],
		['svm/src/x.ts', "import { a } from './index.ts';", "own room's face"],
		['sbpf/src/x.ts', "import fs from 'node:fs';", 'must run in a browser'],
		['parhelion/src/x.ts', "import './node-crypto.ts';", 'brings Node'],
		['sbpf/src/x.ts', 'const e = process.env.HOME;', 'must run in a browser'],
		['svm/src/x.ts', "import { ed25519 } from '@noble/curves/ed25519.js';", 'may not import the library'],
		['svm/src/x.ts', "const m = await import('@parhelion/rpc');", 'svm may not import rpc'],
	])('fails on a planted violation: %s %s', (path, source, message) => {
		expect(violationsOf(path, source).join('\n')).toContain(message);
	});

	it('fails on a planted cycle', () => {
		expect(
			findCycle(
				new Map([
					['a', ['b']],
					['b', ['a']],
				]),
			),
		).toEqual(['a', 'b', 'a']);
	});

	it('reads no import out of a comment', () => {
		expect(violationsOf('svm/src/x.ts', "// import '@parhelion/rpc'\n/* from 'node:fs' */")).toEqual([]);
	});
});
