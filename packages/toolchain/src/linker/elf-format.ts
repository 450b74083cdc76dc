/**
 * The ELF-64 constants that reading objects and writing programs needs.
 *
 * Owns enumerators and structure sizes; refuses any decision drawn from them.
 * Source: the System V ABI (gABI); LLVM's `ELFRelocs/BPF.def`.
 */

export const EHDR_SIZE = 64;
export const PHDR_SIZE = 56;
export const SHDR_SIZE = 64;
export const SYM_SIZE = 24;
export const REL_SIZE = 16;
export const DYN_SIZE = 16;

/** `\x7fELF` as a little-endian word. */
export const ELF_MAGIC = 0x464c457f;
export const ELFCLASS64 = 2;
export const ELFDATA2LSB = 1;
export const EV_CURRENT = 1;
export const ET_REL = 1;
export const ET_DYN = 3;
export const EM_BPF = 247;

export const PT_LOAD = 1;
export const PT_DYNAMIC = 2;
export const PF_X = 1;
export const PF_W = 2;
export const PF_R = 4;

export const SHT_PROGBITS = 1;
export const SHT_SYMTAB = 2;
export const SHT_STRTAB = 3;
export const SHT_RELA = 4;
export const SHT_DYNAMIC = 6;
export const SHT_NOBITS = 8;
export const SHT_REL = 9;
export const SHT_DYNSYM = 11;
export const SHT_INIT_ARRAY = 14;
export const SHT_FINI_ARRAY = 15;
export const SHT_GROUP = 17;
export const SHT_SYMTAB_SHNDX = 18;

export const SHF_WRITE = 1;
export const SHF_ALLOC = 2;
export const SHF_EXECINSTR = 4;
export const SHF_MERGE = 0x10;
export const SHF_STRINGS = 0x20;
export const SHF_COMPRESSED = 0x800;

export const GRP_COMDAT = 1;

export const SHN_UNDEF = 0;
export const SHN_LORESERVE = 0xff00;
export const SHN_ABS = 0xfff1;
export const SHN_COMMON = 0xfff2;
export const SHN_XINDEX = 0xffff;

export const STB_LOCAL = 0;
export const STB_GLOBAL = 1;
export const STB_WEAK = 2;

export const STT_NOTYPE = 0;
export const STT_OBJECT = 1;
export const STT_FUNC = 2;
export const STT_SECTION = 3;

/** `lddw` of a symbol's address; the addend stands in the two immediates. */
export const R_BPF_64_64 = 1;
/** A data word of eight bytes. */
export const R_BPF_64_ABS64 = 2;
/** A data word of four bytes, in debug sections. */
export const R_BPF_64_ABS32 = 3;
/** The same, which a dynamic linker would leave alone. */
export const R_BPF_64_NODYLD32 = 4;
/** `call` of a symbol; the immediate holds slots, one less than the addend. */
export const R_BPF_64_32 = 10;

export const DT_NULL = 0;
export const DT_STRTAB = 5;
export const DT_SYMTAB = 6;
export const DT_SYMENT = 11;
export const DT_TEXTREL = 22;
export const DT_REL = 17;
export const DT_RELSZ = 18;
export const DT_RELENT = 19;
