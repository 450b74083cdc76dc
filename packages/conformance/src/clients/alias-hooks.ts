/**
 * Leads the `import`s of a client suite from `litesvm` to Parhelion: the resolve hook that `alias.ts` registers.
 */
import { writeFileSync } from 'node:fs';
import type { ResolveHook } from 'node:module';
import { aliasSettings, isOurs, isPackageFile } from './alias-settings.ts';

const { specifiers, target, witness } = aliasSettings();

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
	const named = specifiers.includes(specifier) && !isOurs(context.parentURL);
	// Test runners that resolve by themselves import the package's files by path.
	if (named || isPackageFile((await nextResolve(specifier, context)).url)) {
		writeFileSync(witness, '');
		return { url: target, format: 'module', shortCircuit: true };
	}
	return nextResolve(specifier, context);
};
