/**
 * The ELF-64 constants and structure layouts the loader reads.
 *
 * Owns field offsets, sizes and the few enumerators that decide something; refuses the rest of the
 * format. Source: solana-sbpf `elf_parser/consts.rs` and `elf_parser/types.rs`; the System V ABI.
 */

/** Bytes of the file header. */
export const EHDR_SIZE = 64;
/** Bytes of a program header. */
export const PHDR_SIZE = 56;
/** Bytes of a section header. */
export const SHDR_SIZE = 64;
/** Bytes of a symbol. */
export const SYM_SIZE = 24;
/** Bytes of an entry of the dynamic section. */
export const DYN_SIZE = 16;
/** Bytes of a relocation without addend. */
export const REL_SIZE = 16;
/** Alignment in bytes of all tables above. */
export const TABLE_ALIGN = 8;

/** `\x7fELF` as a little-endian word. */
export const ELFMAG = 0x464c457f;
export const ELFCLASS64 = 2;
export const ELFDATA2LSB = 1;
export const ELFOSABI_NONE = 0;
export const EV_CURRENT = 1;
export const ET_DYN = 3;
export const EM_BPF = 247;
export const EM_SBPF = 263;

export const PT_LOAD = 1;
export const PT_DYNAMIC = 2;
export const PF_X = 1;
export const PF_R = 4;

export const SHT_NULL = 0;
export const SHT_SYMTAB = 2;
export const SHT_STRTAB = 3;
export const SHT_DYNAMIC = 6;
export const SHT_NOBITS = 8;
export const SHT_DYNSYM = 11;
export const SHN_UNDEF = 0;
export const SHF_WRITE = 1;
export const SHF_ALLOC = 2;

export const STT_FUNC = 2;

export const DT_SYMTAB = 6;
export const DT_REL = 17;
export const DT_RELSZ = 18;
export const DT_RELENT = 19;
/** How many dynamic tags the parser keeps; a tag from here on is skipped. */
export const DT_NUM = 35;

/** `lddw` whose immediates are a symbol's address plus what they hold. */
export const R_BPF_64_64 = 1;
/** `lddw` or a data word whose value is an address in the file. */
export const R_BPF_64_RELATIVE = 8;
/** `call` whose immediate becomes the key of a function or syscall. */
export const R_BPF_64_32 = 10;

/** Bytes a section name may take, its terminator included. */
export const SECTION_NAME_LENGTH_MAXIMUM = 16;
/** Bytes a symbol name may take, its terminator included. */
export const SYMBOL_NAME_LENGTH_MAXIMUM = 64;

/** The largest 64-bit value; additions that saturate stop here. */
export const U64_MAX = 0xffff_ffff_ffff_ffffn;
