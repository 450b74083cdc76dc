#![no_std]

use pinocchio::{AccountView, Address, ProgramResult};

extern "C" {
    fn sol_log_(text: *const u8, length: u64);
    fn sol_log_64_(a: u64, b: u64, c: u64, d: u64, e: u64);
    fn abort() -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    unsafe { abort() }
}

fn log(text: &str) {
    unsafe { sol_log_(text.as_ptr(), text.len() as u64) }
}

/// # Safety
/// Called by the loader.
#[no_mangle]
pub unsafe extern "C" fn entrypoint(input: *mut u8) -> u64 {
    pinocchio::entrypoint::process_entrypoint::<16>(input, process)
}

fn process(_program_id: &Address, accounts: &mut [AccountView], data: &[u8]) -> ProgramResult {
    log("Hello from pinocchio");
    unsafe { sol_log_64_(accounts.len() as u64, data.len() as u64, 0, 0, 0) };
    Ok(())
}
