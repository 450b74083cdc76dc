//! What a program in plain Rust needs: an allocator, the panic handler, logging, and its instruction.
#![no_std]

use core::alloc::{GlobalAlloc, Layout};

extern "C" {
    fn sol_log_(text: *const u8, length: u64);
    fn sol_set_return_data(data: *const u8, length: u64);
    fn abort() -> !;
}

/// Hands out the heap from its end; what is freed is not used again.
pub struct BumpAllocator;

const HEAP_START: usize = 0x3_0000_0000;
const HEAP_LENGTH: usize = 32 * 1024;

unsafe impl GlobalAlloc for BumpAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // A program starts with a heap of zeros, and keeps where it is in the first word.
        let position = HEAP_START as *mut usize;
        let from = if *position == 0 { HEAP_START + HEAP_LENGTH } else { *position };
        let at = from.saturating_sub(layout.size()) & !(layout.align() - 1);
        if at < HEAP_START + core::mem::size_of::<usize>() {
            return core::ptr::null_mut();
        }
        *position = at;
        at as *mut u8
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: BumpAllocator = BumpAllocator;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    log("panicked");
    unsafe { abort() }
}

pub fn log(text: &str) {
    unsafe { sol_log_(text.as_ptr(), text.len() as u64) }
}

pub fn set_return_data(data: &[u8]) {
    unsafe { sol_set_return_data(data.as_ptr(), data.len() as u64) }
}

/// The instruction of a program that is called without accounts.
///
/// # Safety
/// `input` is what the loader gave the entry point, and no account was named.
pub unsafe fn instruction<'a>(input: *const u8) -> Option<&'a [u8]> {
    let words = input as *const u64;
    if *words != 0 {
        return None;
    }
    Some(core::slice::from_raw_parts(input.add(16), *words.add(1) as usize))
}
