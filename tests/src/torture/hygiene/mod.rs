//! PIN hygiene: canary PINs through every command and example, and a search of everything that comes out of them.

mod dumps;
mod memory;
mod processes;
mod texts;

pub use dumps::use_a_pin_and_wait;

use super::{Family, Made, Plan, Tally};

/// The family.
pub const FAMILY: Family = Family {
    name: "hygiene",
    about: "canary PINs through commands, examples, traces, recordings, panics, memory and core dumps",
    planted: "a copy of the password that nobody wipes; a program that tells its arguments the PIN",
    run,
};

fn run(plan: &Plan, tally: &mut Tally) -> Made<()> {
    tally.part("own memory after use", |part| memory::run(plan.planted, part));
    tally.part("traces, recordings, errors", |part| texts::run(plan, part))?;
    tally.part("commands: outputs, argv, environment", |part| processes::commands(plan, part));
    if !plan.small {
        tally.part("examples: outputs, argv, environment", processes::examples)?;
    }
    tally.part("core dumps, memory from outside", dumps::run)
}

/// A secret in every form in which it could come out.
struct Forms(Vec<Vec<u8>>);

impl Forms {
    fn of(secret: &str) -> Self {
        let hex = |separator: &str, upper: bool| {
            let digits =
                secret.bytes().map(|byte| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") });
            digits.collect::<Vec<_>>().join(separator).into_bytes()
        };
        let decimal = secret.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(", ").into_bytes();
        let wide = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let backwards = secret.bytes().rev().collect();
        let plain = secret.as_bytes().to_vec();
        Self(vec![
            plain,
            hex("", true),
            hex("", false),
            hex(" ", true),
            hex(":", true),
            hex(", 0x", false),
            decimal,
            wide,
            backwards,
        ])
    }

    /// The first form that stands in these bytes.
    fn found_in(&self, bytes: &[u8]) -> Option<&[u8]> {
        let stands = |form: &&Vec<u8>| bytes.windows(form.len()).any(|window| window == form.as_slice());
        self.0.iter().find(stands).map(Vec::as_slice)
    }

    fn absent_from(&self, what: &str, bytes: &[u8]) -> Result<(), String> {
        match self.found_in(bytes) {
            None => Ok(()),
            Some(form) => Err(format!("a PIN stands in {what}, as {:?}", String::from_utf8_lossy(form))),
        }
    }
}
