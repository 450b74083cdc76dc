#![no_std]

extern "C" {
    fn sol_log_(text: *const u8, length: u64);
    fn sol_log_64_(a: u64, b: u64, c: u64, d: u64, e: u64);
    fn abort() -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    log("panicked");
    unsafe { abort() }
}

fn log(text: &str) {
    unsafe { sol_log_(text.as_ptr(), text.len() as u64) }
}

/// # Safety
/// Called by the loader.
#[no_mangle]
pub unsafe extern "C" fn entrypoint(input: *const u8) -> u64 {
    let accounts = *(input as *const u64);
    log("Hello from Rust");
    sol_log_64_(accounts, 0, 0, 0, 0);
    0
}
