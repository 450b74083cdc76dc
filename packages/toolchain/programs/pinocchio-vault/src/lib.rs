//! What `cpi-caller` does in C, with the pinocchio crate as it is published.
#![no_std]

use pinocchio::{
    cpi::{Seed, Signer},
    error::ProgramError,
    AccountView, Address, ProgramResult,
};
use pinocchio_system::instructions::CreateAccount;

extern "C" {
    fn sol_log_(text: *const u8, length: u64);
    fn sol_log_pubkey(key: *const u8);
    fn abort() -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    unsafe { abort() }
}

/// # Safety
/// Called by the loader.
#[no_mangle]
pub unsafe extern "C" fn entrypoint(input: *mut u8) -> u64 {
    pinocchio::entrypoint::process_entrypoint::<8>(input, process)
}

fn word(data: &[u8], at: usize) -> Result<u64, ProgramError> {
    let bytes = data.get(at..at + 8).ok_or(ProgramError::InvalidInstructionData)?;
    Ok(u64::from_le_bytes(bytes.try_into().map_err(|_| ProgramError::InvalidInstructionData)?))
}

fn process(program_id: &Address, accounts: &mut [AccountView], data: &[u8]) -> ProgramResult {
    let [payer, vault, _system] = accounts else {
        return Err(ProgramError::NotEnoughAccountKeys);
    };
    let (address, bump) = Address::find_program_address(&[b"vault", payer.address().as_ref()], program_id);
    if &address != vault.address() {
        return Err(ProgramError::InvalidArgument);
    }
    let bump = [bump];
    let seeds = [Seed::from(b"vault"), Seed::from(payer.address().as_ref()), Seed::from(&bump)];
    CreateAccount { from: payer, to: vault, lamports: word(data, 0)?, space: word(data, 8)?, owner: program_id }
        .invoke_signed(&[Signer::from(&seeds)])?;
    unsafe {
        sol_log_(b"created".as_ptr(), 7);
        sol_log_pubkey(address.as_ref().as_ptr());
    }
    Ok(())
}
