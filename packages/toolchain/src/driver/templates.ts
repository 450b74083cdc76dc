/**
 * What a new program starts from.
 *
 * Owns reading the templates, which are files beside the sources of this room; writing them out is the caller's. Every
 * template says hello, counts its accounts, and comes with a test that runs the built program in process.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The languages that a program may be started in. */
export const TEMPLATE_NAMES = ['c', 'assembly', 'rust', 'pinocchio'] as const;
export type TemplateName = (typeof TEMPLATE_NAMES)[number];

/** A file of a new program, its path relative to the folder, with forward slashes. */
export interface TemplateFile {
	readonly path: string;
	readonly text: string;
}

const FOLDER = fileURLToPath(new URL('../../templates', import.meta.url));
/** A name that is a crate, a folder and a package alike. */
const NAME = /^[a-z][a-z0-9-]{0,63}$/;
const PLACEHOLDER = '{{name}}';

/** Where the tests of a new program look for it, relative to its folder. */
export function programPath(name: string): string {
	return `target/deploy/${name}.so`;
}

/**
 * The files of a new program called `name`.
 *
 * @throws RangeError where the name is no word of lower-case letters, digits and hyphens that starts with a letter.
 */
export function templateFiles(template: TemplateName, name: string): TemplateFile[] {
	if (!NAME.test(name)) {
		throw new RangeError(`"${name}" is no name for a program: use lower-case letters, digits and hyphens`);
	}
	return [template, 'common'].flatMap((part) => {
		const folder = join(FOLDER, part);
		return readdirSync(folder, { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile())
			.map((entry): TemplateFile => {
				const file = join(entry.parentPath, entry.name);
				// npm would rename a file called `.gitignore` in a package.
				const path = relative(folder, file)
					.split(sep)
					.join('/')
					.replace(/^gitignore$/, '.gitignore');
				return { path, text: readFileSync(file, 'utf8').replaceAll(PLACEHOLDER, name) };
			});
	});
}
