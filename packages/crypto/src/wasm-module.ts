/** Compiles the WebAssembly modules that this room carries as text. */

/** The module in base64, compiled; `null` where this place does not let WebAssembly be compiled. */
export function compileBase64(text: string): WebAssembly.Module | null {
	try {
		const binary = atob(text);
		const bytes = new Uint8Array(binary.length);
		for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
		return new WebAssembly.Module(bytes);
	} catch {
		return null;
	}
}
