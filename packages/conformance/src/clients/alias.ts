/**
 * Loaded before a client suite (`node --import`): from here on `litesvm` is Parhelion, in `import` and in `require`.
 *
 * `require` has no public hook in Node 20, so its resolver is wrapped; Node 20.19 and later can `require` a module
 * without a top-level await, which ours is.
 */
import { writeFileSync } from 'node:fs';
import Module, { register } from 'node:module';
import { aliasSettings, isPackageFile, targetPath } from './alias-settings.ts';

register(new URL('./alias-hooks.js', import.meta.url));

type Resolver = (request: string, ...rest: unknown[]) => string;

const settings = aliasSettings();
const resolver: unknown = Reflect.get(Module, '_resolveFilename');
if (typeof resolver === 'function') {
	const original = resolver as Resolver;
	const aliased: Resolver = function (this: unknown, request, ...rest) {
		const named = settings.specifiers.includes(request);
		if (!named && !isPackageFile(original.call(this, request, ...rest))) {
			return original.call(this, request, ...rest);
		}
		writeFileSync(settings.witness, '');
		return targetPath(settings);
	};
	Reflect.set(Module, '_resolveFilename', aliased);
}
