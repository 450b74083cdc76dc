//! A small machine: a large `match` that compilers turn into tables, over the bytes of the instruction.
#![no_std]

use support::log;

/// What each opcode costs; a table in read-only data.
const COSTS: [u16; 64] = [
    1, 1, 1, 2, 2, 5, 5, 1, 1, 1, 1, 3, 3, 8, 8, 13, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 1, 1, 1,
    2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10, 10, 11, 21,
];

const NAMES: [&str; 8] = ["zero", "one", "two", "three", "four", "five", "six", "seven"];

struct Machine {
    stack: [i64; 32],
    depth: usize,
    cost: u64,
}

impl Machine {
    fn push(&mut self, value: i64) -> Result<(), u64> {
        *self.stack.get_mut(self.depth).ok_or(2u64)? = value;
        self.depth += 1;
        Ok(())
    }

    fn pop(&mut self) -> Result<i64, u64> {
        self.depth = self.depth.checked_sub(1).ok_or(3u64)?;
        Ok(self.stack[self.depth])
    }

    fn binary(&mut self, f: impl Fn(i64, i64) -> Option<i64>) -> Result<(), u64> {
        let (b, a) = (self.pop()?, self.pop()?);
        self.push(f(a, b).ok_or(4u64)?)
    }

    #[inline(never)]
    fn step(&mut self, op: u8, argument: u8) -> Result<(), u64> {
        self.cost += COSTS[(op & 63) as usize] as u64;
        match op {
            0 => Ok(()),
            1 => self.push(argument as i64),
            2 => self.push(-(argument as i64)),
            3 => self.binary(i64::checked_add),
            4 => self.binary(i64::checked_sub),
            5 => self.binary(i64::checked_mul),
            6 => self.binary(i64::checked_div),
            7 => self.binary(i64::checked_rem),
            8 => self.binary(|a, b| Some(a & b)),
            9 => self.binary(|a, b| Some(a | b)),
            10 => self.binary(|a, b| Some(a ^ b)),
            11 => self.binary(|a, b| a.checked_shl(b as u32)),
            12 => self.binary(|a, b| a.checked_shr(b as u32)),
            13 => self.binary(|a, b| a.checked_pow(b as u32)),
            14 => self.binary(|a, b| Some(a.max(b))),
            15 => self.binary(|a, b| Some(a.min(b))),
            16 => self.binary(|a, b| Some((a == b) as i64)),
            17 => self.binary(|a, b| Some((a < b) as i64)),
            18 => self.binary(|a, b| Some(a.rotate_left(b as u32))),
            19 => self.binary(|a, b| Some((a as u64).swap_bytes() as i64 ^ b)),
            20 => self.pop().map(|_| ()),
            21 => {
                let top = self.pop()?;
                self.push(top)?;
                self.push(top)
            }
            22 => {
                let (b, a) = (self.pop()?, self.pop()?);
                self.push(b)?;
                self.push(a)
            }
            23 => {
                let a = self.pop()?;
                self.push(a.checked_neg().ok_or(4u64)?)
            }
            24 => {
                let a = self.pop()?;
                self.push(a.count_ones() as i64)
            }
            25 => {
                let a = self.pop()?;
                self.push(a.leading_zeros() as i64)
            }
            26 => {
                let a = self.pop()?;
                self.push(a.trailing_zeros() as i64)
            }
            27 => {
                let a = self.pop()?;
                self.push(a.saturating_mul(a))
            }
            28 => {
                let a = self.pop()?;
                self.push((a as i128 * 1_000_000_007 % 998_244_353) as i64)
            }
            29 => {
                let a = self.pop()?;
                log(NAMES[(a & 7) as usize]);
                Ok(())
            }
            30 => {
                let a = self.pop()?;
                self.push(NAMES[(a & 7) as usize].len() as i64)
            }
            31 => self.push(self.cost as i64),
            _ => Err(5),
        }
    }
}

/// # Safety
/// Called by the loader.
#[no_mangle]
pub unsafe extern "C" fn entrypoint(input: *const u8) -> u64 {
    let Some(data) = support::instruction(input) else { return 1 };
    let mut machine = Machine { stack: [0; 32], depth: 0, cost: 0 };
    for pair in data.chunks(2) {
        let argument = pair.get(1).copied().unwrap_or(0);
        if let Err(error) = machine.step(pair[0], argument) {
            return error;
        }
    }
    let mut out = [0u8; 16];
    out[..8].copy_from_slice(&machine.stack[..machine.depth].last().copied().unwrap_or(0).to_le_bytes());
    out[8..].copy_from_slice(&machine.cost.to_le_bytes());
    support::set_return_data(&out);
    0
}
