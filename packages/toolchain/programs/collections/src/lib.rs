//! The allocator at work: maps, vectors, strings, formatting, dynamic dispatch and 128-bit numbers.
#![no_std]
extern crate alloc;

use alloc::{boxed::Box, collections::BTreeMap, format, string::String, vec::Vec};
use support::log;

trait Rule {
    fn apply(&self, word: &str) -> String;
}

struct Reversed;
struct Repeated(usize);

impl Rule for Reversed {
    fn apply(&self, word: &str) -> String {
        word.chars().rev().collect()
    }
}

impl Rule for Repeated {
    fn apply(&self, word: &str) -> String {
        word.repeat(self.0)
    }
}

#[derive(Debug)]
#[allow(dead_code)] // Read by the derived Debug.
enum Outcome {
    Counted { words: usize, letters: u64 },
    Empty,
}

/// # Safety
/// Called by the loader.
#[no_mangle]
pub unsafe extern "C" fn entrypoint(input: *const u8) -> u64 {
    let Some(data) = support::instruction(input) else { return 1 };
    let Ok(text) = core::str::from_utf8(data) else { return 2 };
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for word in text.split_whitespace() {
        *counts.entry(word).or_insert(0) += 1;
    }
    let rules: Vec<Box<dyn Rule>> = alloc::vec![Box::new(Reversed), Box::new(Repeated(2))];
    let mut sorted: Vec<_> = counts.iter().collect();
    sorted.sort_unstable_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    for (word, count) in &sorted {
        let changed: Vec<String> = rules.iter().map(|rule| rule.apply(word)).collect();
        log(&format!("{word:>8}: {count} {changed:?}"));
    }
    let letters = text.chars().filter(|c| c.is_alphabetic()).count() as u64;
    let outcome = if counts.is_empty() { Outcome::Empty } else { Outcome::Counted { words: counts.len(), letters } };
    log(&format!("{outcome:?}"));
    let power = (letters as u128 + 1).pow(20);
    log(&format!("{power} {:#x} {}", power % 0x1_0000_0001, (power as i128 - (1 << 100)) / -7));
    match (letters + 1).checked_mul(1 << 60) {
        Some(product) => log(&format!("{product}")),
        None => log("too much"),
    }
    support::set_return_data(&power.to_le_bytes());
    0
}
